"""What a call counts, by hand."""

from typing import Any

import pytest

from dashboard.calls import record as r
from dashboard.calls.counting import points
from dashboard.calls.folding import fold
from dashboard.eventkinds import OtherEvent
from dashboard.hotlineprofile import Hotline
from tests.hotline import NOON, abandoned, answered, call_event
from tests.town import DAY, day


def counts(events: list[OtherEvent], **rules: Any) -> dict[str, int]:
    hotline = Hotline(**rules)
    updates = [(event.subject, event.rev, event.data) for event in events]
    out: dict[str, int] = {}
    for _, _, row in fold(updates, {}, hotline, day).changes:
        for _, counter, n in points(row, hotline):
            out[counter] = out.get(counter, 0) + n
    return out


def test_an_answered_call() -> None:
    assert counts(answered(wait_s=8, talk_s=90)) == {
        "offered": 1,
        "person": 1,
        "answered": 1,
        "person_answered": 1,
        "waited": 1,
        "wait_ms": 8000,
        "answered_in_limit": 1,
        "handled": 1,
        "handle_ms": 90_000,
    }


@pytest.mark.parametrize(
    ("wait_s", "limit", "within"), [(15, 15, 1), (15.001, 15, 0), (15.001, 20, 1), (0, 15, 1)]
)
def test_answered_within_the_limit_includes_its_edge(
    wait_s: float, limit: float, within: int
) -> None:
    found = counts(answered(wait_s=wait_s), answer_within_s=limit)
    assert found.get("answered_in_limit", 0) == within


@pytest.mark.parametrize(
    ("wait_s", "threshold", "short"), [(4.9, 5, 1), (5, 5, 0), (0, 0, 0), (9, 10, 1), (0, 5, 1)]
)
def test_short_abandons_are_below_the_threshold(
    wait_s: float, threshold: float, short: int
) -> None:
    found = counts(abandoned("T1", NOON, wait_s), short_abandon_s=threshold)
    assert found["abandoned"] == 1
    assert found.get("short_abandoned", 0) == short
    assert found.get("long_abandoned", 0) == 1 - short


def test_an_abandoned_call_of_unknown_length_is_not_short() -> None:
    found = counts([call_event("T1", 1, NOON, offered_at=NOON, outcome="abandoned")])
    assert found == {"offered": 1, "person": 1, "abandoned": 1, "long_abandoned": 1}


def test_what_asks_for_a_person_is_the_citys_choice() -> None:
    menu = [
        call_event("T1", 1, NOON, "offered"),
        call_event("T1", 2, NOON + 1, "ivr_enter"),
        call_event("T1", 3, NOON + 20_000, "abandoned"),
    ]
    assert counts(menu).get("person", 0) == 0
    assert counts(menu)["ivr_abandoned"] == 1
    assert counts(menu, person_request="offered")["person"] == 1
    bare = [menu[0], menu[2]]  # a sender that does not tell when the menu is entered
    assert counts(bare)["person"] == 1
    assert counts(bare, person_request="queued").get("person", 0) == 0
    assert counts([*bare, call_event("T1", 2, NOON, "queued")], person_request="queued")["person"]


def test_waiting_begins_in_the_queue_or_when_offered() -> None:
    assert counts(answered(wait_s=8))["wait_ms"] == 8000
    assert counts(answered(wait_s=8), wait_from="offered")["wait_ms"] == 10_000


def test_a_call_log_with_durations() -> None:
    row = call_event(
        "T1", 1, NOON, offered_at=NOON, outcome="answered", wait_s=4.2, talk_s=60, hold_s=5,
        wrapup_s=12.5, transfers=1,
    )  # fmt: skip
    found = counts([row])
    assert (found["wait_ms"], found["handle_ms"], found["transferred"]) == (4200, 77_500, 1)


def test_wrap_up_counts_as_handling() -> None:
    events = [*answered(wait_s=8, talk_s=90), call_event("T1", 5, NOON + 115_000, "wrapped")]
    assert counts(events)["handle_ms"] == 90_000 + 15_000


def test_aftercare_counts_when_it_became_due() -> None:
    events = [
        *answered("T1"),
        call_event("T1", 5, NOON + DAY, "callback_due"),
        call_event("T1", 6, NOON + 3 * DAY, "called_back", satisfaction=4),
        call_event("T1", 7, NOON + 2 * DAY, "feedback_due"),
    ]
    hotline = Hotline()
    updates = [(event.subject, event.rev, event.data) for event in events]
    row: r.Row = fold(updates, {}, hotline, day).changes[0][2]
    later = [(at - NOON, counter) for at, counter, _ in points(row, hotline) if at > NOON]
    assert later == [
        (DAY, "callback_due"),
        (DAY, "called_back"),
        (2 * DAY, "feedback_due"),
        (3 * DAY, "rated"),
        (3 * DAY, "satisfied"),
    ]


def test_what_owes_a_call_back_is_the_citys_choice() -> None:
    assert counts(answered()).get("callback_due") is None
    assert counts(answered(), callback_due="answered")["callback_due"] == 1
    closed = [call_event("W1", 1, NOON, "order_closed")]
    assert counts(closed, feedback_due="order_closed")["feedback_due"] == 1


def test_a_work_order_is_no_call() -> None:
    order = [
        call_event("W1", 1, NOON, "order_transferred"),
        call_event("W1", 2, NOON + DAY, "order_accepted"),
    ]
    assert counts(order) == {"orders_transferred": 1, "orders_accepted": 1}
    order.append(call_event("W1", 3, NOON + 2 * DAY, "order_closed"))
    assert counts(order) == {"orders_transferred": 1, "orders_accepted": 1, "orders_closed": 1}
