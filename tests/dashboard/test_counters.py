"""What one case counts as, computed by hand."""

import pytest

from dashboard.cases import blank, derive, merge
from dashboard.counters import BIT, COUNTERS, day_masks, mask_of, names
from dashboard.events import CaseEvent
from tests.town import DAY, HOUR, MONDAY, day, due_at, event, life

FIRST = day(MONDAY)


def counted(events: list[CaseEvent]) -> dict[int, set[str]]:
    revs, row = blank()
    for one in events:
        merge(revs, row, one.rev, one.changes)
    derive(row, due_at)
    return {number - FIRST: set(names(mask)) for number, mask in day_masks(row, day).items()}


def own(found: set[str]) -> set[str]:
    return {name for name in found if "@" not in name}


def test_a_case_closed_in_time_on_its_day() -> None:
    found = counted(life())
    assert set(found) == {0}
    assert own(found[0]) == {
        "reported",
        "collector_reported",
        "accepted",
        "filed",
        "valid_reported",
        "collector_valid",
        "dispatched",
        "dispatched_accurate",
        "disposed",
        "disposed_on_time",
        "check_sent",
        "checked",
        "checked_on_time",
        "closed",
        "closed_on_time",
    }
    assert "closed@report" in found[0] and "disposed_on_time@deadline" in found[0]
    assert "closed_on_time_closing@deadline" not in found[0]  # closed after six of four hours


def test_each_step_counts_on_its_own_day_and_the_cohort_on_the_day_of_report() -> None:
    found = counted(life(start=MONDAY + 22 * HOUR))
    assert "disposed" in found[1] and "disposed" not in found[0]
    assert {"disposed@report", "closed@report", "closed_on_time@report"} <= found[0]
    assert not {name for name in found[1] if name.endswith("@report")}


def test_overdue_disposal_is_disposed_but_not_on_time() -> None:
    late = event("A1", 5, MONDAY + 15 * HOUR, "dispose")
    found = counted([*life()[:4], late, *life()[5:]])[0]
    assert "disposed" in found and "disposed_on_time" not in found
    assert "closed" in found and "closed_on_time" not in found


def test_without_a_deadline_nothing_is_due_and_nothing_is_on_time() -> None:
    found = counted(life(category="E9999"))[0]
    assert "closed" in found and "closed_on_time" not in found
    assert not {name for name in found if name.endswith("@deadline")}


def test_a_cancelled_case_counts_as_reported_and_cancelled_only() -> None:
    found = counted([*life(), event("A1", 9, MONDAY + DAY, "cancel")])
    assert own(found[0]) == {"reported", "collector_reported"}
    assert own(found[1]) == {"cancelled"}


def test_a_refused_case_is_not_filed_and_not_valid() -> None:
    found = counted([*life()[:2], event("A1", 9, MONDAY + DAY, "refuse")])
    assert own(found[0]) == {"reported", "collector_reported", "accepted"}
    assert own(found[1]) == {"refused"}


def test_a_self_handled_case_counts_in_its_own_family() -> None:
    events = [
        event("A1", 1, MONDAY, "report", self_handled=True),
        event("A1", 2, MONDAY + HOUR, "dispose"),
        event("A1", 3, MONDAY + HOUR, "close"),
    ]
    expected = {
        "self_reported",
        "self_valid",
        "self_disposed",
        "self_disposed_on_time",
        "self_closed",
        "self_closed_on_time",
        "self_closed_on_time_closing",
    }
    assert own(counted(events)[0]) == expected
    by_channel = [event("A1", 1, MONDAY, "report", channel="self_handled"), *events[1:]]
    assert own(counted(by_channel)[0]) == expected


def test_a_failed_check_is_rework_and_takes_the_disposal_back() -> None:
    found = counted([*life()[:6], event("A1", 7, MONDAY + DAY, "check_fail")])
    assert "disposed" not in found[0] and "reworked" in found[1]
    counted_by_sender = counted([*life(), event("A1", 9, MONDAY + DAY, None, rework_count=1)])
    assert "reworked" in counted_by_sender[0]


def test_a_returned_dispatch_is_not_accurate() -> None:
    found = counted([*life()[:4], event("A1", 9, MONDAY + DAY, "return")])
    assert "dispatched" in found[0] and "dispatched_accurate" not in found[0]


def test_tasks_with_a_limit_are_on_time_only_within_it() -> None:
    sent = event("A1", 2, MONDAY + HOUR, "verify_send", verify_due_at=MONDAY + 2 * HOUR)
    for minutes, on_time in ((60, True), (61, False)):
        done = event("A1", 3, MONDAY + HOUR + minutes * 60_000, "verify_done")
        found = counted([*life()[:1], sent, done])[0]
        assert "verified" in found and ("verified_on_time" in found) == on_time


@pytest.mark.parametrize(("mark", "satisfied"), [(3, False), (4, True)])
def test_a_revisit_with_a_mark(mark: int, satisfied: bool) -> None:
    found = counted([*life(), event("A1", 9, MONDAY + DAY, "revisit", satisfaction=mark)])[1]
    assert {"revisited", "rated"} <= found and ("satisfied" in found) == satisfied


def test_masks_and_names_are_inverse() -> None:
    assert mask_of(" ".join(COUNTERS)) == (1 << len(COUNTERS)) - 1
    assert list(names(mask_of("filed reported"))) == ["reported", "filed"]
    assert set(BIT) == set(COUNTERS)
