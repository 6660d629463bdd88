"""`cityops bench crowd`: leaders and walls on the shipped configuration, while the city goes on.

The web server stands as `cityops serve` sets it up, with all its workers; a real worker folds the
events of the simulated city into the same ledger. Frames come once a second from the bench, so that
it knows when each was published.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from dashboard.access.roles import Role
from dashboard.bench.bars import Bar
from dashboard.bench.browser import chromium
from dashboard.bench.desk_talk import heard
from dashboard.bench.leaders import Report as Asked
from dashboard.bench.leaders import Spec
from dashboard.bench.live_crowd import NS_PER_MS, Loader
from dashboard.bench.live_line import now_ms
from dashboard.bench.live_meter import busy_s, cpu_s, percentile
from dashboard.bench.stir import Stir
from dashboard.bench.viewers import Report as Seen
from dashboard.bench.wall_city import WallCity, wall_city
from dashboard.config import Config
from dashboard.filterdesk import PERIODS
from dashboard.question import Question
from layouts.ids import FILTER_AT

APART: Final = "bench-apart"
"""Redis keys of the real worker: its frames must not mix with the bench's."""
WARM_S: Final = 15
TAIL_S: Final = 2
EXAMPLES: Final = 5


@dataclass(frozen=True)
class CrowdFound:
    """Delivery in ms from publishing to the viewer's socket, queries in ms to the whole answer;
    `again` answers that said it takes longer. Cores: the server's, all else's."""

    leaders: int
    walls: int
    web_workers: int
    seconds: float
    frames: int
    missed: int
    lost: int
    delivery_p50_ms: float
    delivery_p99_ms: float
    queries: int
    query_p50_ms: float
    query_p95_ms: float
    pages: dict[str, tuple[int, float, float]]
    again: int
    errors: int
    examples: list[str]
    server_cpu: float
    other_cpu: float
    load: float

    def bars(self) -> list[Bar]:
        """What issue 6 asks."""
        return [
            Bar("delivery_p99_ms", "画面送达 p99", self.delivery_p99_ms, "<=", 500, "ms"),
            Bar("query_p95_ms", "桌面查询 p95", self.query_p95_ms, "<=", 1_000, "ms"),
            Bar("queries", "查询", self.queries, ">=", self.leaders, "次"),
            Bar("errors", "出错", self.errors + self.lost, "<=", 0, "次"),
        ]

    def rows(self) -> list[tuple[str, str | float]]:
        """For people."""
        told: list[tuple[str, str | float]] = [
            ("领导，墙，网页进程", f"{self.leaders}，{self.walls}，{self.web_workers}"),
            ("帧，漏帧，断线", f"{self.frames:,}，{self.missed:,}，{self.lost}"),
            ("送达 p50，ms", self.delivery_p50_ms),
            ("查询次数，再问", f"{self.queries:,}，{self.again:,}"),
            ("查询 p50，ms", self.query_p50_ms),
            ("占核：网页进程，其余", f"{self.server_cpu:.2f}，{self.other_cpu:.2f}"),
            ("负载", self.load),
        ]
        for page, (count, p50, p95) in self.pages.items():
            told.append((page, f"{count:,} 次，p50 {p50:.0f} ms，p95 {p95:.0f} ms"))
        return told + [("出错", text) for text in self.examples]


def bench(
    city: str,
    leaders: int,
    walls: int,
    seconds: int,
    think: float,
    days: int,
    tell: Callable[[str], None],
) -> CrowdFound:
    """Raises `BrowserMissing`: what leaders ask is heard from a real page first."""
    workers = Config().web_workers
    with (
        tempfile.TemporaryDirectory(prefix="cityops-bench-") as folder,
        wall_city(city, Path(folder), days, web_workers=workers) as standing,
    ):
        standing.line.serve()
        people = standing.people(leaders, Role.OPERATOR)
        with chromium() as browser:
            tell("听真浏览器在每一页问什么……")
            pages = heard(browser, standing, people[0])
        spec = Spec(
            port=standing.line.config.port,
            think_s=think,
            people=[(f"{one.cookie}={one.token}", one.csrf) for one in people],
            pages=pages,
            filter_id=FILTER_AT,
            searches=_searches(standing),
        )
        tell(f"{leaders} 位领导、{walls} 块墙，{seconds} 秒……")
        return _measure(standing, spec, walls, seconds, workers)


