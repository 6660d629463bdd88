"""`cityops work` as a process: first frame, end on TERM, a second one on standby."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from dashboard.bus import Bus
from dashboard.workmeter import WorkMeter, read_report
from tests.servers import RedisServer, wait_until
from tests.town import line


class Shift:
    """Starts workers of 梅县 on one Redis and one ledger."""

    def __init__(self, redis_server: RedisServer, folder: Path) -> None:
        self.folder = folder
        self.bus, self.bus_client = Bus(redis_server.url, "meixian"), redis_server.client
        self.environment = {
            **os.environ,
            "CITYOPS_CITY": "meixian",
            "CITYOPS_REDIS_URL": redis_server.url,
            "CITYOPS_DATA_DIR": str(folder),
        }
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, **settings: str) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-m", "dashboard.cli", "work"]
        log = (self.folder / f"work{len(self.started)}.log").open("wb")
        with log:
            worker = subprocess.Popen(
                program, env=self.environment | settings, cwd=self.folder, stderr=log, stdout=log
            )
        self.started.append(worker)
        return worker

    def log(self, number: int = 0) -> str:
        return (self.folder / f"work{number}.log").read_text()

    def reported(self) -> int:
        body = self.bus.last_frame()
        return -1 if body is None else orjson.loads(body)["m"]["year.cases.reported"]["n"] or 0


@pytest.fixture
def shift(redis_server: RedisServer, tmp_path: Path) -> Iterator[Shift]:
    made = Shift(redis_server, tmp_path)
    yield made
    for worker in made.started:
        worker.kill()
        worker.wait()
    made.bus.close()


def events(*cases: str) -> list[bytes]:
    now = time.time_ns() // 1_000_000
    return [line(case, 1, now, "report") for case in cases]


def test_it_counts_and_ends_on_term(shift: Shift) -> None:
    shift.bus.send(events("C1", "C2"))
    worker = shift.start()
    wait_until(lambda: shift.reported() == 2, what="first frame")
    worker.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert worker.wait(5) == 0
    assert time.monotonic() - began < 2
    assert (shift.folder / "meixian.db").exists()


def test_it_says_of_itself_that_it_works(shift: Shift) -> None:
    shift.start()

    def state() -> str:
        body = shift.bus.last_frame()
        rows = [] if body is None else orjson.loads(body)["t"]["platform.components"]
        return next((row["state"] for row in rows if row["id"] == "wall"), "")

    wait_until(lambda: state() == "u", what="its own probe on the wall")


def test_of_two_workers_one_writes_and_the_other_stands_by(shift: Shift) -> None:
    """The first falls asleep: the second takes over, and who wakes up must not write any more.
    Then the second dies: the first is told at once and goes on."""
    first = shift.start()
    wait_until(lambda: shift.reported() == 0, what="first frame")
    second = shift.start()
    wait_until(lambda: "待命" in shift.log(1), what="the second on standby")
    shift.bus.send(events("C1"))
    wait_until(lambda: shift.reported() == 1)
    first.send_signal(signal.SIGSTOP)
    shift.bus.send(events("C2"))
    wait_until(lambda: shift.reported() == 2, 60, "the second at work")
    first.send_signal(signal.SIGCONT)
    shift.bus.send(events("C3", "C4"))
    wait_until(lambda: shift.reported() == 4)
    wait_until(lambda: "转为待命" in shift.log(0) or "写入权已归" in shift.log(0))
    assert first.poll() is None and second.poll() is None
    second.kill()
    second.wait()
    shift.bus.send(events("C5"))
    wait_until(lambda: shift.reported() == 5, 30, "the first at work again")
    assert shift.log(0).count("取得写入权") == 2


NOTHING = WorkMeter("", lambda: 0).body()


def test_as_json_every_line_says_where_and_what_and_never_who(shift: Shift) -> None:
    phone = "13912345678"
    bad = orjson.dumps({"id": f"e-{phone}", "type": phone, "at": 1_795_300_000_000})
    shift.bus.send([*events("C1"), bad])
    worker = shift.start(CITYOPS_LOG_FORMAT="json", CITYOPS_LOG_LEVEL="debug")
    wait_until(lambda: read_report(shift.bus.work_report() or NOTHING).events != {}, what="report")
    report = read_report(shift.bus.work_report() or NOTHING)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    lines = [json.loads(line) for line in shift.log().splitlines()]
    assert {(line["role"], line["city"]) for line in lines} == {("work", "meixian")}
    (told,) = [line for line in lines if line["message"].startswith("拒收")]
    assert told["event_id"] == "e-139******78" and told["level"] == "warning"
    assert told["stream_id"] in {line.get("stream_id") for line in lines if line is not told}
    assert phone not in shift.log()
    assert phone not in str(shift.bus_client().xrange("{meixian}:rejected"))
    assert phone.encode() not in (shift.folder / "meixian.db").read_bytes()
    assert (report.events, report.rejected, report.pid) == ({"case": 1}, {"type": 1}, worker.pid)


def test_it_waits_for_a_redis_that_is_not_there_yet(
    shift: Shift, redis_server: RedisServer
) -> None:
    redis_server.stop()
    worker = shift.start()
    wait_until(lambda: "Redis 不可用" in shift.log())
    redis_server.start()
    shift.bus.send(events("C1"))
    wait_until(lambda: shift.reported() == 1)
    assert worker.poll() is None


def test_a_careless_redis_is_named_in_the_log(shift: Shift, redis_server: RedisServer) -> None:
    redis_server.client().config_set("maxmemory-policy", "allkeys-lru")
    shift.start()
    wait_until(lambda: shift.reported() == 0)
    assert "maxmemory-policy" in shift.log()


def test_without_a_redis_url_it_refuses_to_start(shift: Shift) -> None:
    worker = shift.start(CITYOPS_REDIS_URL="")
    assert worker.wait(20) == 2
    assert "redis_url" in shift.log()
