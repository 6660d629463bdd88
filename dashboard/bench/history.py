"""History 往事: the last days of a simulated city in a line's ledger, before its programs start."""

from __future__ import annotations

from typing import Final

import orjson

from dashboard.bench.live_line import Line, now_ms
from dashboard.cityledger import open_ledger
from dashboard.ingest import ingest
from dashboard.sources.simulator import LiveTown
from dashboard.sources.simulator.gridded import cells_of
from geo.store import GridStore

BATCH: Final = 5_000


def fill(line: Line, days: int) -> None:
    """Cases and calls of the last `days` days, the platform since the new year; in the cells of the
    line's grid, where it has one."""
    profile, now = line.profile, now_ms()
    store = GridStore(line.config.grid_dir)
    version = store.current
    grid = None if version is None else cells_of(store.load(version), profile)
    ledger = open_ledger(line.config, profile)
    try:
        events = LiveTown(profile, grid=grid).records(profile.day(now) - days, now)
        ingest(ledger, lambda: map(orjson.dumps, events), now_ms, batch=BATCH)
    finally:
        ledger.close()
