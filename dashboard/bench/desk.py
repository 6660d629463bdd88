"""`cityops bench desk`: a year of cases asked any question, beside a plain recount in pandas.

Every question is another one, so nothing is answered from memory: the whole page 总览 with its
three windows, areas, categories, sources and chart, and 案件 with its list. The recount filters a
table of the records and counts the steps of the funnel, and both must say the same.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from dashboard.access.identity import Identity
from dashboard.bench.bars import Bar
from dashboard.bench.year import fill
from dashboard.casedesk import CaseDesk
from dashboard.casesdesk import CasesDesk
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.columns.counting import Edges
from dashboard.columns.shape import TIMES
from dashboard.columns.table import DIMENSIONS
from dashboard.config import load_config
from dashboard.deskcopy import CaseCopy
from dashboard.deskquery import DeskQuery
from dashboard.filterdesk import FilterDesk
from dashboard.ledger import Ledger
from dashboard.ledger.casecolumns import all_cases
from dashboard.overviewdesk import STEPS, OverviewDesk
from dashboard.periods import Period
from dashboard.profile import Profile
from dashboard.question import Question

PATIENT_S: Final = 600.0
RECOUNTED: Final = 25
"""Questions that the plain recount answers too; it is slow."""
ASKED: Final = ("district", "street", "duty_grid", "department", "category", "channel")
COUNTED: Final = {
    "cases.accepted": "accepted_at",
    "cases.filed": "filed_at",
    "cases.dispatched": "dispatched_at",
    "cases.closed": "closed_at",
}
"""Measures that are a plain count of one instant where the case is not cancelled."""


@dataclass(frozen=True)
class Result:
    """Seconds, milliseconds and MB; `wrong` are the questions the recount answers otherwise."""

    cases: int
    load_s: float
    load_cpu_s: float
    rss_mb: float
    columns_mb: float
    overview_ms: dict[str, float]
    overview_cpu_ms: dict[str, float]
    cases_ms: dict[str, float]
    cases_cpu_ms: dict[str, float]
    kept_ms: float
    pandas_ms: dict[str, float]
    pandas_mb: float
    wrong: list[str] = field(default_factory=list)

    def bars(self) -> list[Bar]:
        """What the benchmark must keep."""
        return [
            Bar(
                "overview_p95_ms", "总览，任意筛选，95 %", self.overview_ms["p95"], "<=", 500, "ms"
            ),
            Bar("cases_p95_ms", "案件，任意筛选，95 %", self.cases_ms["p95"], "<=", 500, "ms"),
            Bar("wrong", "与逐案重算不符的问题", len(self.wrong), "<=", 0),
        ]


def bench(
    city: str,
    year: int,
    file: Path | None,
    folder: Path,
    questions: int,
    say: Callable[[str], None],
) -> Result:
    """Fills a ledger in `folder` unless there is one, loads it, asks."""
    config = load_config(env={}, overrides={"city": city, "data_dir": folder})
    profile = load_profile(config.profile_source)
    if not Path(config.ledger_url.removeprefix("sqlite:///")).exists():
        say("模拟并入账全年…")
        fill(config, year, file, folder, ("cases",))
    ledger = open_ledger(config, profile, reading=True)
    copy = CaseCopy(lambda: ledger, lambda: time.time_ns() // 1_000_000)
    asked = Asking(copy, ledger, profile)
    start, cpu = time.perf_counter(), time.process_time()
    asked.overview(Question(Period(str(year))).query())
    load_s, load_cpu_s = time.perf_counter() - start, time.process_time() - cpu
    rss = resident_mb()
    table = asked.table()
    say(f"{table.n:,} 件，开始提问…")
    made = Questions(table.members, year)
    overview = [timed(asked.overview, made.next()) for _ in range(questions)]
    cases = [timed(asked.cases, made.next()) for _ in range(questions // 2)]
    again = made.next()
    asked.overview(again)
    kept = min(timed(asked.overview, again).wall for _ in range(5))
    say("逐案重算…")
    frame = records(ledger)
    recount = [compare(asked, frame, profile, year, made.next()) for _ in range(RECOUNTED)]
    ledger.close()
    return Result(
        cases=table.n,
        load_s=load_s,
        load_cpu_s=load_cpu_s,
        rss_mb=rss,
        columns_mb=table.megabytes(),
        overview_ms=quantiles([one.wall for one in overview]),
        overview_cpu_ms=quantiles([one.cpu for one in overview]),
        cases_ms=quantiles([one.wall for one in cases]),
        cases_cpu_ms=quantiles([one.cpu for one in cases]),
        kept_ms=kept,
        pandas_ms=quantiles([ms for ms, _ in recount]),
        pandas_mb=float(frame.memory_usage(deep=True).sum()) / 1e6,
        wrong=[text for _, text in recount if text],
    )


class Asking:
    """The pages as the desk asks for them."""

    def __init__(self, copy: CaseCopy, ledger: Ledger, profile: Profile) -> None:
        filters = FilterDesk(profile, lambda: time.time_ns() // 1_000_000)
        self.query = DeskQuery(copy, profile)
        self._overviews = OverviewDesk(self.query, profile, filters, lambda *_: ())
        lists = CaseDesk(self.query, lambda: ledger, profile, filters)
        self._cases = CasesDesk(self.query, profile, filters, lists)
        self._filters, self.who = filters, Identity("bench", kind="user")

    def overview(self, address: str) -> Any:
        """The page 总览."""
        return self._overviews.overview(self.who, address, PATIENT_S)

    def cases(self, address: str) -> Any:
        """The page 案件."""
        return self._cases.cases_page(self.who, address, PATIENT_S)

    def table(self) -> Any:
        """The columns."""
        return self.query.ask(self.who, Question(), "table", lambda view: view.table, PATIENT_S)

    def counts(self, address: str) -> dict[str, int]:
        """The plain counts of a question."""
        question = self._filters.read(address).question

        def work(view: Any) -> dict[str, int]:
            total = view.over(question, view.span(question).window, [*STEPS]).total()
            return {id: value.num or 0 for id, value in total.items()}

        return self.query.ask(self.who, question, "counts", work, PATIENT_S)


class Questions:
    """A year narrowed at random: none to all dimensions, one to three codes each."""

    def __init__(self, members: dict[str, list[str]], year: int) -> None:
        self._members, self._year, self._rng = members, year, random.Random(20211231)

    def next(self) -> str:
        """An address that was not asked before."""
        found = Question(Period(str(self._year)))
        for name in self._rng.sample(ASKED, self._rng.choice((0, 1, 1, 2, 2, 3, 4))):
            known = [code for code in self._members[name] if code]
            if known:
                some = self._rng.sample(known, min(len(known), self._rng.randint(1, 3)))
                found = found.narrowed(name, some)
        return found.query()


def records(ledger: Ledger) -> pd.DataFrame:
    """The records as a plain table."""
    parts = []
    with all_cases(ledger) as copy:
        for chunk in copy.chunks:
            part = {name: chunk.ints[i] for i, name in enumerate(TIMES)}
            part |= {name: list(codes) for name, codes in zip(DIMENSIONS, chunk.codes, strict=True)}
            part["self_handled"] = chunk.ints[-1]
            parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def compare(
    asked: Asking, frame: pd.DataFrame, profile: Profile, year: int, address: str
) -> tuple[float, str]:
    """Milliseconds of the recount of one question, and the question where it says otherwise."""
    question = asked._filters.read(address).question
    first = (np.datetime64(f"{year}-01-01") - np.datetime64("1970-01-01")).astype(int)
    end = (np.datetime64(f"{year + 1}-01-01") - np.datetime64("1970-01-01")).astype(int)
    start_ms, end_ms = profile.day_start(int(first)), profile.day_start(int(end))
    edges = Edges(start_ms, end_ms, end_ms)
    start = time.perf_counter()
    counts = recounted(frame, profile, edges, dict(question.among))
    spent = 1_000 * (time.perf_counter() - start)
    told = asked.counts(address)
    same = all(told[id] == n for id, n in counts.items())
    return spent, "" if same else f"{address}: {counts} ≠ {told}"


def recounted(
    frame: pd.DataFrame, profile: Profile, edges: Edges, among: dict[str, tuple[str, ...]]
) -> dict[str, int]:
    """The steps of the funnel, filtered and counted in the plain way."""
    mine = frame
    for name, codes in among.items():
        mine = mine[mine[name].fillna("").isin(codes)]
    if "channel" not in among:
        mine = mine[~mine["channel"].isin(profile.separate_channels)]
    own = (mine["self_handled"] != 0) | (mine["channel"] == "self_handled")
    switches = profile.self_handled_counts_as
    out = {}
    for id, column in COUNTED.items():
        word = id.removeprefix("cases.")
        at = mine[column]
        inside = (at >= edges.start) & (at < edges.end) & (at != 0) & (mine["cancelled_at"] == 0)
        counts = ~own | (word in switches)
        if word == "dispatched":
            counts = ~own
        out[id] = int((inside & counts).sum())
    return out


@dataclass(frozen=True)
class Took:
    """Milliseconds of one question: on the clock, and of this process's CPU."""

    wall: float
    cpu: float


def timed(ask: Callable[[str], object], address: str) -> Took:
    """How long one question took."""
    start, cpu = time.perf_counter(), time.process_time()
    ask(address)
    spent = time.process_time() - cpu
    return Took(1_000 * (time.perf_counter() - start), 1_000 * spent)


def quantiles(values: list[float]) -> dict[str, float]:
    """p50, p95 and the most."""
    return {
        "p50": float(np.percentile(values, 50)),
        "p95": float(np.percentile(values, 95)),
        "max": max(values),
    }


def resident_mb() -> float:
    """The memory of this process now."""
    text = Path("/proc/self/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024
