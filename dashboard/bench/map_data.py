"""`cityops bench map`, the data half 地图数据: tiles, points to cells, and the worker's vectors."""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from dashboard import cases as c
from dashboard.bench.bars import Bar
from dashboard.cases import COLUMNS, Row, blank
from dashboard.citygrid import plan_of
from dashboard.heat.desk import TICK_MS, HeatDesk
from dashboard.heat.ground import read_ground
from dashboard.heat.keys import DAY_MS, DEFAULT
from dashboard.ledger.spots import OPEN_STAGES, PLACE
from dashboard.payload import deflated, sse
from dashboard.profile import Profile
from geo.generate import generate
from geo.grid import Grid
from geo.idtiles import IdTiles
from geo.locate import Locator, RasterLocator
from geo.store import GridStore

NOON: Final = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai
CHANGED: Final = 300
TICKS: Final = 100
KEYS: Final = (str(DEFAULT), "open.year.unit_cell", "on_time_rate.30d.street", "reported.1h.street")
POINTS: Final = 1_000_000
JITTER: Final = 0.001
"""Degrees, about a cell."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class MapData:
    """Seconds, bytes and rates of one run (points by CPU time: one thread); `load_s` by key."""

    cells: int
    generate_s: float
    tiles: int
    prebuild_s: float
    prebuild_rss_mb: float
    live_per_s: float
    bulk_per_s: float
    unequal: int
    tick_bytes: int
    tick_ms: float
    cases: int
    load_s: dict[str, float] = field(default_factory=dict)

    def bars(self) -> list[Bar]:
        """What issue 3 asks of this half."""
        return [
            Bar("prebuild_s", "预建 z10–14", self.prebuild_s, "<=", 60, "s"),
            Bar("prebuild_rss_mb", "预建内存峰值", self.prebuild_rss_mb, "<=", 1500, "MB"),
            Bar("live_per_s", "落格，实时，每 CPU 秒", self.live_per_s, ">=", 200_000, "个"),
            Bar("bulk_per_s", "落格，批量，每 CPU 秒", self.bulk_per_s, ">=", 1_000_000, "个"),
            Bar("unequal", f"批量与精确几何不同的点，{POINTS:,} 个", self.unequal, "<=", 0, "个"),
            Bar(
                "tick_bytes",
                f"{CHANGED} 格变化的一帧，整个事件，压缩后",
                self.tick_bytes,
                "<=",
                2_000,
                "B",
            ),
        ]


class _Book:
    """Cases in memory, asked as the ledger is."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def since(self, columns: Sequence[str], by: str, start: int) -> Iterable[tuple[Any, ...]]:
        at = COLUMNS.index(by)
        return self._of(columns, (r for r in self.rows if r[at] is not None and r[at] >= start))

    def unfinished(self, columns: Sequence[str], now: int) -> Iterable[tuple[Any, ...]]:
        return self._of(columns, (row for row in self.rows if row[c.STAGE] in OPEN_STAGES))

    def _of(self, columns: Sequence[str], rows: Iterable[Row]) -> Iterable[tuple[Any, ...]]:
        places = [COLUMNS.index(name) for name in (*PLACE, *columns)]
        return (tuple(row[i] for i in places) for row in rows)


class _Post:
    """Takes what the desk announces and counts its bytes."""

    def __init__(self) -> None:
        self.deltas: dict[str, list[int]] = {}

    def asked(self) -> tuple[Mapping[str, str], set[str]]:
        return dict.fromkeys(KEYS, "bench"), set()

    def forget(self, keys: Iterable[str]) -> None:
        """Nobody's wishes end in a bench."""

    def announce(
        self,
        whole: Mapping[str, bytes],
        deltas: Sequence[tuple[str, bytes]],
        seqs: Mapping[str, int],
    ) -> None:
        for key, body in deltas:
            if key in KEYS:
                self.deltas.setdefault(key, []).append(len(deflated(sse("heat", body))))


