from collections import Counter
from itertools import islice
from typing import Any

import orjson
import pytest

from dashboard.city import Profile, load_profile
from dashboard.cityparts import Area
from dashboard.events import decode
from dashboard.sources.simulator import LiveCity, history, live_events
from tests.dashboard.sources.simulator.recount import records

HOUR, DAY = 3_600_000, 86_400_000
NOON = 1_767_585_600_000
"""2026-01-05 12:00 in Shanghai, a Monday."""

TOWN = Profile(
    id="qingshi",
    code="990100",
    name="青石镇",
    title="青石镇",
    districts=(Area("101", "东街"), Area("102", "西街")),
)


class Clock:
    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def lines(events: list[dict[str, Any]]) -> list[bytes]:
    return [orjson.dumps(event) for event in events]


def played(city: LiveCity, start: int, hours: int, step: int = HOUR) -> list[dict[str, Any]]:
    return [e for at in range(start + step, start + hours * HOUR + 1, step) for e in city.due(at)]


def test_history_and_live_are_one_stream_however_it_is_cut() -> None:
    meixian = load_profile("meixian")
    first = meixian.day(NOON) - 5
    whole = list(history(meixian, first, NOON + 10 * HOUR))
    city = LiveCity(meixian)
    parts = list(city.history(first, NOON)) + played(city, NOON, 10, 600_000)
    assert parts == whole
    assert all(event["at"] <= NOON + 10 * HOUR for event in whole)


def test_a_stream_resumed_elsewhere_brings_the_same_records() -> None:
    meixian = load_profile("meixian")
    first = meixian.day(NOON) - 20
    past = list(history(meixian, first, NOON))
    resumed = LiveCity(meixian)
    resumed.resume(NOON)
    joined = records(lines(past + played(resumed, NOON, 30)))
    straight = records(lines(list(history(meixian, first, NOON + 30 * HOUR))))
    recent = {case for case, r in straight.items() if r.get("reported_at", 0) > NOON - 13 * DAY}
    assert len(recent) > 300
    assert {case: joined[case] for case in recent} == {case: straight[case] for case in recent}


def test_a_ledger_that_starts_empty_gets_whole_cases() -> None:
    meixian = load_profile("meixian")
    city = LiveCity(meixian)
    city.resume(NOON)
    found = records(lines(played(city, NOON, 24))).values()
    old = [record for record in found if record.get("reported_at", NOON) < NOON]
    assert len(old) > 5
    assert all({"district", "category", "channel"} <= set(record) for record in old)


def test_open_cases_go_on_to_their_end() -> None:
    meixian = load_profile("meixian")
    city = LiveCity(meixian)
    past = list(city.history(meixian.day(NOON) - 3, NOON))
    waiting = {
        case
        for case, record in records(lines(past)).items()
        if record.get("dispatched_at") and not record.get("closed_at")
    }
    later = records(lines(past + played(city, NOON, 30 * 24)))
    closed = [case for case in waiting if later[case].get("closed_at")]
    assert len(waiting) > 10 and len(closed) > 0.8 * len(waiting)


@pytest.mark.parametrize("rate", [0.001, 0.5, 40, 900])
def test_the_rate_is_what_was_asked_for(rate: float) -> None:
    meixian = load_profile("meixian")
    city = LiveCity(meixian, rate=rate, flat=True)
    city.resume(NOON)
    seconds = max(20, round(400 / rate))
    expected = rate * seconds
    found = sum(len(city.due(NOON + 1000 * second)) for second in range(1, seconds + 1))
    assert abs(found - expected) < 0.15 * expected + 40
    assert city.events_per_s == pytest.approx(rate)


def test_days_have_a_rhythm() -> None:
    nanyang = load_profile("nanyang")
    today = nanyang.day(NOON)
    reports = [
        e["at"] for e in history(nanyang, today - 6, nanyang.day_start(today)) if e["rev"] == 1
    ]
    hours = Counter((at - nanyang.day_start(nanyang.day(at))) // HOUR for at in reports)
    assert hours[10] > 8 * hours[3]
    per_day = Counter(nanyang.day(at) for at in reports)
    sunday = per_day[today - 1]
    assert sunday < per_day[today - 3]
    assert abs(len(set(reports)) / 6 - 1396) < 200


def test_late_and_repeated_events_come_in_live_too() -> None:
    nanyang = load_profile("nanyang")
    city = LiveCity(nanyang)
    city.resume(NOON)
    late, seen, again = 0, set(), 0
    for minute in range(1, 12 * 60):
        now = NOON + minute * 60_000
        for event in city.due(now):
            assert event["at"] <= now
            late += event["at"] < now - 10 * 60_000
            again += event["id"] in seen
            seen.add(event["id"])
    assert late > 5 and again > 20


def test_live_events_follow_the_clock() -> None:
    clock = Clock(NOON)
    batches = live_events(load_profile("nanyang"), clock, rate=5, flat=True)
    assert next(batches) == []
    clock.now += 10_000
    first = next(batches)
    assert 20 < len(first) < 90
    assert next(batches) == []
    clock.now -= 5_000  # a clock set back brings nothing twice
    assert next(batches) == []
    clock.now += 15_000
    ids = [event["id"] for batch in ([first], islice(batches, 1)) for one in batch for event in one]
    assert len(set(ids)) > 0.9 * len(ids)


def test_live_events_take_up_where_history_ended() -> None:
    city = load_profile("meixian")
    clock = Clock(NOON + 2 * HOUR)
    caught_up = next(live_events(city, clock, since_ms=NOON))
    straight = LiveCity(city)
    list(straight.history(city.day(NOON) - 14, NOON))
    expected = {event["id"] for event in straight.due(clock.now)}
    assert {event["id"].removesuffix("w") for event in caught_up} == expected


def test_every_event_keeps_the_contract() -> None:
    city = load_profile("zhengzhou")
    clock = Clock(NOON)
    batches = live_events(city, clock, rate=300)
    for _ in range(20):
        clock.now += 1000
        for line in lines(next(batches)):
            decode(line, clock.now)


def test_a_minimal_profile_lives() -> None:
    events = list(history(TOWN, TOWN.day(NOON) - 2, NOON))
    found = records(lines(events)).values()
    assert len(found) > 200
    assert {record.get("district") for record in found} - {None} == {"101", "102"}
    assert {r["department"] for r in found if "department" in r} <= {"D101", "D102"}
    assert not any("lon" in record for record in found)
