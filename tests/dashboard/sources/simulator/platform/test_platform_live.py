"""The platform as time passes: past and present are one, and what people enter fits the probes."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.city import load_profile
from dashboard.sources.simulator.platform.incidents import MINUTE, Part
from dashboard.sources.simulator.platform.live import LivePlatform
from tests.dashboard.sources.simulator.platform.test_platform_year import points

ZHENGZHOU = load_profile("zhengzhou")
NOON = 1_767_585_600_000
"""2026-01-05 12:00 in Shanghai, a Monday."""
HOUR = 60 * MINUTE
FIRST = 20_454
SINCE = NOON - 36 * HOUR
"""Of earlier days not every probe is told."""
PARTS = [
    Part("case", MINUTE, True, 5_000, 2_000),
    Part("video", MINUTE, False, 17_000),
    Part("district:1", 5 * MINUTE, False),
    Part("wall", MINUTE, False),
]


def live(seed: int = 1) -> LivePlatform:
    own = frozenset({"wall"})
    return LivePlatform(PARTS, "monitor", ZHENGZHOU.day, ZHENGZHOU.day_start, seed, own)


def entered(events: list[dict[str, Any]]) -> set[str]:
    return {e["id"] for e in events if e["type"] != "probe"}


def test_past_and_present_say_the_same_as_the_past_told_later() -> None:
    platform = live()
    told = list(platform.records(FIRST, NOON))
    platform.resume(NOON)
    for minute in range(1, 20 * 60 + 1):
        told += platform.due(NOON + minute * MINUTE)
    straight = list(live().records(FIRST, NOON + 20 * HOUR))
    for part in PARTS[:3]:
        mine, whole = points(told, part.id), points(straight, part.id)
        assert set(mine.values()) == set(whole.values()) == {1}
        assert {one for one in mine if one[0] > SINCE} == {one for one in whole if one[0] > SINCE}
    assert entered(told) == entered(straight)
    past = [at for at, _ in points(told, "wall")]
    assert past and max(past) <= NOON  # this system speaks for itself once it runs


@pytest.mark.parametrize("minutes", [3, 60, 7 * 60, 50 * 60])
def test_whoever_asks_seldom_hears_the_same_in_fewer_words(minutes: int) -> None:
    often, seldom = live(), live()
    often.resume(NOON)
    seldom.resume(NOON)
    one_by_one = [e for m in range(1, 50 * 60 + 1) for e in often.due(NOON + m * MINUTE)]
    end = NOON + 50 * HOUR
    steps = [*range(NOON + minutes * MINUTE, end, minutes * MINUTE), end]
    at_once = [event for at in steps for event in seldom.due(at)]
    for part in PARTS:
        assert points(one_by_one, part.id) == points(at_once, part.id)
    assert entered(one_by_one) == entered(at_once)
    assert len(at_once) < len(one_by_one) / 5 or minutes < 10


def test_nothing_is_told_before_it_happens_or_twice() -> None:
    platform = live(3)
    platform.resume(NOON)
    seen: set[str] = set()
    for minute in range(1, 3 * 24 * 60, 7):
        for event in platform.due(NOON + minute * MINUTE):
            assert event["at"] <= NOON + minute * MINUTE
            assert event["id"] not in seen
            seen.add(event["id"])


def test_over_weeks_everything_happens_now_and_then() -> None:
    platform = live()
    platform.resume(NOON)
    events = platform.due(NOON + 40 * 24 * HOUR)
    begun = {e["outage"]: e for e in events if e["type"] == "outage" and "from" in e}
    over = {e["outage"]: e["to"] for e in events if e["type"] == "outage" and "to" in e}
    assert 60 < len(begun) < 200 and len(begun) - len(over) <= 2
    for number, one in begun.items():
        if number in over:
            told = points(events, one["component"])
            failed = [at for at, ok in told if not ok and one["from"] <= at < over[number]]
            every = next(p.every for p in PARTS if p.id == one["component"])
            if one["from"] > NOON:
                assert sorted(failed) == list(range(one["from"], over[number], every))
    assert len([e for e in events if e["type"] == "maintenance"]) > 3
    assert len({e["ticket"] for e in events if e["type"] == "ticket"}) > 80
    assert any(e.get("latency_ms", 0) == 3_000 for e in events)


def test_the_past_of_a_year_is_short_to_tell() -> None:
    late = NOON + 320 * 24 * HOUR
    assert len(list(live().records(FIRST, late))) < 16_000
