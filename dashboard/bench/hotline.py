"""`cityops bench hotline`: a year of calls folded, asked and shown, on one core.

Every call is one row of a call log; the fold is the real one: decoded, merged, archived, tallied,
with the points of the rolling window, in SQLite. The exact minimum is compared with a plain loop.
"""

from __future__ import annotations

import heapq
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import orjson

from dashboard.access.identity import Identity
from dashboard.access.roles import Role
from dashboard.bench.bars import Bar
from dashboard.bench.hotline_calls import Call, calls
from dashboard.callmeasures import CALLS
from dashboard.calls.rolling import SPAN_MS
from dashboard.hotlinedesk import HotlineDesk
from dashboard.hotlineprofile import Hotline
from dashboard.hotlinework import HotlineWork
from dashboard.ingest import ingest
from dashboard.ledger import Ledger
from dashboard.profile import Profile
from dashboard.reckoning import reckon
from dashboard.remarkdesk import RemarkDesk
from dashboard.snapshot import Frame
from dashboard.windows import year_window

YEAR = 2022
QUERIES = 5
PAGES = 20
PAINTS = 20


@dataclass(frozen=True)
class Result:
    """Seconds of each leg; `wrong` are the figures that differ from the plain loop."""

    calls: int
    ledger_mb: float
    fold_s: float
    fold_cpu_s: float
    query_s: float
    page_s: float
    load_s: float
    paint_ms: float
    minimum: str
    wrong: list[str] = field(default_factory=list)

    def bars(self) -> list[Bar]:
        """What the benchmark must keep."""
        return [
            Bar("fold_s", "全年入账（一核）", self.fold_s, "<=", 90, "s"),
            Bar("query_s", "measures --year 的热线指标", self.query_s, "<=", 0.5, "s"),
            Bar("page_s", "桌面热线页全年，含同比环比与图，p95", self.page_s, "<=", 0.5, "s"),
            Bar("load_s", "工作进程载入热线", self.load_s, "<=", 5, "s"),
            Bar("paint_ms", "一帧的热线部分", self.paint_ms, "<=", 20, "ms"),
            Bar("wrong", "与逐一循环不符的数", len(self.wrong), "<=", 0),
        ]


