"""The simulated city behind a demo 演示的模拟城市: its past into the ledger, its present by Redis.

`python -m dashboard.rehearsal history` and then `… live [RATE]`, both with the demo's settings in
the environment (`… past …` is what `history` starts for itself). The first time, `history` tells
this month, so that there is something to see soon, and `… older` what came before it, while the
wall already shows. A file remembers until when events were delivered, so that a demo started again
first catches up and then goes on.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson

from dashboard import tether
from dashboard.bus import Bus, BusDown, BusFull
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.config import Config, load_config
from dashboard.ingest import Summary, ingest
from dashboard.ledger import Ledger
from dashboard.logs import set_up
from dashboard.profile import Profile
from dashboard.sources.simulator import GridCells, LiveTown, cells_of
from dashboard.sources.simulator.town import Stream
from dashboard.worktime import EPOCH, HOUR
from geo.store import GridStore

log = logging.getLogger(__name__)

Event = dict[str, Any]
BATCH: Final = 5_000
OLDER_BATCH: Final = 1_000
RUN_IN_DAYS: Final = 5
TICK_S: Final = 0.1
NOTE_MS: Final = 1_000
SENT_AT_ONCE: Final = 1_000


class Progress:
    """Until when (epoch ms) the simulated city has been told, kept in a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "rehearsal.json"
        self._older = folder / "rehearsal-older.json"

    def until(self) -> int | None:
        """None before the first time."""
        return self._read(self._file, "until")

    def note(self, until: int) -> None:
        """Replaces the file as a whole: a kill leaves the old one or the new one."""
        self._write(self._file, "until", until)

    def older(self) -> int | None:
        """The city day before which nothing has been told yet; None when all has."""
        return self._read(self._older, "before")

    def owe(self, before: int | None) -> None:
        """Notes that the days before `before` are still to be told; None: no more."""
        if before is None:
            self._older.unlink(missing_ok=True)
        else:
            self._write(self._older, "before", before)

    def _read(self, file: Path, key: str) -> int | None:
        return int(json.loads(file.read_text("utf-8"))[key]) if file.exists() else None

    def _write(self, file: Path, key: str, value: int) -> None:
        part = file.with_suffix(".part")
        part.write_text(json.dumps({key: value}), "utf-8")
        part.replace(file)


def first_day(profile: Profile, now: int) -> int:
    """The city day from which 环比 on the wall has figures: last month's first, and a few days
    more, so that it begins with the usual cases in progress."""
    today = date.fromordinal(profile.day(now) + EPOCH)
    last_month = date.fromordinal(today.replace(day=1).toordinal() - 1).replace(day=1)
    return last_month.toordinal() - EPOCH - RUN_IN_DAYS


def recent_day(profile: Profile, now: int) -> int:
    """The city day from which the wall has this month and yesterday, with cases in progress."""
    today = profile.day(now)
    month = date.fromordinal(today + EPOCH).replace(day=1).toordinal() - EPOCH
    return min(month, today - 1) - RUN_IN_DAYS


def past(
    profile: Profile,
    rate: float | None,
    until: int | None,
    now: int,
    grid: GridCells | None = None,
) -> Iterator[Event]:
    """What the ledger lacks up to `now`: this month, or what came while nobody listened."""
    if until is None or until < profile.day_start(first_day(profile, now)):
        yield from LiveTown(profile, grid=grid).records(recent_day(profile, now), now)
        return
    city = LiveTown(profile, rate=rate, grid=grid)
    city.resume(until)
    for instant in (*range(until + HOUR, now, HOUR), now):
        yield from city.due(instant)


def fill(
    profile: Profile,
    ledger: Ledger,
    progress: Progress,
    rate: float | None,
    now: Callable[[], int],
    tell: Callable[[int | None, int], Iterable[bytes]] | None = None,
) -> Summary:
    """Brings the ledger up to the present, in bulk; `tell` gives the lines between two instants."""
    present = now()
    until = progress.until()
    if until is None or until < profile.day_start(first_day(profile, present)):
        progress.owe(recent_day(profile, present))
    if tell is None:
        lines: Iterable[bytes] = map(orjson.dumps, past(profile, rate, until, present))
    else:
        lines = tell(until, present)
    summary = ingest(ledger, lambda: lines, now, batch=BATCH)
    progress.note(present)
    return summary


