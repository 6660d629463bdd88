"""What agents do, from their shift and their calls."""

from __future__ import annotations

import numpy as np

from dashboard.city import load_profile
from dashboard.sources.simulator.hotline.live import CallingDay
from dashboard.sources.simulator.hotline.queue import ABANDONED, ANSWERED, NOBODY
from dashboard.sources.simulator.hotline.shifts import MINUTE, Stint
from dashboard.sources.simulator.hotline.states import changes
from dashboard.sources.simulator.hotline.year import Calls

STINT = Stint(0, 0, 100 * MINUTE, ((40 * MINUTE, 50 * MINUTE), (60 * MINUTE, 70 * MINUTE)))


def calls(*rows: tuple[int, int, int, int]) -> Calls:
    """(rang, answered, ended, wrapped) in minutes, of agent 0."""
    rang, answered, ended, wrapped = np.array(rows, dtype=np.int64).T * MINUTE
    zero = np.zeros(len(rows), dtype=np.int64)
    return Calls(rang, rang, rang, answered, ended, wrapped, zero, zero + ANSWERED)


def told(*rows: tuple[int, int, int, int]) -> list[tuple[int, str]]:
    """(minute, state)."""
    return [(at // MINUTE, state) for at, _, state in changes([STINT], 0, calls(*rows))]


def test_a_shift_without_calls() -> None:
    nobody = calls((20, 0, 30, 30))
    nobody.agent[:] = NOBODY
    assert [(at // MINUTE, state) for at, _, state in changes([STINT], 0, nobody)] == [
        (0, "idle"), (40, "busy"), (50, "idle"), (60, "busy"), (70, "idle"), (100, "logout"),
    ]  # fmt: skip


def test_breaks_wait_for_the_end_of_a_call_or_are_missed() -> None:
    assert told((5, 6, 10, 12), (38, 39, 42, 44), (58, 59, 68, 71), (95, 96, 101, 103)) == [
        (0, "idle"), (5, "ringing"), (6, "talking"), (10, "wrapup"), (12, "idle"),
        (38, "ringing"), (39, "talking"), (42, "wrapup"), (44, "busy"), (50, "idle"),
        (58, "ringing"), (59, "talking"), (68, "wrapup"), (71, "idle"),
        (95, "ringing"), (96, "talking"), (101, "wrapup"), (103, "logout"),
    ]  # fmt: skip


def test_a_caller_who_is_gone_while_it_rings() -> None:
    one = calls((5, 0, 6, 6))
    one.outcome[:] = ABANDONED
    found = [(at // MINUTE, state) for at, _, state in changes([STINT], 0, one)]
    assert found[:4] == [(0, "idle"), (5, "ringing"), (6, "idle"), (40, "busy")]


def test_states_of_a_day_are_those_of_its_calls() -> None:
    profile = load_profile("zhengzhou")
    one = CallingDay(profile, 1, 20_700)
    seconds = {"talking": 0, "wrapup": 0, "idle": 0}
    last: dict[str, tuple[int, str]] = {}
    for event in one.agents(1 << 60):
        at, before = last.get(event["agent"], (event["at"], "logout"))
        assert event["at"] >= at and event["state"] != before
        if before in seconds:
            seconds[before] += event["at"] - at
        last[event["agent"]] = (event["at"], event["state"])
    spoke = one.calls.outcome == ANSWERED
    assert seconds["talking"] == int((one.calls.ended - one.calls.answered)[spoke].sum())
    assert seconds["wrapup"] == int((one.calls.wrapped - one.calls.ended)[spoke].sum())
    assert {state for _, state in last.values()} == {"logout"}
    assert 0.3 < 1 - seconds["idle"] / sum(seconds.values()) < 0.8
