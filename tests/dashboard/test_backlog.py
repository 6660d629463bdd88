"""The backlog against a plain recount: any lives, any order, any clock, instants that lie ahead."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import cases as c
from dashboard.backlog import AGES, DAY_MS, FLAGS, HOUR_MS, LATE, STAGES, Backlog, standing
from dashboard.livestate.contributions import DUE_SOON_MS, OVERDUE, SUSPENDED, stock_steps
from dashboard.livestate.contributions import OPEN as OPEN_STOCK
from dashboard.livestate.running import Running
from tests.town import day

START = 1_767_600_000_000
CLOCKS = st.integers(0, 60).map(lambda n: START + n * 13 * HOUR_MS)
INSTANTS = ("reported", "accepted", "filed", "dispatched", "postponed", "suspended", "resumed")
INSTANTS += ("supervised", "disposed", "check_failed", "checked", "closed", "cancelled", "refused")


@st.composite
def rows(draw: st.DrawFn) -> c.Row:
    """A record with any of its instants, before and after the clocks, and a deadline."""
    row = c.blank()[1]
    for name in draw(st.sets(st.sampled_from(INSTANTS))):
        row[c.INDEX[f"{name}_at"]] = draw(CLOCKS) + draw(st.integers(-1, 1))
    row[c.DEPARTMENT] = draw(st.sampled_from([None, "D1", "D2"]))
    row[c.REWORK_COUNT] = draw(st.sampled_from([None, 0, 2]))
    row[c.DEADLINE] = draw(st.none() | CLOCKS)
    c.derive(row, lambda *_: None)
    return row


def recount(kept: dict[str, c.Row], now: int) -> dict[str, Any]:
    """The same figures by looking at every case."""
    found = {case: one for case, row in kept.items() if (one := standing(row, now))}
    due = [one.due for one in found.values() if one.due is not None]

    def ages(stage: int) -> list[int]:
        old = [(now - one.since) // DAY_MS for one in found.values() if one.stage == stage]
        edges = [-1_000_000, *AGES, 1_000_000]
        return [sum(a <= n < b for n in old) for a, b in pairwise(edges)]

    edges = [0, *(days * DAY_MS for days in LATE), 1 << 60]
    late = [sum(low < now - at <= high for at in due) for low, high in pairwise(edges)]
    desks = {one.department or "" for one in found.values() if one.stage == 4}
    return {
        "stages": {stage: ages(stage) for stage in STAGES},
        "late": late,
        "flags": {flag: sum(flag in one.flags for one in found.values()) for flag in FLAGS},
        "day": sum(now <= at <= now + DAY_MS for at in due),
        "soon": sorted(at for at in due if at >= now),
        "overdue": sorted(at for at in due if at < now),
        "desks": {code: desk_of(found, code, now) for code in desks},
    }


def desk_of(found: dict[str, Any], code: str, now: int) -> tuple[int, int, int]:
    mine = [one for one in found.values() if one.stage == 4 and (one.department or "") == code]
    due = [one.due for one in mine if one.due is not None]
    soon = sum(now <= at <= now + DUE_SOON_MS for at in due)
    return len(mine), sum(at < now for at in due), soon


def told(state: Backlog) -> dict[str, Any]:
    now, desks = state.now, state.desks
    return {
        "stages": {stage: state.ages(stage) for stage in STAGES},
        "late": state.late(),
        "flags": {flag: state.flags[flag] for flag in FLAGS},
        "day": state.due_within(DAY_MS),
        "soon": [one.due for one in state.next_due(1_000)],
        "overdue": [one.due for one in state.most_overdue(1_000)],
        "desks": {
            code: (desk.open, desk.overdue(now), desk.within(now, DUE_SOON_MS))
            for code, desk in desks.items()
        },
    }


STEPS = st.lists(st.tuples(st.sampled_from("ABCDE"), st.none() | rows()) | CLOCKS, max_size=25)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_kept_case_by_case_it_is_what_a_recount_says(steps: list[Any]) -> None:
    state, kept = Backlog(START), dict[str, c.Row]()
    for step in steps:
        if isinstance(step, int):
            before, next_at = told(state), state.next_at
            moved = state.advance(step)
            if not moved and next_at is not None:
                assert state.now < next_at
                assert told(state)["overdue"] == before["overdue"]
        else:
            case, row = step
            state.put(case, row)
            kept.pop(case, None)
            if row is not None:
                kept[case] = row
        assert told(state) == recount(kept, state.now)
    assert told(Backlog(state.now, kept.items())) == told(state)


@settings(max_examples=200, deadline=None)
@given(rows(), CLOCKS)
def test_it_agrees_with_the_stocks_on_the_same_frame(row: c.Row, now: int) -> None:
    stocks: Running[Any] = Running(now)
    for at, key, n in stock_steps(row, day):
        stocks.add(at, key, n)
    one = standing(row, now)
    assert (one is not None) == bool(stocks[(OPEN_STOCK, "city", "")])
    late = one is not None and one.due is not None and one.due < now
    assert late == bool(stocks[(OVERDUE, "city", "")])
    if one is not None:
        assert (one.stage == 8) == bool(stocks[(SUSPENDED, "city", "")])


def test_hours_ahead_begin_with_what_is_left_of_this_one() -> None:
    def waiting(due: int) -> c.Row:
        row = c.blank()[1]
        row[c.REPORTED] = row[c.DISPATCHED] = START - DAY_MS
        row[c.DEADLINE] = due
        c.derive(row, lambda *_: None)
        return row

    now = START + 40 * 60_000
    dues = [START, now - 1, now, START + HOUR_MS - 1, START + HOUR_MS, START + 24 * HOUR_MS]
    state = Backlog(now, [(str(n), waiting(due)) for n, due in enumerate(dues)])
    assert state.ahead(START) == [2, 1, *[0] * 22]
    assert state.late() == [2, 0, 0, 0]
    assert state.next_at == now + 1
    assert state.advance(now + 1) and state.late() == [3, 0, 0, 0]


@pytest.mark.parametrize("ended", ["closed_at", "cancelled_at", "refused_at", "rejected_at"])
def test_an_end_that_lies_ahead_ends_it_then(ended: str) -> None:
    row = c.blank()[1]
    row[c.REPORTED], row[c.INDEX[ended]] = START, START + 60_000
    c.derive(row, lambda *_: None)
    state = Backlog(START, [("A", row)])
    assert state.ages(1) == [1, 0, 0, 0, 0] and state.next_at == START + 60_000
    assert not state.advance(START + 59_999)
    assert state.advance(START + 60_000) and state.ages(1) == [0] * 5 and state.cases == {}
