"""Clocks that jump by an hour, forward and back, under a worker that runs: the figures stay exact,
and the wall never takes old data for new."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.processes import PATIENCE_S, Feed, Site, assert_exact, make_feed, now
from tests.faults.viewer import Viewer
from tests.servers import RedisServer, free_port, wait_until
from tests.town import line

HOUR_S = 3_600
STALE_S = 3.0
"""From this age on the wall says so: `assets/live.js`."""


def fake_library() -> str:
    """libfaketime of the system (package libfaketime)."""
    found = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    if not found:
        raise FileNotFoundError("libfaketime.so.1 not found: install the package libfaketime")
    return str(found[0])


class Clock:
    """The clock on the wall of some programs; their monotonic clock goes on as ever."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.jump(0)
        self.env = {
            "LD_PRELOAD": fake_library(),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, seconds: int) -> None:
        part = self._file.with_suffix(".part")
        part.write_text(f"{seconds:+d}")
        shutil.move(part, self._file)


@pytest.fixture
def mixed(tmp_path: Path, spring: Feed) -> Feed:
    """Three thousand events of long ago, and three of just now."""
    at = now()
    fresh = [line(f"NOW{n}", 1, at - 1_000 + n, "report", district="441403001") for n in range(3)]
    return make_feed(tmp_path, "mixed", spring.lines[:3_000] + fresh)


def test_the_worker_s_clock_jumps_an_hour_forward_and_two_back(
    tmp_path: Path, mixed: Feed, redis_server: RedisServer, make_site: Callable[..., Site]
) -> None:
    clock = Clock(tmp_path / "clock")
    port = free_port()
    site, web = (make_site(f"sqlite:///{tmp_path}/l.db", redis_server) for _ in range(2))
    site.env, web.settings = clock.env, {"port": str(port)}
    worker = site.start("work")
    web.start("serve")
    push = ("--settle", "0s")
    with Viewer(port) as viewer, web.ledger() as ledger:
        viewer.wait_for_frame()
        web.run("push", mixed.part("first", 0, 1_000), *push)
        clock.jump(HOUR_S)
        wait_until(lambda: is_about(viewer, HOUR_S), PATIENCE_S, "frames of an hour ahead")
        web.run("push", mixed.part("second", 1_000, 2_000), *push)
        web.wait_until_committed(worker, ledger)
        worker.pause()
        wait_until(lambda: viewer.age_s > STALE_S, PATIENCE_S, "its last frame called old")
        worker.resume()
        wait_until(lambda: viewer.age_s < 1, PATIENCE_S, "frames again")
        clock.jump(-HOUR_S)
        wait_until(lambda: is_about(viewer, -HOUR_S), PATIENCE_S, "frames of an hour ago")
        web.run("push", mixed.part("third", 2_000, len(mixed.lines)), *push)
        web.wait_until_committed(worker, ledger)
        clock.jump(0)
        wait_until(lambda: is_about(viewer, 0), PATIENCE_S, "frames of now")
        frame = web.frame()
        assert frame is not None and frame["health"]["gap"] is None
        assert worker.stop() == 0
        assert_exact(ledger, mixed)


def is_about(viewer: Viewer, seconds: int) -> bool:
    """Whether the newest frame is dated so far ahead of the true clock."""
    return abs(viewer.frames[-1][2] / 1000 - time.time() - seconds) < HOUR_S / 4


def test_the_lease_outlives_any_jump(
    tmp_path: Path, redis_server: RedisServer, make_site: Callable[..., Site]
) -> None:
    """No clock on the wall is asked: nobody takes over from a holder that lives."""
    holder_clock, other_clock = Clock(tmp_path / "one"), Clock(tmp_path / "other")
    site, other = (make_site(f"sqlite:///{tmp_path}/l.db", redis_server) for _ in range(2))
    site.env, other.env = holder_clock.env, other_clock.env
    holder = site.start("work")
    wait_until(lambda: "取得写入权" in holder.said(), PATIENCE_S, "the holder")
    standby = other.start("work")
    wait_until(lambda: "待命" in standby.said(), PATIENCE_S, "the one on standby")
    for jump in (HOUR_S, -HOUR_S):
        holder_clock.jump(jump)
        other_clock.jump(-jump)
        had = (site.frame() or {"seq": 0})["seq"]
        wait_until(
            lambda h=had: (site.frame() or {"seq": 0})["seq"] > h + 2, PATIENCE_S, "frames go on"
        )
    assert "取得写入权" not in standby.said() and "待命" not in holder.said()
    assert holder.kill()
    wait_until(lambda: "取得写入权" in standby.said(), PATIENCE_S, "its turn")
