"""Normal days against the fault rate, the calendar, and tickets in time: hand-computed."""

import pytest

from dashboard.platformparts import DayRule, Due
from dashboard.uptime.findings import contradictions
from dashboard.uptime.records import Ticket, merge, record_of
from dashboard.uptime.tickets import counters, in_time

RULE = DayRule()
MINUTE = 60_000


def ids(*given: object, **more: object) -> list[str]:
    return [one.id for one in contradictions(*given, RULE, **more)]  # type: ignore[arg-type]


def test_365_normal_days_and_five_percent_contradict_each_other() -> None:
    (found,) = contradictions(2021, 365, 0.05, RULE)
    assert found.id == "fault_rate_against_days"
    assert "18.25 天" in found.text and "2.08%" in found.text and "按次数" in found.text
    assert ids(2021, 365, 0.05, basis="duration") == ["fault_rate_against_days"]
    assert ids(2021, 365, 0.05, basis="count") == []


@pytest.mark.parametrize(
    ("days", "rate", "found"),
    [
        (365, 30 / 1440, []),  # every day at its limit: just possible
        (365, 30 / 1440 + 1e-6, ["fault_rate_against_days"]),
        (346, 0.05, []),  # 19 days may have been down altogether
        (365, 0.0, []),
        (None, 0.05, []),
        (365, None, []),
        (366, 0.0, ["days_over_year"]),
    ],
)
def test_what_is_possible(days: float | None, rate: float | None, found: list[str]) -> None:
    assert ids(2021, days, rate) == found


def test_a_leap_year_has_366_days_and_a_year_under_way_has_those_so_far() -> None:
    assert ids(2020, 365, 0.0) == ["leap_year"]
    assert ids(2020, 366, 0.0) == []
    assert ids(2024, 100, 0.0, elapsed=100) == []
    assert ids(2024, 101, 0.0, elapsed=100) == ["days_over_year"]
    assert ids(2024, 100, 0.05, elapsed=100) == ["fault_rate_against_days"]


DUE = Due(30 * MINUTE, 240 * MINUTE)


@pytest.mark.parametrize(
    ("responded", "restored", "now", "said"),
    [
        (None, None, 30, None),  # may still be
        (None, None, 31, False),
        (30, None, 240, None),
        (30, 240, 240, True),
        (31, 200, 240, False),
        (10, 241, 300, False),
        (10, None, 241, False),
        (50, None, 40, False),  # a response after now is none yet
        (10, 500, 60, None),
    ],
)
def test_a_ticket_is_in_time_when_both_steps_are(
    responded: int | None, restored: int | None, now: int, said: bool | None
) -> None:
    steps = (None if at is None else at * MINUTE for at in (responded, restored))
    assert in_time(Ticket("T", "db", 0, "", *steps), DUE, now * MINUTE) is said


def test_timeliness_counts_what_is_decided() -> None:
    tickets = [
        Ticket("A", "db", 0, "", 10 * MINUTE, 100 * MINUTE),
        Ticket("B", "db", 0, "", 40 * MINUTE, 100 * MINUTE),
        Ticket("C", "db", 290 * MINUTE),
    ]
    found = counters(tickets, lambda level: DUE, 300 * MINUTE)
    assert (found["tickets_opened"], found["tickets_due"], found["tickets_in_time"]) == (3, 2, 1)
    assert (found["tickets_respond_due"], found["tickets_responded_in_time"]) == (2, 1)
    assert (found["tickets_restore_due"], found["tickets_restored_in_time"]) == (2, 2)


def test_records_are_merged_by_revision_and_the_greater_of_equals() -> None:
    one: dict[str, tuple[int, object]] = {}
    assert merge(one, 5, {"component": "db", "from": 1})
    assert not merge(one, 4, {"component": "gis"})
    assert merge(one, 5, {"from": 3}) and not merge(one, 5, {"from": 2})
    assert not merge(one, 6, {"from": 3}) and one["from"] == (6, 3)
    assert merge(one, 7, {"from": None}) and record_of("outage", "O", one) is None
    assert merge(one, 8, {"from": 4, "to": 9})
    assert record_of("outage", "O", one) is not None
    assert merge(one, 9, {"void": True}) and record_of("outage", "O", one) is None
