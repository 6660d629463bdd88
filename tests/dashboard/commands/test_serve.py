"""`cityops serve` as processes: several workers on one port, outside the checkout, gone quickly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from dashboard.bus import Bus
from tests.dashboard.test_live import town
from tests.servers import RedisServer, free_port, wait_until


class Hall:
    """A running web server of 梅县 and the address to knock at."""

    def __init__(self, redis_server: RedisServer, folder: Path, **settings: str) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ,
            "CITYOPS_CITY": "meixian",
            "CITYOPS_REDIS_URL": redis_server.url,
            "CITYOPS_DATA_DIR": str(folder),
            "CITYOPS_PORT": str(self.port),
            "CITYOPS_ACCESS": "open",
            **settings,
        }
        program = [sys.executable, "-m", "dashboard.cli", "serve"]
        with (folder / "web.log").open("wb") as log:
            self.process = subprocess.Popen(program, env=environment, stdout=log, stderr=log)
        wait_until(self._ready, 30, "web server")

    def _ready(self) -> bool:
        assert self.process.poll() is None, (self.folder / "web.log").read_text()
        try:
            return httpx.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def workers(self) -> list[int]:
        words = ["ps", "-o", "pid=", "--ppid", str(self.process.pid)]
        return [int(pid) for pid in subprocess.run(words, capture_output=True).stdout.split()]


@pytest.fixture
def hall(redis_server: RedisServer, tmp_path: Path) -> Iterator[Hall]:
    made = Hall(redis_server, tmp_path)
    yield made
    made.process.terminate()  # the master takes its workers along
    made.process.wait(20)


def test_two_workers_serve_one_stream_outside_the_checkout(
    hall: Hall, redis_server: RedisServer
) -> None:
    bus = Bus(redis_server.url, "meixian")
    bus.publish(orjson.dumps(town(1, 100)), 1)
    assert len(hall.workers()) == 2
    for pid in hall.workers():
        assert os.readlink(f"/proc/{pid}/cwd") == str(hall.folder)
    for _ in range(8):  # whichever worker answers
        with httpx.stream("GET", f"{hall.url}/live") as response:
            assert response.headers["content-encoding"] == "gzip"
            lines = response.iter_lines()
            assert next(line for line in lines if line.startswith("event: ")) == "event: key"
    bus.close()


def test_each_request_has_a_number_in_its_answer_and_in_the_log(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    hall = Hall(redis_server, tmp_path, CITYOPS_LOG_FORMAT="json", CITYOPS_ACCESS_LOG="1")
    try:
        mine = {"x-request-id": "gateway-0001", "x-forwarded-for": "10.9.8.7"}
        answer = httpx.get(f"{hall.url}/wall?token=geheim", headers=mine)
        assert answer.headers["x-request-id"] == "gateway-0001"
        other = httpx.get(f"{hall.url}/livez", headers={"x-request-id": "no\tnumber"})
        assert len(other.headers["x-request-id"]) == 16
    finally:
        hall.process.terminate()
        hall.process.wait(20)
    lines = [json.loads(line) for line in (tmp_path / "web.log").read_text().splitlines()]
    assert {(line["role"], line["city"]) for line in lines} == {("serve", "meixian")}
    assert {"gunicorn.error", "uvicorn.error", "cityops.access"} <= {one["logger"] for one in lines}
    asked = {one["request_id"]: one for one in lines if one["logger"] == "cityops.access"}
    told = asked["gateway-0001"]
    assert (told["method"], told["route"], told["address"]) == ("GET", "/wall", "127.0.0.1")
    assert int(told["status"]) == answer.status_code and int(told["ms"]) >= 0
    assert asked[other.headers["x-request-id"]]["route"] == "/livez"
    assert "geheim" not in (tmp_path / "web.log").read_text()


def test_it_lets_go_of_open_streams_on_term(hall: Hall) -> None:
    workers = hall.workers()
    with httpx.stream("GET", f"{hall.url}/live") as response:
        lines = response.iter_lines()
        next(lines)
        began = time.monotonic()
        hall.process.send_signal(signal.SIGTERM)
        assert hall.process.wait(10) == 0
        assert time.monotonic() - began < 4
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_a_killed_worker_is_replaced(hall: Hall) -> None:
    victim = hall.workers()[0]
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: victim not in hall.workers() and len(hall.workers()) == 2)
    wait_until(lambda: httpx.get(f"{hall.url}/healthz").status_code == 200)
