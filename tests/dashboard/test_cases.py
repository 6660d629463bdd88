"""A case merges the same whatever the order, and knows where it stands."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import cases as c
from dashboard.cases import STAGES, blank, derive, merge, overdue_open
from dashboard.events import CaseEvent
from tests.town import DAY, HOUR, MONDAY, due_at, event, life


def fold_one(events: list[CaseEvent]) -> tuple[list[int], c.Row]:
    revs, row = blank()
    for one in events:
        merge(revs, row, one.rev, one.changes)
    derive(row, due_at)
    return revs, row


def test_a_life_ends_closed_with_its_deadline_computed() -> None:
    _, row = fold_one(life())
    assert STAGES[row[c.STAGE]] == "closed"
    assert row[c.DUE_AT] == row[c.DISPATCHED] + 4 * HOUR


@pytest.mark.parametrize(
    ("taken", "stage"),
    [
        (0, "none"),
        (1, "reported"),
        (2, "accepted"),
        (3, "filed"),
        (4, "dispatched"),
        (6, "disposed"),
        (7, "checked"),
        (8, "closed"),
    ],
)
def test_the_stage_follows_the_steps(taken: int, stage: str) -> None:
    assert STAGES[fold_one(life()[:taken])[1][c.STAGE]] == stage


def test_every_order_of_a_life_gives_the_same_record() -> None:
    events = [*life()[:4], event("A1", 9, MONDAY + DAY, None, district="102")]
    expected = fold_one(events)
    for order in itertools.permutations(events):
        assert fold_one(list(order)) == expected


def test_a_failed_check_sends_the_case_back_to_its_department() -> None:
    events = [*life()[:6], event("A1", 7, MONDAY + 15 * HOUR, "check_fail")]
    row = fold_one(events)[1]
    assert STAGES[row[c.STAGE]] == "dispatched"
    assert row[c.DISPOSED] is None and row[c.CHECK_FAILED] == MONDAY + 15 * HOUR


def test_the_events_own_deadline_wins_and_postponing_moves_it() -> None:
    own = event("A1", 9, MONDAY + DAY, "postpone", deadline=MONDAY + 3 * DAY)
    assert fold_one([*life()[:4], own])[1][c.DUE_AT] == MONDAY + 3 * DAY
    hours = event("A1", 9, MONDAY + DAY, "postpone", postponed_h=2)
    row = fold_one([*life()[:4], hours])[1]
    assert row[c.DUE_AT] == row[c.DISPATCHED] + 6 * HOUR


def test_suspension_cancellation_and_their_undoing() -> None:
    events = life()[:4]
    turns = {
        "suspend": "suspended",
        "resume": "dispatched",
        "cancel": "cancelled",
        "restore": "dispatched",
        "close": "closed",
        "reopen": "dispatched",
    }
    for rev, (step, stage) in enumerate(turns.items(), 9):
        events.append(event("A1", rev, MONDAY + DAY + rev, step))
        assert STAGES[fold_one(events)[1][c.STAGE]] == stage, step


def test_overdue_needs_a_department_a_passed_deadline_and_nothing_done() -> None:
    row = fold_one(life()[:4])[1]
    assert not overdue_open(row, row[c.DUE_AT])
    assert overdue_open(row, row[c.DUE_AT] + 1)
    assert not overdue_open(fold_one(life()[:5])[1], MONDAY + 9 * DAY)
    hung = [*life()[:4], event("A1", 9, MONDAY + DAY, "suspend")]
    assert not overdue_open(fold_one(hung)[1], MONDAY + 9 * DAY)


def test_same_rev_with_another_value_is_settled_by_rule_and_marked() -> None:
    a = event("A1", 5, MONDAY, None, district="101")
    b = event("A1", 5, MONDAY, None, district="102")
    for order in itertools.permutations([a, b, a]):
        row = fold_one(list(order))[1]
        assert row[c.OWN_DISTRICT] == "102"
        assert row[c.CONFLICTS] == 1 << c.OWN_DISTRICT
    settled = [a, b, event("A1", 6, MONDAY, None, district="101")]
    for order in itertools.permutations(settled):
        row = fold_one(list(order))[1]
        assert (row[c.OWN_DISTRICT], row[c.CONFLICTS]) == ("101", 0)


codes = st.sampled_from([None, "101", "102", "103"])
updates = st.builds(
    lambda rev, at, step, district, rework: event(
        "A1", rev, MONDAY + at, step, district=district, rework_count=rework
    ),
    st.integers(1, 4),
    st.integers(0, 3 * DAY),
    st.sampled_from(list(c.STEPS)),
    codes,
    st.none() | st.integers(0, 3),
)


@given(st.lists(updates, max_size=9), st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_any_events_merges_the_same(
    events: list[CaseEvent], rng: random.Random
) -> None:
    expected = fold_one(events)
    again = events + [one for one in events if rng.random() < 0.5]
    rng.shuffle(again)
    assert fold_one(again) == expected
