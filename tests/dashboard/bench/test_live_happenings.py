"""Happenings that the benchmarks send are events of the contract, and frames look alike."""

from __future__ import annotations

import time
from pathlib import Path

import orjson

from dashboard.bench.live_frames import frames
from dashboard.bench.live_happenings import STEPS, Happenings
from dashboard.bench.live_line import open_line
from dashboard.bus import START
from dashboard.events import decode


def test_cases_are_reported_and_go_their_way_to_a_worker_s_frame(tmp_path: Path) -> None:
    with open_line("meixian", tmp_path) as line:
        happenings = Happenings(line.profile, line.bus)
        happenings.report(20)
        happenings.advance(20 * len(STEPS) + 5)
        sent = [body for _, body in line.bus.read(START, 1_000)]
        now = time.time_ns() // 1_000_000
        events = [decode(body, now) for body in sent]
        assert len({event.id for event in events}) == len(events) == 20 * (1 + len(STEPS))
        line.cityops("work")
        line.wait(lambda: line.bus.last_frame() is not None, "work")
        real = orjson.loads(line.bus.last_frame() or b"")
        assert real["m"]["today.cases.closed"]["v"] == 20
    made = next(frames(line.profile, now))
    assert made.keys() == real.keys()
    for section in ("m", "s", "t"):
        assert made[section].keys() <= real[section].keys()
    assert made["m"]["today.cases.reported"].keys() == real["m"]["today.cases.reported"].keys()
    assert made["t"]["districts"][0].keys() == real["t"]["districts"][0].keys()
