"""The hotline's measures of a window against a brute-force oracle that knows only definitions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import pytest

from dashboard.callmeasures import CALLS
from dashboard.calls import record as r
from dashboard.calls.agents import NAMES
from dashboard.eventkinds import OtherEvent
from dashboard.formula import Value
from dashboard.hotlineprofile import Hotline
from dashboard.ledger import Ledger
from dashboard.ledger.callreading import all_calls
from dashboard.reckoning import reckon
from dashboard.windows import Window
from tests.hotline import NOON, agent_event, answered, call_event, random_call
from tests.town import DAY, HOUR, MONDAY, RULES, Town, day

FIRST = day(MONDAY)
SPAN = DAY
HOTLINE = Hotline(min_sample=5, max_wait_s=1800)


@dataclass(frozen=True)
class Choosy(Town):
    """A town that takes one variant everywhere it exists."""

    variant: str = ""
    variants: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, variant: str) -> Choosy:
        has = {id: variant for id, one in CALLS.items() if variant in one.variants}
        return cls(variants=has)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(
        f"sqlite:///{tmp_path}/ledger.db", replace(RULES, hotline=HOTLINE), "qingshi"
    )
    yield opened
    opened.close()


def states(rng: random.Random) -> list[OtherEvent]:
    return [
        agent_event(f"A{rng.randrange(4)}", MONDAY + rng.randrange(5 * DAY), rng.choice(NAMES))
        for _ in range(120)
    ]


@dataclass
class Oracle:
    """Every call as plain facts; every figure by looking at all of them."""

    rows: list[r.Row]
    changes: dict[str, list[tuple[int, str]]]
    start: int
    end: int
    as_of: int

    def inside(self, at: int | None) -> bool:
        return at is not None and self.start <= at < self.end

    def offered(self) -> list[r.Row]:
        return [row for row in self.rows if self.inside(row[r.OFFERED])]

    @staticmethod
    def wait(row: r.Row) -> float | None:
        ends = [row[i] for i in (r.ANSWERED, r.ABANDONED, r.OVERFLOW) if row[i] is not None]
        begin = row[r.QUEUED] if row[r.QUEUED] is not None else row[r.OFFERED]
        return max(0, ends[0] - begin) / 1000 if ends and begin is not None else None

    def pending(self, row: r.Row) -> bool:
        return self.fate(row) == "" and self.as_of - row[r.OFFERED] <= HOTLINE.max_wait_s * 1000

    @staticmethod
    def fate(row: r.Row) -> str:
        for index, name in (
            (r.ANSWERED, "answered"), (r.OVERFLOW, "overflow"), (r.ABANDONED, "abandoned"),
        ):  # fmt: skip
            if row[index] is not None:
                return name
        return ""

    def short(self, row: r.Row) -> bool:
        return self.fate(row) == "abandoned" and (self.wait(row) or 0) < 5

    def share(self, above: list[r.Row], below: list[r.Row]) -> Fraction | None:
        return Fraction(len(above), len(below)) if below else None

    def connect_rate(self, variant: str) -> Fraction | None:
        below = [row for row in self.offered() if not self.pending(row)]
        if variant == "without_short":
            below = [row for row in below if not self.short(row)]
        return self.share([row for row in below if self.fate(row) == "answered"], below)

    def service_level(self) -> Fraction | None:
        got = [row for row in self.offered() if self.fate(row) == "answered"]
        return self.share([row for row in got if (self.wait(row) or 0) <= 15], got)

    def asa(self) -> float | None:
        waits = [self.wait(row) for row in self.offered() if self.fate(row) == "answered"]
        return sum(one or 0 for one in waits) / len(waits) if waits else None

    def occupancy(self) -> Fraction | None:
        busy = total = 0
        for changes in self.changes.values():
            for i, (at, state) in enumerate(changes):
                last = i + 1 == len(changes)
                until = self.as_of if last else changes[i + 1][0]
                until = min(until, at + 12 * HOUR, self.end)
                ms = max(0, until - max(at, self.start))
                busy += ms if state in ("talking", "hold", "wrapup") else 0
                total += ms if state not in ("busy", "logout") else 0
        return Fraction(busy, total) if total else None

    def least(self) -> Fraction | None:
        """Millisecond by millisecond where anything can change, and one either side."""
        known = [row for row in self.rows if row[r.OFFERED] is not None and not self.pending(row)]
        places = {self.start + 1, self.end}
        for row in known:
            for base in (row[r.OFFERED], row[r.OFFERED] + SPAN):
                places |= {base - 1, base, base + 1}
        rates = []
        for end in places:
            if self.start < end <= self.end:
                below = [row for row in known if end - SPAN <= row[r.OFFERED] < end]
                if len(below) >= HOTLINE.min_sample:
                    share = self.share([o for o in below if self.fate(o) == "answered"], below)
                    rates.append(share or Fraction(0))
        return min(rates, default=None)


def same(value: Value, expected: Fraction | float | None) -> bool:
    if expected is None or value.value is None:
        return value.value is None and expected is None
    return abs(value.value - float(expected)) < 1e-12


@pytest.mark.parametrize("seed", range(6))
def test_every_figure_of_random_days(ledger: Ledger, seed: int) -> None:
    rng = random.Random(seed)
    events = [e for n in range(120) for e in random_call(rng, f"T{n}", days=4)]
    agents = states(rng)
    mixed = events + agents
    rng.shuffle(mixed)
    ledger.apply(mixed)
    changes: dict[str, dict[int, str]] = {}
    for event in sorted(agents, key=lambda e: e.data):
        changes.setdefault(event.subject, {})[event.at] = NAMES[event.data]
    ordered = {agent: sorted(found.items()) for agent, found in changes.items()}
    for _ in range(4):
        first, length = FIRST + rng.randrange(3), rng.randint(1, 3)
        as_of = MONDAY + (first - FIRST) * DAY + rng.randint(1, length * DAY)
        edge = rng.choice([row[r.OFFERED] for _, row in all_calls(ledger)])
        if rng.random() < 0.5 and MONDAY + (first - FIRST) * DAY < edge < as_of:
            as_of = edge  # a call offered at the very as-of time is not in the window yet
        window = Window(first, first + length, as_of)
        start = MONDAY + (first - FIRST) * DAY
        upto = {a: [c for c in found if c[0] < as_of] for a, found in ordered.items()}
        oracle = Oracle([row for _, row in all_calls(ledger)], upto, start, as_of, as_of)
        for variant in ("offered", "without_short"):
            found = reckon(ledger, Choosy.of(variant), window).measures
            assert same(found["calls.connect_rate"], oracle.connect_rate(variant))
        found = reckon(ledger, Town(), window).measures
        assert found["calls.offered"].num == len(oracle.offered())
        assert same(found["calls.service_level_15s"], oracle.service_level())
        assert same(found["calls.asa_s"], oracle.asa())
        assert same(found["calls.occupancy"], oracle.occupancy())
        assert same(found["calls.connect_rate_24h_min"], oracle.least())


def test_a_window_is_the_sum_of_its_days(ledger: Ledger) -> None:
    rng = random.Random(7)
    ledger.apply([e for n in range(200) for e in random_call(rng, f"T{n}", days=4)])
    ledger.apply(states(rng))
    window = Window(FIRST, FIRST + 4, MONDAY + 3 * DAY + 7 * HOUR + 123_456)
    report = reckon(ledger, Town(), window, "day")
    whole, days = report.measures, list(report.by.values())
    for id in ("calls.offered", "calls.answered", "calls.connect_rate", "calls.occupancy"):
        for part in ("num", "den"):
            parts = [getattr(one[id], part) for one in days]
            if any(part is not None for part in parts):
                assert getattr(whole[id], part) == sum(one for one in parts if one is not None)
    rates = [one["calls.connect_rate_24h_min"].value for one in days]
    assert whole["calls.connect_rate_24h_min"].value == min(x for x in rates if x is not None)


def test_who_waits_and_since_when(ledger: Ledger) -> None:
    ledger.apply(
        [
            call_event("T1", 1, NOON - 61_500, "offered"),
            call_event("T1", 2, NOON - 60_500, "queued"),
            call_event("T2", 1, NOON - 20_000, "offered"),
            call_event("M1", 1, NOON - 90_000, "offered"),  # still in the menu
            call_event("M1", 2, NOON - 90_000, "ivr_enter"),
            call_event("L1", 1, NOON - 1_801_000, "offered"),  # its end got lost
            *answered("T4", NOON - 300_000),
            agent_event("A1", NOON - HOUR, "idle"),
            agent_event("A1", NOON - 10_000, "talking"),
            agent_event("A2", NOON - HOUR, "busy"),
            agent_event("A3", NOON - 13 * HOUR, "idle"),  # its logout got lost
        ]
    )
    window = Window(FIRST, FIRST + 1, NOON)
    found = reckon(ledger, Town(), window).measures
    assert found["calls.waiting_now"].num == 2
    assert found["calls.longest_wait_s"].num == 60
    assert found["calls.agents_by_state"].num == 2
    assert reckon(ledger, Choosy.of("talking"), window).measures["calls.agents_by_state"].num == 1
    rate = found["calls.connect_rate"]
    assert (rate.num, rate.den) == (1, 2)  # answered: T4, lost: L1; those who wait are not judged
    assert reckon(ledger, Town(), replace(window, as_of=NOON + 31 * 60_000)).measures[
        "calls.connect_rate"
    ].den == 5  # fmt: skip


def test_nothing_known_is_no_data_not_zero(ledger: Ledger) -> None:
    found = reckon(ledger, Town(), Window(FIRST, FIRST + 1, NOON)).measures
    assert found["calls.offered"].state == "nodata"
    assert found["calls.connect_rate"].value is None
    ledger.apply(answered("T1", NOON - HOUR))
    found = reckon(ledger, Town(), Window(FIRST, FIRST + 1, NOON)).measures
    assert found["calls.offered"].num == 1
    assert found["calls.satisfaction_rate"].state == "nodata"  # 0 of 0
    assert found["calls.connect_rate_24h_min"].state == "nodata"  # too few to judge