def bench(profile: Profile, cases: int, tell: Tell) -> MapData:
    """Everything in one run, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="cityops-bench-") as folder:
        store = GridStore(Path(folder))
        tell("生成网格……")
        started = time.perf_counter()
        grid = generate(plan_of(profile))
        generated = time.perf_counter() - started
        store.save(grid)
        tell("预建 z10–14……")
        tiles = IdTiles(store.path(grid.version) / "tiles", grid.bounds, lambda: grid)
        started = time.perf_counter()
        count = sum(1 for _ in tiles.prebuild())
        prebuilt = time.perf_counter() - started
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        tell("落格……")
        live, bulk, unequal = _locating(grid)
        tell(f"{cases:,} 个案卷，{TICKS} 帧……")
        found = _ticking(profile, store, grid.version, cases)
        return MapData(
            len(grid), generated, count, prebuilt, rss, live, bulk, unequal, *found[:2], cases,
            found[2],
        )  # fmt: skip


def _locating(grid: Grid) -> tuple[float, float, int]:
    """(live points a CPU second, bulk points a CPU second, answers that differ). The points lie
    around cells, as cases do; a box around the city would be mostly empty land."""
    rng = np.random.default_rng(1)
    around = grid.centres[rng.integers(0, len(grid), POINTS)]
    lon, lat = (around + rng.uniform(-JITTER, JITTER, (POINTS, 2))).T
    lon, lat = np.ascontiguousarray(lon), np.ascontiguousarray(lat)
    tree, raster = Locator(grid.shapes), RasterLocator(grid.shapes)
    tree.find(lon[:1000], lat[:1000])
    started = time.process_time()
    exact = tree.find(lon, lat)
    live = POINTS / (time.process_time() - started)
    started = time.process_time()
    found = raster.find(lon, lat)
    bulk = POINTS / (time.process_time() - started)
    return live, bulk, int((found != exact).sum())


def _ticking(
    profile: Profile, store: GridStore, version: str, cases: int
) -> tuple[int, float, dict[str, float]]:
    """(bytes sent a tick of `CHANGED` cells, worker ms a tick of all keys, load s by key)."""
    ground = read_ground(store, version, lambda: Locator(store.load(version).shapes))
    chance = random.Random(3)
    rows = [_case(chance, ground.codes, NOON) for _ in range(cases)]
    post, now = _Post(), NOON
    desk = HeatDesk(profile, ground, _Book(rows), post, profile.repeat)
    load_s: dict[str, float] = {}
    for _ in range(len(KEYS) + 2):
        before = set(desk.loaded)
        started = time.perf_counter()
        desk.turn(now)
        for base in set(desk.loaded) - before:
            load_s[".".join(base)] = time.perf_counter() - started
        now += TICK_MS
    post.deltas.clear()
    started = time.process_time()
    for tick in range(TICKS):
        fresh = chance.sample(ground.codes, CHANGED)
        desk.apply([(f"{tick}-{i}", None, _report(code, now)) for i, code in enumerate(fresh)])
        now += TICK_MS
        desk.turn(now)
    spent = (time.process_time() - started) * 1000 / TICKS
    return max(post.deltas[str(DEFAULT)]), spent, load_s


def _case(chance: random.Random, codes: Sequence[str], now: int) -> Row:
    row = _report(
        codes[int(chance.random() ** 3 * len(codes))], now - chance.randrange(325 * DAY_MS)
    )
    at = row[c.REPORTED]
    if chance.random() < 0.95:
        row[c.STAGE], row[c.CLOSED], row[c.DISPOSED] = 7, at + 1, at + 1
    return row


def _report(code: str, at: int) -> Row:
    row = blank()[1]
    row[c.REPORTED], row[c.UNIT_CELL], row[c.STAGE] = at, code, 1
    row[c.CHANNEL], row[c.CATEGORY] = "collector", "E0102"
    return row
