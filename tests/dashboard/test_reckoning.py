"""Windows against a brute-force oracle: any edge, any breakdown, any attribution."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import cases as c
from dashboard.casemeasures import CASES
from dashboard.cases import Row
from dashboard.counters import AT_REPORT, COUNTERS, points
from dashboard.formula import OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK
from dashboard.ledger import Ledger
from dashboard.ledger.reading import records
from dashboard.measures import MEASURES, resolve
from dashboard.reckoning import reckon
from dashboard.windows import Window, iso_day
from tests.town import DAY, HOUR, MONDAY, RULES, Town, day, event, life

FIRST = day(MONDAY)


def pending(row: Row, field: int, as_of: int) -> bool:
    return row[field] is None or row[field] > as_of


def stock_at(row: Row, as_of: int) -> tuple[bool, bool]:
    """(overdue 超期未处置, suspended 在挂) as one would say it of a single case."""
    ended = not all(
        pending(row, field, as_of) for field in (c.CANCELLED, c.CLOSED, c.REFUSED, c.REJECTED)
    )
    hung = not pending(row, c.SUSPENDED, as_of) and pending(row, c.RESUMED, as_of)
    overdue = (
        not pending(row, c.DISPATCHED, as_of)
        and row[c.DUE_AT] is not None
        and row[c.DUE_AT] < as_of
        and pending(row, c.DISPOSED, as_of)
        and not ended
        and not hung
    )
    return overdue, hung and not ended


def oracle(ledger: Ledger, town: Town, window: Window, keep: str | None) -> dict[str, float | None]:
    """Every measure from the records alone, one instant at a time; `keep` is a district."""
    start = town.day_start(window.first_day)
    end = min(town.day_start(window.end_day), window.as_of)
    counts: dict[str, int] = {}

    def add(name: str, yes: bool = True) -> None:
        counts[name] = counts.get(name, 0) + int(yes)

    for _, row in records(ledger):
        if keep is not None and (row[c.DISTRICT] or "") != keep:
            continue
        reported = row[c.REPORTED]
        cohort = reported is not None and start <= reported < end
        for at, bit in points(row):
            if start <= at < end:
                add(COUNTERS[bit])
            if cohort and bit < AT_REPORT:
                add(COUNTERS[bit + AT_REPORT])
        overdue, hung = stock_at(row, window.as_of)
        add(OVERDUE_STOCK, overdue)
        add(SUSPENDED_STOCK, hung)
        whole = town.day_start(window.end_day)
        add(OVERDUE, overdue and start <= row[c.DUE_AT] < whole)
        add("by_report", overdue and reported is not None and start <= reported < whole)
    out: dict[str, float | None] = {}
    for id in CASES:
        one = resolve(id, town)
        seen = dict(counts)
        if one.attribution == "report":
            seen[OVERDUE] = counts.get("by_report", 0)
        out[id] = one.value(seen, window.as_of).value
    return out


def values(report: dict[str, object]) -> dict[str, float | None]:
    return {id: value.value for id, value in report.items()}  # type: ignore[attr-defined]


updates = st.builds(
    lambda case, rev, at, step, district: event(
        case, rev, MONDAY + at, step, district=district, channel="collector"
    ),
    st.sampled_from([f"C{n}" for n in range(12)]),
    st.integers(1, 9),
    st.integers(0, 4 * DAY),
    st.sampled_from(list(c.STEPS)),
    st.sampled_from(["101", "102"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(updates, min_size=1, max_size=60),
    st.integers(0, 3),
    st.integers(1, 3),
    st.integers(0, 5 * DAY),
    st.sampled_from(["own", "report", "deadline"]),
)
def test_any_window_cut_anywhere_equals_the_oracle(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[object],
    first: int,
    length: int,
    cut: int,
    attribution: str,
) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('r')}/l.db", RULES, "qingshi")
    ledger.apply([*events, *life("X1", MONDAY + 6 * DAY)])  # type: ignore[list-item]
    town = Town(attribution=attribution, self_handled_counts_as=frozenset({"reported"}))
    window = Window(FIRST + first, FIRST + first + length, MONDAY + cut)
    report = reckon(ledger, town, window, "district", CASES)
    assert values(report.measures) == oracle(ledger, town, window, None)
    for district in ("101", "102"):
        if district in report.by:
            expected = oracle(ledger, town, window, district)
            assert values(report.by[district]) == expected
    ledger.close()


@pytest.fixture
def week(tmp_path: Path) -> Ledger:
    """Ten cases a day for a week, one of them never disposed."""
    ledger = Ledger.open(f"sqlite:///{tmp_path}/l.db", RULES, "qingshi")
    rng = random.Random(5)
    events = []
    for n in range(70):
        start = MONDAY + (n // 10) * DAY + rng.randrange(8, 16) * HOUR
        one = life(f"C{n:02}", start, district="101" if n % 2 else "102")
        events += one[:4] if n % 10 == 0 else one
    ledger.apply(events)
    return ledger


@pytest.mark.parametrize("by", [None, "district", "day"])
def test_one_measure_alone_is_what_it_is_among_all(week: Ledger, by: str | None) -> None:
    """What is dear to count is left out only where nobody wants it."""
    window = Window(FIRST, FIRST + 7, MONDAY + 7 * DAY)
    every = reckon(week, Town(), window, by)
    for id in MEASURES:
        alone = reckon(week, Town(), window, by, [id])
        assert alone.measures == {id: every.measures[id]}
        for member, figures in alone.by.items():
            assert figures[id] == every.by[member][id], (id, member)


def test_a_week_by_hand(week: Ledger) -> None:
    report = reckon(week, Town(), Window(FIRST, FIRST + 7, MONDAY + 7 * DAY))
    figures = values(report.measures)
    assert figures["cases.reported"] == 70
    assert figures["cases.closed"] == 63
    assert figures["cases.overdue_open"] == 7
    assert figures["cases.due_for_closure"] == 70
    assert figures["cases.closure_rate"] == 0.9
    assert figures["cases.on_time_closure_rate"] == 0.9
    assert figures["cases.postpone_rate"] == 0
    assert figures["cases.on_time_verify_rate"] is None


@pytest.mark.parametrize("by", ["day", "month", "district", "category", "collector"])
def test_the_parts_of_a_count_add_up_to_the_whole(week: Ledger, by: str) -> None:
    report = reckon(week, Town(), Window(FIRST, FIRST + 7, MONDAY + 7 * DAY), by)
    for id, measure in CASES.items():
        if measure.kind == "count":
            parts = [values(part)[id] or 0 for part in report.by.values()]
            assert sum(parts) == report.measures[id].value, id


def test_days_and_months_are_named_as_dates(week: Ledger) -> None:
    window = Window(FIRST, FIRST + 7, MONDAY + 7 * DAY)
    days = reckon(week, Town(), window, "day").by
    assert min(days) == iso_day(FIRST) == "2026-01-05"
    assert list(reckon(week, Town(), window, "month").by) == ["2026-01"]


def test_before_any_data_there_is_none_and_a_quiet_past_day_is_zero(week: Ledger) -> None:
    later = reckon(week, Town(), Window(FIRST + 30, FIRST + 31, MONDAY + 31 * DAY))
    assert later.measures["cases.reported"].state == "nodata"
    assert later.measures["cases.reported"].value is None
    earlier = reckon(week, Town(), Window(FIRST - 3, FIRST - 2, MONDAY - 2 * DAY))
    assert earlier.measures["cases.reported"].state == "live"
    assert earlier.measures["cases.reported"].value == 0
    assert earlier.measures["cases.filing_rate"].value is None
