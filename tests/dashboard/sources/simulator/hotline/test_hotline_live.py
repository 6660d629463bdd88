"""The hotline as time passes: past and present are one, however they are cut."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from dashboard.city import load_profile
from dashboard.sources.simulator.hotline.live import CallingDay, LiveHotline
from dashboard.sources.simulator.hotline.queue import ABANDONED, ANSWERED

ZHENGZHOU = load_profile("zhengzhou")
NOON = 1_767_585_600_000
"""2026-01-05 12:00 in Shanghai, a Monday."""
HOUR = 3_600_000

FIELD = {
    "offered": "offered_at",
    "queued": "queued_at",
    "ringing": "ringing_at",
    "answered": "answered_at",
    "abandoned": "abandoned_at",
    "overflow": "overflow_at",
    "ended": "ended_at",
    "transferred": "transferred_at",
    "wrapped": "wrapped_at",
    "fed_back": "fed_back_at",
    "callback_due": "callback_due_at",
    "called_back": "called_back_at",
    "order_transferred": "order_transferred_at",
    "order_accepted": "order_accepted_at",
    "order_closed": "order_closed_at",
}


def records(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Call → fields by the highest revision that wrote each: the contract in its own words."""
    out: dict[str, dict[str, tuple[int, Any]]] = defaultdict(dict)
    for event in events:
        if event["type"] != "call":
            continue
        fields = dict(event.get("set", {}))
        if "step" in event:
            fields[FIELD[event["step"]]] = event["at"]
        for name, value in fields.items():
            if out[event["call"]].get(name, (0, None))[0] <= event["rev"]:
                out[event["call"]][name] = (event["rev"], value)
    return {call: {n: v for n, (_, v) in sorted(f.items())} for call, f in out.items()}


def states(events: list[dict[str, Any]]) -> set[tuple[str, int, str]]:
    return {(e["agent"], e["at"], e["state"]) for e in events if e["type"] == "agent"}


def test_past_and_present_say_the_same_as_the_past_told_later() -> None:
    first = ZHENGZHOU.day(NOON) - 1
    early, late = LiveHotline(ZHENGZHOU), LiveHotline(ZHENGZHOU)
    told = list(early.records(first, NOON))
    early.resume(NOON)
    for minute in range(0, 61, 5):
        told += early.due(NOON + minute * 60_000)
    straight = list(late.records(first, NOON + HOUR))
    assert all(event["at"] <= NOON + HOUR for event in told)
    begun, whole = records(told), records(straight)
    on_time = {e["call"] for e in late_ones(early, NOON)}
    differing = {call for call in whole if begun.get(call) != whole[call]} - on_time
    assert differing == set() and len(whole) > 1_500
    since = NOON - 20 * HOUR
    recent = {one for one in states(told) if one[1] > since}
    assert recent == {one for one in states(straight) if one[1] > since}


def late_ones(hotline: LiveHotline, since: int) -> list[dict[str, Any]]:
    """What is still on its way an hour later although it has happened: late on purpose."""
    rest = hotline.due(since + 30 * HOUR)
    return [e for e in rest if e["type"] == "call" and e["at"] <= since + HOUR]


def test_a_call_tells_its_steps_with_rising_revisions() -> None:
    one = CallingDay(ZHENGZHOU, 1, 20_458)
    revs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for _, event in one.steps():
        if event["type"] == "call":
            revs[event["call"]].append((event["at"], event["rev"]))
    for told in revs.values():
        assert sorted(told) == sorted(told, key=lambda pair: (pair[1], pair[0]))
    assert len(revs) == len(one.calls)


def test_rushes_make_queues_and_the_rest_of_the_day_does_not() -> None:
    waited, lost, longest = 0, 0, 0
    days = [CallingDay(ZHENGZHOU, 1, day) for day in range(20_440, 20_460)]
    for one in days:
        calls = one.calls
        spoke = calls.outcome == ANSWERED
        wait = (calls.rang - calls.queued)[spoke] / 1000
        waited += int((wait > 20).sum())
        longest = max(longest, int(wait.max()))
        lost += int((calls.outcome == ABANDONED).sum())
    n = sum(len(one.calls) for one in days)
    answered = sum(int((one.calls.outcome == ANSWERED).sum()) for one in days)
    assert 0.955 < answered / n < 0.99
    assert 0.002 < waited / n < 0.08 and 60 < longest < 400
    assert 0.2 * waited < lost < 2 * waited


def test_no_telephone_number_and_no_name_is_told() -> None:
    keys = {"id", "type", "at", "sent_by", "call", "rev", "step", "set", "agent", "state"}
    for event in LiveHotline(ZHENGZHOU).records(ZHENGZHOU.day(NOON), NOON):
        assert set(event) <= keys
        assert event["sent_by"] in ("hotline12319", "rexian12345")
        assert event["type"] == "call" or event["agent"].startswith("A")


def test_a_city_without_a_hotline_has_no_calls() -> None:
    meixian = load_profile("meixian")
    hotline = LiveHotline(meixian)
    assert list(hotline.records(meixian.day(NOON) - 3, NOON)) == []
    hotline.resume(NOON)
    assert hotline.due(NOON + HOUR) == []


def test_work_orders_alone_where_there_are_no_agents() -> None:
    yueyang = load_profile("yueyang")
    events = list(LiveHotline(yueyang).records(yueyang.day(NOON) - 40, NOON))
    orders = records(events)
    a_day = len(orders) / 40.5
    assert 20 < a_day < 33  # 9,744 a year
    closed = [one for one in orders.values() if "order_closed_at" in one]
    assert 0.8 * len(orders) < len(closed) < len(orders)
    assert all(
        one["order_transferred_at"] <= one["order_accepted_at"] <= one["order_closed_at"]
        for one in closed
    )
    assert np.mean([one["order_closed_at"] - one["order_accepted_at"] for one in closed]) > HOUR
