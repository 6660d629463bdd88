"""`cityops bench burst`: many events at once through Redis, the worker and the ledger 突发.

The events of a simulated year come within seconds, while the frame is watched: whether every one is
counted, how far the wall falls behind, and how soon it is up to date again.
"""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Final

import orjson

from dashboard.bench.bars import Bar
from dashboard.bench.live_line import Line, open_line
from dashboard.cityledger import open_ledger
from dashboard.ledger.reading import size
from dashboard.reconcile import reconcile
from dashboard.sources.simulator import year_lines
from dashboard.streams import STREAM

STEP_S: Final = 0.05
LOOK_S: Final = 0.05
UP_TO_DATE_MS: Final = 1_000
PATIENCE_S: Final = 600.0
YEAR: Final = 2021


@dataclass
class Burst:
    """What became of the burst; `lag` is what the wall said it was behind."""

    events: int
    unique: int
    seconds: float
    """How long the sending took."""
    counted: int = 0
    differences: int = 0
    recovered_s: float = math.nan
    """From the last event sent until the wall was less than a second behind, with all counted."""
    worst_lag_s: float = 0.0
    lags: list[tuple[float, int]] = field(default_factory=list)
    """(seconds since the beginning, lag in ms) of each frame seen."""

    def bars(self) -> list[Bar]:
        lost = self.unique - self.counted + self.differences
        return [
            Bar("lost", "没有入账的事件、对账的差额", lost, "<=", 0, "个"),
            Bar("recovered_s", "发完之后多久落后不到 1 秒", self.recovered_s, "<=", 30, "s"),
        ]

    def rows(self) -> list[tuple[str, str | float]]:
        return [
            ("事件 / events", self.events),
            ("发送历时 / sent in，s", self.seconds),
            ("每秒 / per second", self.events / self.seconds),
            ("墙上说的最大落后 / worst lag shown，s", self.worst_lag_s),
        ]


def bench(city: str, events: int, seconds: float) -> Burst:
    """`events` within `seconds`, evenly, to a city that works."""
    with tempfile.TemporaryDirectory() as scratch, open_line(city, Path(scratch)) as line:
        days = chain.from_iterable(year_lines(line.profile, YEAR))
        lines = list(islice(days, events))
        worker = line.cityops("work")
        line.wait(lambda: line.bus.last_frame() is not None, "work")
        found = Burst(len(lines), _unique(lines), 0.0)
        _run(line, lines, seconds, found)
        line.end(worker)
        ledger = open_ledger(line.config, line.profile)
        found.counted = size(ledger).events
        found.differences = len(reconcile(ledger, 0, 1 << 20).differences)
        ledger.close()
        return found


def _unique(lines: Sequence[bytes]) -> int:
    told = map(orjson.loads, lines)
    return len({(event["case"], event["id"]) for event in told})


def _run(line: Line, lines: Sequence[bytes], seconds: float, found: Burst) -> None:
    """Sends at an even pace and watches until the wall is up to date."""
    begin = time.monotonic()
    done = threading.Event()
    watching = threading.Thread(target=_watch, args=(line, begin, done, found))
    watching.start()
    try:
        sent = 0
        while sent < len(lines):
            due = min(len(lines), round((time.monotonic() - begin) / seconds * len(lines)) + 1)
            if due > sent:
                line.bus.send(lines[sent:due])
                sent = due
            time.sleep(STEP_S)
        end = time.monotonic()
        found.seconds = end - begin
        ledger = open_ledger(line.config, line.profile, reading=True)
        last = line.bus.last_id()
        while time.monotonic() < end + PATIENCE_S:
            if ledger.cursor(STREAM) == last and _fresh(found, end - begin):
                found.recovered_s = time.monotonic() - end
                break
            time.sleep(LOOK_S)
        ledger.close()
    finally:
        done.set()
        watching.join()


def _fresh(found: Burst, after_s: float) -> bool:
    """Whether a frame made after that says that the wall is less than a second behind."""
    when, lag = found.lags[-1] if found.lags else (0.0, 0)
    return when > after_s and lag < UP_TO_DATE_MS


def _watch(line: Line, begin: float, done: threading.Event, found: Burst) -> None:
    """Notes what each new frame says; while none comes, how old the last one is."""
    seq = 0
    while not done.wait(LOOK_S):
        body = line.bus.last_frame()
        if body is None:
            continue
        frame = orjson.loads(body)
        age_s = time.time() - frame["as_of"] / 1000
        found.worst_lag_s = max(found.worst_lag_s, age_s)
        if frame["seq"] != seq:
            seq = frame["seq"]
            found.lags.append((time.monotonic() - begin, frame["health"]["lag_ms"]))