def fill_older(
    profile: Profile,
    ledger: Ledger,
    progress: Progress,
    now: Callable[[], int],
    grid: GridCells | None = None,
) -> Summary | None:
    """The days before those of `fill`, in batches so small that the worker need not wait for them;
    None where they have all been told. Killed on the way it tells them again, which is harmless."""
    before = progress.older()
    if before is None:
        return None
    present = now()
    begin = first_day(profile, present)
    events = LiveTown(profile, grid=grid).older(begin, before, present)
    summary = ingest(ledger, lambda: map(orjson.dumps, events), now, batch=OLDER_BATCH)
    progress.owe(None)
    return summary


def told_apart(rate: float | None, until: int | None, present: int) -> Iterator[bytes]:
    """The lines of `past`, made by a process of its own: making them takes as long as folding them.

    Raises `RuntimeError` if that process fails: half a past must not count as the whole.
    """
    words = [sys.executable, "-IS", tether.__file__, str(os.getpid())]
    words += [sys.executable, "-P", "-m", "dashboard.rehearsal", "past"]
    words += ["-" if one is None else str(one) for one in (rate, until, present)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        yield from child.stdout
    if child.returncode:
        raise RuntimeError(f"模拟历史的进程意外结束（{child.returncode}）")


def feed(
    city: Stream,
    send: Callable[[list[bytes]], object],
    progress: Progress,
    now: Callable[[], int],
    sleep: Callable[[float], None],
) -> None:
    """Endless: sends what has happened since the last look. While Redis is away or full it waits
    and sends the same again; event ids make that harmless."""
    noted = 0
    while True:
        present = now()
        for some in _chunks(map(orjson.dumps, city.due(present))):
            deliver(some, send, sleep)
        if present - noted >= NOTE_MS:
            progress.note(present)
            noted = present
        sleep(TICK_S)


def deliver(
    events: list[bytes], send: Callable[[list[bytes]], object], sleep: Callable[[float], None]
) -> None:
    """Does not return before all of them are in the stream."""
    while events:
        try:
            send(events)
            return
        except BusFull as error:
            events = events[error.accepted :]
            log.warning("Redis 已满，等待：%s", error)
        except BusDown as error:
            log.warning("Redis 不可用，等待：%s", error)
        sleep(1.0)


def _chunks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == SENT_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def main(config: Config, act: str, rate: float | None, *span: int | None) -> None:
    """One of the acts of a demo."""
    profile = load_profile(config.profile_source)
    progress = Progress(config.data_dir)
    if act == "history":
        ledger = open_ledger(config, profile)
        summary = fill(profile, ledger, progress, rate, _now, partial(told_apart, rate))
        ledger.close()
        print(f"{summary.read:,} 个事件入账，拒收 {summary.rejected:,}")
        return
    grid = _cells(config, profile)
    if act == "older":
        ledger = open_ledger(config, profile)
        found = fill_older(profile, ledger, progress, _now, grid)
        ledger.close()
        print("没有更早的" if found is None else f"{found.read:,} 个更早的事件入账")
        return
    if act == "past":
        until, present = span
        for event in past(profile, rate, until, present or _now(), grid):
            sys.stdout.buffer.write(orjson.dumps(event) + b"\n")
        return
    city = LiveTown(profile, rate=rate, grid=grid)
    city.resume(progress.until() or _now())
    bus = Bus(config.require_redis(), config.bus_name(profile.id), shards=config.stream_shards)
    feed(city, bus.send, progress, _now, time.sleep)


def _cells(config: Config, profile: Profile) -> GridCells | None:
    """The cells of the city's grid, where it has one."""
    store = GridStore(config.grid_dir)
    version = store.current
    if version is None or store.about(version).city != profile.code:
        return None
    return cells_of(store.load(version), profile)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _words(act: str, *rest: str) -> tuple[Any, ...]:
    """The arguments of `main` from those of the command line; `-` for none."""
    numbers = [None if word == "-" else float(word) for word in rest]
    rate = numbers[0] if numbers else None
    return (act, rate, *(None if n is None else round(n) for n in numbers[1:]))


if __name__ == "__main__":
    settings = load_config()
    set_up(settings.log_format, "info", "rehearsal", settings.place)
    main(settings, *_words(*sys.argv[1:]))
