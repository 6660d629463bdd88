"""`cityops bench platform`: a year of one-minute probes from event lines to figures, one core.

20 components, every probe a JSON line through the contract's decoder and the ledger's transaction;
times jitter, probes get lost, components are down, slow and silent. Making the lines counts too.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from dashboard.bench.bars import Bar
from dashboard.city import Profile
from dashboard.ingest import ingest
from dashboard.ledger import Ledger, uptimereading
from dashboard.platformmeasures import PLATFORM
from dashboard.platformparts import Component, Platform
from dashboard.platformwork import PlatformWork
from dashboard.reckoning import reckon
from dashboard.uptime.policy import Policy
from dashboard.uptime.verdicts import known_spans
from dashboard.windows import Window, year_window

MINUTE: Final = 60_000
DAY_MINUTES: Final = 1_440
_LINE: Final = (
    '{"id":"c%02d-%d","type":"probe","at":%d,"sent_by":"bench","component":"c%02d","ok":%s}'
)


@dataclass(frozen=True)
class Result:
    """What a year of probes took, and what is left of it in the ledger."""

    components: int
    days: int
    probes: int
    fold_s: float
    cpu_s: float
    rss_mb: float
    ledger_mb: float
    stored_days: int
    bytes_per_probe: float
    spans: int
    query_s: float
    load_s: float
    paint_ms: float
    outages: float
    availability: float

    def bars(self) -> list[Bar]:
        """What is asked of a whole year of 20 components."""
        return [
            Bar("fold_s", "一年探测入账", self.fold_s, "<=", 180, "s"),
            Bar("rss_mb", "内存峰值", self.rss_mb, "<=", 500, "MB"),
            Bar("query_s", "全年平台指标查询", self.query_s, "<=", 2, "s"),
        ]

    def rows(self) -> list[tuple[str, str | float]]:
        """The figures beside the bars."""
        return [
            ("组件 × 天 / components × days", f"{self.components} × {self.days}"),
            ("探测 / probes", self.probes),
            ("入账，次/秒 / probes per s", round(self.probes / self.fold_s)),
            ("其中占用处理器 / of it CPU，s", self.cpu_s),
            ("台账 / ledger，MB", self.ledger_mb),
            ("点的行数（组件·日）/ rows of points", self.stored_days),
            ("每次探测，字节 / bytes per probe", self.bytes_per_probe),
            ("区间 / spans", self.spans),
            ("工作进程载入 / worker's load，s", self.load_s),
            ("画一帧 / paint，ms", self.paint_ms),
        ]


def bench(profile: Profile, components: int, days: int, tell: Callable[[str], None]) -> Result:
    """Folds the probes of a year up to `days`; what is stored is checked against the points."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    policy = Policy(gap_ms=3 * MINUTE, slow_ms=800, failures=2, successes=2)
    known = tuple(
        Component(f"c{n:02d}", f"组件 {n}", vital=n < 5, policy=policy) for n in range(components)
    )
    city = replace(profile, platform=Platform(known))
    window = year_window(city, 2026, 1 << 60)
    start = city.day_start(window.first_day)
    end = start + days * DAY_MINUTES * MINUTE
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "ledger.db"
        ledger = Ledger.open(f"sqlite:///{file}", city.rules, city.id)
        tell(f"{components} × {days} 天")
        began, busy = time.perf_counter(), time.process_time()
        done = ingest(ledger, lambda: lines(components, days, start), lambda: end)
        fold_s, cpu_s = time.perf_counter() - began, time.process_time() - busy
        rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if done.rejected or done.accepted != done.read:
            raise RuntimeError(f"not every probe was taken: {done}")
        found = uptimereading.probe_size(ledger)
        if found.probes != done.read:
            raise RuntimeError(f"{found.probes} probes stored of {done.read}")
        _check(ledger, city, policy, end)
        query_s, figures = _query(ledger, city, Window(window.first_day, window.end_day, end))
        load_s, paint_ms = _live(ledger, city, end - 1)
        with ledger.engine.connect() as connection:
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        ledger.close()
        size = file.stat().st_size
    return Result(
        components,
        days,
        done.read,
        fold_s,
        cpu_s,
        rss_mb,
        size / 1e6,
        found.days,
        found.bytes / found.probes,
        found.spans,
        query_s,
        load_s,
        paint_ms,
        *figures,
    )


def lines(components: int, days: int, start: int) -> Iterator[bytes]:
    """Probe events in the order of time: a minute apart with jitter, one in 500 lost; about one
    outage of minutes to hours in ten component-days, slow spells, and a prober that was silent."""
    rng = np.random.default_rng(2026)
    for day in range(days):
        shape = (DAY_MINUTES, components)
        jitter = rng.integers(0, 2_000, shape)
        latency = rng.integers(5, 120, shape)
        for n in np.flatnonzero(rng.random(components) < 0.1).tolist():
            at, length = int(rng.integers(0, DAY_MINUTES)), int(rng.exponential(12)) + 1
            latency[at : at + length, n] = -1 if rng.random() < 0.7 else 1500
        latency[rng.random(shape) < 0.0002] = -1
        kept = rng.random(shape) > 0.002
        if rng.random() < 0.05:
            at = int(rng.integers(0, DAY_MINUTES))
            kept[at : at + 20] = False
        first = start + day * DAY_MINUTES * MINUTE
        for minute in range(DAY_MINUTES):
            base = first + minute * MINUTE
            row = zip(
                jitter[minute].tolist(),
                latency[minute].tolist(),
                kept[minute].tolist(),
                strict=True,
            )
            for n, (late, ms, there) in enumerate(row):
                if there:
                    at = base + late
                    ok = "false" if ms < 0 else f'true,"latency_ms":{ms}'
                    yield (_LINE % (n, at, at, n, ok)).encode()


def _check(ledger: Ledger, city: Profile, policy: Policy, end: int) -> None:
    """The stored spans against those from all points at once."""
    stored = uptimereading.spans(ledger, 0, 1 << 61)
    for one in city.platform.components:
        whole = uptimereading.probes(ledger, one.id, 0, end + MINUTE)
        if stored.get(one.id) != known_spans(whole, policy):
            raise RuntimeError(f"{one.id}: stored spans differ from those derived from scratch")


def _query(ledger: Ledger, city: Profile, window: Window) -> tuple[float, tuple[float, float]]:
    began = time.perf_counter()
    report = reckon(ledger, city, window, ids=PLATFORM).measures
    spent = time.perf_counter() - began
    told = (report["platform.outages"].value, report["platform.availability"].value)
    return spent, (told[0] or 0.0, told[1] or 0.0)


def _live(ledger: Ledger, city: Profile, now: int) -> tuple[float, float]:
    """Seconds to load the section, milliseconds to paint it."""
    work = PlatformWork(city, ledger)
    began = time.perf_counter()
    work.reset(now)
    load_s = time.perf_counter() - began
    frame = {"m": {}, "s": {}, "t": {}}  # type: ignore[var-annotated]
    began = time.perf_counter()
    work.paint(frame)  # type: ignore[arg-type]
    return load_s, (time.perf_counter() - began) * 1000
