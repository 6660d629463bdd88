"""The demo as a user runs it: real processes, every way to end it, and what is left: nothing."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.test_embedded import running
from tests.servers import RedisServer, free_port, wait_until

CITYOPS = (sys.executable, "-P", "-m", "dashboard.cli")
READY_S = 30.0


class Show:
    """One `cityops demo --city meixian`, in a session of its own as in a terminal."""

    def __init__(self, folder: Path, *more: str, **env: str) -> None:
        self.folder, self.port = folder, free_port()
        words = ["demo", "--city", "meixian", "--port", str(self.port), "--data-dir", str(folder)]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CITYOPS_")}
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*CITYOPS, *words, *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**clean, "PYTHONUNBUFFERED": "1", **env},
            start_new_session=True,
        )
        self.said: list[str] = []

    def until(self, words: str) -> float:
        """Reads what it prints up to these words; the seconds that took."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return time.monotonic() - self.started
        raise AssertionError("".join(self.said))

    def until_ready(self) -> float:
        return self.until(f":{self.port}/wall?token=")

    def link(self) -> str:
        """What it says to open."""
        (found,) = re.findall(r"http://\S+/wall\?token=\S+", "".join(self.said))
        return str(found)

    def open(self, path: str) -> Any:
        """A page or the stream, as a screen that opened the link sees it."""
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        browser.open(self.link(), timeout=10).close()
        return browser.open(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def family(self) -> list[int]:
        """The demo's process and all its descendants."""
        found = [self.process.pid]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            found += [int(word) for word in children.read_text().split()]
        return found

    def frame(self) -> dict[str, Any]:
        """The frame a screen gets on connecting."""
        with self.open("/live") as stream:
            for line in stream:
                if line.startswith(b"data: {"):
                    frame: dict[str, Any] = json.loads(line[6:])
                    return frame
        raise AssertionError("no frame")

    def reported(self) -> int:
        return int(self.frame()["m"]["year.cases.reported"]["v"])

    def end(self, how: signal.Signals) -> str:
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=30)
        return "".join(self.said) + rest


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Callable[..., Show]]:
    shows: list[Show] = []

    def begin(name: str = "demo", *more: str, **env: str) -> Show:
        shows.append(Show(tmp_path / name, *more, **env))
        return shows[-1]

    yield begin
    for one in shows:
        with contextlib.suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait()


def gone(pids: list[int]) -> None:
    wait_until(lambda: not any(map(running, pids)), 15, f"end of {pids}")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_it_is_ready_in_time_and_whatever_ends_it_ends_every_process(
    show: Callable[..., Show], how: signal.Signals
) -> None:
    demo = show()
    assert demo.until_ready() < READY_S
    family = demo.family()
    assert len(family) >= 7  # demo, Valkey, gunicorn and two workers, worker, feed
    said = demo.end(how)
    gone(family)
    if how != signal.SIGKILL:
        assert demo.process.returncode == 0, said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_ended_half_way_to_ready_it_leaves_nothing_and_can_start_again(
    show: Callable[..., Show], how: signal.Signals
) -> None:
    demo = show()
    demo.until("内嵌 Valkey 已启动")
    wait_until(lambda: len(demo.family()) > 3, what="children")
    family = demo.family()
    demo.end(how)
    gone(family)
    show().until_ready()


def test_a_real_wall_of_simulated_data_is_served(show: Callable[..., Show]) -> None:
    demo = show()
    demo.until_ready()
    frame = demo.frame()
    assert frame["demo"] is True
    assert frame["city"]["id"] == "meixian"
    assert frame["health"]["gap"] is None and frame["health"]["rejected"] == 0
    assert frame["m"]["year.cases.reported"]["v"] > 500  # last month and this one
    page = demo.open("/").read().decode()
    assert "梅" in page
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/live", timeout=10)
    demo.until("Ctrl-C")
    passwords = re.findall(r"[A-Za-z2-9]{5}(?:-[A-Za-z2-9]{5}){2}", "".join(demo.said))
    assert len(set(passwords)) == 5


