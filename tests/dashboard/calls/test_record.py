"""A call record is the same whatever order, repetition or batching its events come in."""

import random

from hypothesis import given
from hypothesis import strategies as st

from dashboard.calls import record as r
from dashboard.calls.folding import fold
from dashboard.eventkinds import OtherEvent
from dashboard.hotlineprofile import Hotline
from tests.hotline import NOON, abandoned, answered, call_event, call_events
from tests.town import day

RULES = Hotline()


def folded(events: list[OtherEvent]) -> dict[str, tuple[r.Revs, r.Row]]:
    updates = [(event.subject, event.rev, event.data) for event in events]
    found = fold(updates, {}, RULES, day)
    return {call: (found.revs[call], row) for call, _, row in found.changes}


@given(call_events(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(events: list[OtherEvent], rng: random.Random) -> None:
    again = events + rng.choices(events, k=5)
    rng.shuffle(again)
    assert folded(again) == folded(events)


def test_a_finished_row_equals_its_steps() -> None:
    steps = folded(answered("T1"))["T1"][1]
    row = folded(
        [
            call_event(
                "T1", 9, NOON, offered_at=NOON, queued_at=NOON + 2000, answered_at=NOON + 10_000,
                ended_at=NOON + 100_000, agent="A07",
            )
        ]
    )["T1"][1]  # fmt: skip
    assert row == steps


def test_what_became_of_a_call() -> None:
    assert r.outcome(folded(answered())["T1"][1]) == "answered"
    assert r.outcome(folded(abandoned("T1", NOON, 30))["T1"][1]) == "abandoned"
    full = [call_event("T1", 1, NOON, "offered"), call_event("T1", 2, NOON + 1, "overflow")]
    assert r.outcome(folded(full)["T1"][1]) == "overflow"
    assert r.outcome(folded(full[:1])["T1"][1]) == ""
    hung_up = [full[0], call_event("T1", 2, NOON + 5000, "ended")]
    assert r.outcome(folded(hung_up)["T1"][1]) == "abandoned"
    said = [call_event("T1", 1, NOON, offered_at=NOON, outcome="abandoned")]
    assert r.outcome(folded(said)["T1"][1]) == "abandoned"


@given(st.lists(st.sampled_from([0, 1, 5, 1_767_542_400_000]), min_size=r.WIDTH, max_size=r.WIDTH))
def test_revisions_survive_their_packing(revs: list[int]) -> None:
    assert r.expand(r.compact(revs)) == revs