def _searches(city: WallCity) -> list[str]:
    """Every period, of the whole city and of each district."""
    codes = ["", *(area.code for area in city.line.profile.districts)]
    return [
        Question(period).narrowed("district", [code] if code else []).query()
        for period in PERIODS
        for code in codes
    ]


def _measure(city: WallCity, spec: Spec, walls: int, seconds: int, workers: int) -> CrowdFound:
    line = city.line
    (server,) = (child for child in line.children if child.name == "serve")
    line.cityops("work", redis_tag=APART)
    line.python("feed", "-m", "dashboard.rehearsal", "live", redis_tag=APART)
    stream = Frames(city)
    cookies = line.config.data_dir / "cookies.json"
    mine = [cookie for cookie, _ in spec["people"]] + [city.wall_cookie() for _ in range(walls)]
    cookies.write_bytes(orjson.dumps(mine))
    asked = line.config.data_dir / "leaders.json"
    asked.write_bytes(orjson.dumps(spec))
    with Loader("screens", spec["port"], len(mine), str(cookies)) as loader:
        stream.until(loader.ready)
        with _leaders(asked) as leaders:
            stream.during(WARM_S)
            loader.start()
            known, began = set(stream.published), time.monotonic()
            used, busy = cpu_s(server.pid), busy_s()
            stream.during(seconds)
            took = time.monotonic() - began
            used, busy = cpu_s(server.pid) - used, busy_s() - busy
            measured = stream.published.keys() - known
            stream.during(TAIL_S)
            told, _ = leaders.communicate(b"stop\n")
        seen = loader.stop()
    found: Asked = orjson.loads(told)
    every = [ms for one in found["ms"].values() for ms in one]
    delays, missed = _delivery(seen, stream.published, measured, len(mine))
    return CrowdFound(
        leaders=len(spec["people"]),
        walls=walls,
        web_workers=workers,
        seconds=took,
        frames=len(measured),
        missed=missed,
        lost=seen["lost"],
        delivery_p50_ms=percentile(delays, 0.50),
        delivery_p99_ms=percentile(delays, 0.99),
        queries=len(every),
        query_p50_ms=percentile(every, 0.50),
        query_p95_ms=percentile(every, 0.95),
        pages={
            page: (len(ms), percentile(ms, 0.50), percentile(ms, 0.95))
            for page, ms in found["ms"].items()
        },
        again=found["again"],
        errors=len(found["errors"]),
        examples=found["errors"][:EXAMPLES],
        server_cpu=used / took,
        other_cpu=(busy - used) / took,
        load=os.getloadavg()[0],
    )


def _leaders(spec: Path) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-P", "-m", "dashboard.bench.leaders", str(spec)]
    return subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _delivery(
    seen: Seen, published: dict[int, int], measured: set[int], viewers: int
) -> tuple[list[float], int]:
    delays = [
        (at - published[seq]) / NS_PER_MS
        for seq in measured
        for at in seen["arrivals"].get(str(seq), [])
    ]
    return delays, viewers * len(measured) - len(delays)


class Frames:
    """A stirred frame a second, and when each was published (monotonic ns)."""

    def __init__(self, city: WallCity) -> None:
        self._bus, self._stir = city.line.bus, Stir(city.frame)
        self._seq = city.frame["seq"]
        self.published: dict[int, int] = {}
        self._due = time.monotonic()

    def until(self, done: Callable[[], bool]) -> None:
        """Publishes until `done`."""
        while not done():
            if time.monotonic() >= self._due:
                self._due += 1.0
                self._seq += 1
                body = orjson.dumps(self._stir.next(self._seq, now_ms()))
                self.published[self._seq] = time.monotonic_ns()
                self._bus.publish(body, self._seq)
            time.sleep(0.005)

    def during(self, seconds: float) -> None:
        """Publishes for some seconds."""
        end = self._due + seconds - 0.5
        self.until(lambda: time.monotonic() >= end)
