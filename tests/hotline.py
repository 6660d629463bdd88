"""青石镇's hotline of the tests: events of calls and agents, and random days of them."""

from __future__ import annotations

import random
from typing import Any

import orjson
from hypothesis import strategies as st

from dashboard.calls.agents import NAMES
from dashboard.eventkinds import OtherEvent, read_event
from tests.town import DAY, HOUR, MONDAY, NOW

SECOND = 1000
NOON = MONDAY + 12 * HOUR


def call_line(call: str, rev: int, at: int, step: str | None = None, **fields: object) -> bytes:
    event: dict[str, object] = {
        "id": f"{call}-{rev}-{step}", "type": "call", "call": call, "rev": rev, "at": at,
        "sent_by": "pbx",
    }  # fmt: skip
    if step:
        event["step"] = step
    if fields:
        event["set"] = fields
    return orjson.dumps(event)


def call_event(call: str, rev: int, at: int, step: str | None = None, **fields: Any) -> OtherEvent:
    event = read_event(call_line(call, rev, at, step, **fields), NOW)
    assert isinstance(event, OtherEvent)
    return event


def agent_event(agent: str, at: int, state: str, rev: int | None = None) -> OtherEvent:
    said: dict[str, object] = {
        "id": f"{agent}-{at}-{state}", "type": "agent", "agent": agent, "at": at, "state": state,
        "sent_by": "pbx",
    }  # fmt: skip
    if rev is not None:
        said["rev"] = rev
    event = read_event(orjson.dumps(said), NOW)
    assert isinstance(event, OtherEvent)
    return event


def answered(
    call: str = "T1", at: int = NOON, wait_s: float = 8, talk_s: float = 90
) -> list[OtherEvent]:
    """A call that is answered after `wait_s` in the queue and talks for `talk_s`."""
    queued, picked = at + 2 * SECOND, at + 2 * SECOND + round(wait_s * SECOND)
    return [
        call_event(call, 1, at, "offered"),
        call_event(call, 2, queued, "queued"),
        call_event(call, 3, picked, "answered", agent="A07"),
        call_event(call, 4, picked + round(talk_s * SECOND), "ended"),
    ]


def abandoned(call: str, at: int, wait_s: float) -> list[OtherEvent]:
    """A call whose caller gives up after `wait_s` in the queue."""
    return [
        call_event(call, 1, at, "offered"),
        call_event(call, 2, at, "queued"),
        call_event(call, 3, at + round(wait_s * SECOND), "abandoned"),
    ]


def random_call(
    rng: random.Random, call: str, first: int = MONDAY, days: int = 2
) -> list[OtherEvent]:
    """A call of any fate, somewhere in some days; now and then a rating or a late correction."""
    at = first + rng.randrange(days * DAY)
    wait = rng.choice([0.4, 3, 5, 8, 14.9, 15, 20, 60])
    fate = rng.random()
    if fate < 0.8:
        out = answered(call, at, wait, rng.choice([30, 95.5, 400]))
    elif fate < 0.95:
        out = abandoned(call, at, wait)
    elif fate < 0.98:
        out = [call_event(call, 1, at, "offered"), call_event(call, 2, at + 900, "overflow")]
    else:
        out = [call_event(call, 1, at, "offered")]
    if rng.random() < 0.2:
        rated = {"satisfaction": rng.randint(1, 5)}
        out.append(call_event(call, 8, at + HOUR, "rated", **rated))
    if rng.random() < 0.1:
        out.append(call_event(call, 9, at, offered_at=at + rng.randrange(DAY)))
    return out


instants = st.integers(0, 3 * DAY // 1000).map(lambda seconds: MONDAY + seconds * 1000)


@st.composite
def call_events(draw: st.DrawFn, most: int = 25) -> list[OtherEvent]:
    """Steps and rows of a few calls over three days, contradictions and corrections among them."""
    steps = ("offered", "ivr_enter", "ivr_exit", "queued", "ringing", "answered", "transferred",
             "abandoned", "overflow", "ended", "wrapped", "callback_due", "called_back", "rated",
             "feedback_due", "fed_back", "order_transferred", "order_accepted",
             "order_closed")  # fmt: skip
    fields: dict[str, st.SearchStrategy[Any]] = {
        "wait_s": st.sampled_from([0, 3, 5, 15, 15.5, 40]),
        "talk_s": st.sampled_from([0, 30.5, 60]),
        "satisfaction": st.integers(1, 5),
        "outcome": st.sampled_from(["answered", "abandoned", "overflow", None]),
        "offered_at": st.none() | instants,
        "agent": st.sampled_from(["A1", "A2"]),
    }
    out = []
    for _ in range(draw(st.integers(1, most))):
        call = draw(st.sampled_from(["T1", "T2", "T3", "T4", "T5"]))
        step = draw(st.sampled_from(steps) | st.none())
        names = draw(st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=3))
        given = {name: draw(fields[name]) for name in names}
        if step is None and not given:
            step = "offered"
        at = draw(instants)
        out.append(call_event(call, draw(st.integers(1, 4)), at, step, **given))
    return out


@st.composite
def agent_events(draw: st.DrawFn, most: int = 15) -> list[OtherEvent]:
    """State changes of two agents over three days."""
    return [
        agent_event(
            draw(st.sampled_from(["A1", "A2"])),
            draw(instants),
            draw(st.sampled_from(NAMES)),
            draw(st.integers(1, 3)),
        )
        for _ in range(draw(st.integers(0, most)))
    ]