def cursor(demo: Show) -> str | None:
    """The entry of the stream that the demo's worker has read last."""
    with contextlib.closing(sqlite3.connect(demo.folder / "ledger.db")) as ledger:
        found = ledger.execute("select position from cursors where stream = 'events'").fetchone()
    return found and str(found[0])


def test_started_again_after_a_kill_it_goes_on(show: Callable[..., Show]) -> None:
    first = show()
    first.until_ready()
    before = first.reported()
    wait_until(lambda: cursor(first), what="an event that the worker has read")
    first.end(signal.SIGKILL)
    again = show()  # on another port, at once, while the children of the first are still ending
    assert again.until_ready() < READY_S
    assert again.reported() >= before
    assert again.frame()["health"]["gap"] is None
    reconcile = [*CITYOPS, "reconcile", "--city", "meixian", "--from", "2020-01-01", "--to"]
    ledger = {"CITYOPS_LEDGER_URL": f"sqlite:///{again.folder}/ledger.db"}
    settings = {**os.environ, **ledger, "CITYOPS_DATA_DIR": str(again.folder)}
    again.end(signal.SIGTERM)
    done = subprocess.run([*reconcile, "2099-12-31"], env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_events_reach_the_wall_through_redis(show: Callable[..., Show]) -> None:
    demo = show("busy", "--rate", "20")
    demo.until_ready()
    before = demo.reported()
    wait_until(lambda: demo.reported() > before, 20, "a new case on the wall")


def test_two_demos_do_not_meet(show: Callable[..., Show]) -> None:
    one, two = show("one"), show("two")
    one.until_ready(), two.until_ready()
    assert not set(one.family()) & set(two.family())
    one.end(signal.SIGTERM)
    assert two.frame()["demo"] is True


def test_two_demos_of_one_city_on_one_redis_do_not_meet(
    show: Callable[..., Show], redis_server: RedisServer
) -> None:
    one = show("one", CITYOPS_REDIS_URL=redis_server.url)
    two = show("two", "--rate", "20", CITYOPS_REDIS_URL=redis_server.url)
    one.until_ready(), two.until_ready()
    wait_until(lambda: len(one.family()) == 6)  # no Valkey of its own, and the older days told
    names = {key.decode() for key in redis_server.client().keys("*:frame")}
    assert len(names) == 2 and all(name.startswith("{demo-meixian-") for name in names)
    gone_pids = one.family()
    one.end(signal.SIGINT)
    gone(gone_pids)
    assert redis_server.client().ping()


def test_a_child_that_dies_ends_the_demo_with_its_name_and_last_lines(
    show: Callable[..., Show],
) -> None:
    demo = show()
    demo.until_ready()
    family = demo.family()
    (worker,) = [p for p in family if b"\0work\0" in Path(f"/proc/{p}/cmdline").read_bytes()]
    os.kill(worker, signal.SIGKILL)
    said, _ = demo.process.communicate(timeout=30)
    assert demo.process.returncode == 1
    assert re.search(r"worker 意外结束（信号 9）.*worker\.log", said)
    gone(family)


def test_a_taken_port_and_a_folder_in_use_are_told(show: Callable[..., Show]) -> None:
    demo = show()
    demo.until_ready()
    words = [*CITYOPS, "demo", "--city", "meixian", "--port", str(demo.port), "--data-dir"]
    other = demo.folder.parent / "other"
    taken = subprocess.run([*words, str(other)], capture_output=True, text=True, timeout=60)
    assert taken.returncode == 2 and "port" in taken.stderr
    same = subprocess.run([*words, str(demo.folder)], capture_output=True, text=True, timeout=60)
    assert same.returncode == 1 and "正被进程" in same.stderr


def test_make_demo_ends_with_make(tmp_path: Path) -> None:
    """The demo is tied to make: not even `kill -9` of make leaves it behind."""
    root = Path(__file__).parents[2]
    rule = subprocess.run(["make", "-n", "demo"], cwd=root, capture_output=True, text=True)
    assert "tether.py $PPID" in rule.stdout