def bench(profile: Profile, n: int, tell: Callable[[str], None]) -> Result:
    """Fold `n` calls of a year, ask for the year, load and paint the wall's part of it."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    city = replace(profile, hotline=replace(profile.hotline or Hotline(), years={}))
    first = city.day((date(YEAR, 1, 1) - date(1970, 1, 1)).days * SPAN_MS)
    start, days = city.day_start(first), 365
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "calls.jsonl"
        tell(f"生成 {n:,} 个来电…")
        with source.open("wb") as out:
            out.writelines(call.line() + b"\n" for call in calls(n, start, days))
        file = Path(folder) / "ledger.db"
        ledger = Ledger.open(f"sqlite:///{file}", city.rules, city.id)
        tell("入账…")
        fold_s, cpu_s = _folded(ledger, source, n)
        tell("查询…")
        end = start + days * SPAN_MS
        query_s, figures = _asked(ledger, city, end)
        page_s = _paged(ledger, city, end + SPAN_MS)
        load_s, paint_ms = _shown(ledger, city, end - 1)
        size = sum(one.stat().st_size for one in Path(folder).glob("ledger.db*"))
        ledger.close()
    tell("与逐一循环比较…")
    expected = plain(calls(n, start, days), start, end, city.rules.hotline)
    wrong = [f"{id}：{figures[id]}，应为 {should}" for id, should in expected.items()
             if figures[id] != should]  # fmt: skip
    minimum = "{}/{}".format(*figures["calls.connect_rate_24h_min"])
    return Result(n, size / 1e6, fold_s, cpu_s, query_s, page_s, load_s, paint_ms, minimum, wrong)


def _folded(ledger: Ledger, source: Path, n: int) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    done = ingest(ledger, lambda: source.open("rb"), lambda: time.time_ns() // 1_000_000)
    spent = time.perf_counter() - began, time.process_time() - cpu
    if done.accepted != n or done.rejected:
        raise RuntimeError(f"not every call was taken: {done}")
    return spent


Figure = tuple[int | None, int | None]


def _paged(ledger: Ledger, city: Profile, now: int) -> float:
    """The 95th percentile of the desk's page of the whole year, in seconds."""
    remarks = RemarkDesk(lambda: ledger, city, lambda: now)
    desk = HotlineDesk(lambda: ledger, city, lambda: now, remarks)
    leader = Identity("leader", "", frozenset({Role.VIEWER}), kind="user")
    seconds = []
    for _ in range(PAGES):
        began = time.perf_counter()
        desk.board(leader, f"?period={YEAR}")
        seconds.append(time.perf_counter() - began)
    return sorted(seconds)[PAGES * 95 // 100 - 1]


def _asked(ledger: Ledger, city: Profile, as_of: int) -> tuple[float, dict[str, Figure]]:
    """The median of some queries in seconds, and (numerator, denominator) of each measure."""
    window = year_window(city, YEAR, as_of)
    seconds = []
    for _ in range(QUERIES):
        began = time.perf_counter()
        report = reckon(ledger, city, window, ids=CALLS)
        seconds.append(time.perf_counter() - began)
    figures = {id: (value.num, value.den) for id, value in report.measures.items()}
    return sorted(seconds)[QUERIES // 2], figures


def _shown(ledger: Ledger, city: Profile, now: int) -> tuple[float, float]:
    """Seconds to load the live part, and the median ms to paint it after a changed call."""
    work = HotlineWork(city, ledger)
    began = time.perf_counter()
    work.reset(now)
    load_s = time.perf_counter() - began
    spent = []
    for _ in range(PAINTS):
        frame: Frame = {
            "v": 1, "seq": 1, "as_of": now, "build": "", "demo": False, "sources": [],
            "city": {"id": "", "name": "", "title": ""}, "m": {}, "s": {}, "t": {},
            "health": {"rejected": 0, "lag_ms": 0, "gap": None},
        }  # fmt: skip
        began = time.perf_counter()
        work.paint(frame)
        orjson.dumps(frame)
        spent.append((time.perf_counter() - began) * 1000)
    return load_s, sorted(spent)[PAINTS // 2]


def plain(every: Iterable[Call], start: int, end: int, rules: Hotline) -> dict[str, Figure]:
    """The same figures by one loop over the calls, each entering and, a day later, leaving."""
    counts = dict.fromkeys(("offered", "answered", "short_abandoned", "answered_in_15s"), 0)
    num = den = 0
    least: tuple[float, int, int] | None = None
    before = start

    def judge() -> None:
        nonlocal least
        if den >= rules.min_sample and (least is None or num / den < least[0]):
            least = (num / den, num, den)

    for at, entering, call in _events(every, counts, rules):
        if at != before:
            judge()
            before = at
        if at >= end:
            break
        den += entering
        num += entering * call.answered
    out: dict[str, Figure] = {f"calls.{name}": (n, None) for name, n in counts.items()}
    out["calls.connect_rate_24h_min"] = (None, None) if least is None else least[1:]
    return out


def _events(
    every: Iterable[Call], counts: dict[str, int], rules: Hotline
) -> Iterator[tuple[int, int, Call]]:
    """(instant, +1 or −1, call): each call when offered and 24 hours later, in order of time."""
    leaving: list[tuple[int, int, Call]] = []
    for call in every:
        counts["offered"] += 1
        counts["answered"] += call.answered
        counts["short_abandoned"] += call.short(rules.short_abandon_s)
        counts["answered_in_15s"] += call.answered and call.wait_ms <= rules.answer_within_s * 1000
        while leaving and leaving[0][0] <= call.offered_at:
            at, _, gone = heapq.heappop(leaving)
            yield at, -1, gone
        yield call.offered_at, 1, call
        heapq.heappush(leaving, (call.offered_at + SPAN_MS, call.number, call))
    while leaving:
        at, _, gone = heapq.heappop(leaving)
        yield at, -1, gone
