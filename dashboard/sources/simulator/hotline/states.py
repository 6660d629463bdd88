"""What agents do 坐席状态: idle, ringing, talking, wrap-up, breaks, as their calls leave them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from dashboard.sources.simulator.hotline.queue import ANSWERED, NOBODY
from dashboard.sources.simulator.hotline.shifts import Stint
from dashboard.sources.simulator.hotline.telling import agent_code
from dashboard.sources.simulator.hotline.year import Calls

Change = tuple[int, int, str]
"""(instant ms, agent, state)."""
Busy = tuple[int, int, int, int]
"""Of a call: rang, answered (0: gone before), ended, done."""


def changes(day: Sequence[Stint], begin: int, calls: Calls) -> list[Change]:
    """Every change of state of a calling day that begins at `begin`, in order.

    A break that begins during a call begins after it; one that would end by then is missed.
    """
    mine: dict[int, list[Busy]] = defaultdict(list)
    rows = zip(
        calls.agent.tolist(),
        calls.rang.tolist(),
        calls.answered.tolist(),
        calls.ended.tolist(),
        calls.wrapped.tolist(),
        calls.outcome.tolist(),
        strict=True,
    )
    for agent, rang, answered, ended, wrapped, outcome in rows:
        if agent != NOBODY:
            mine[agent].append((rang, answered if outcome == ANSWERED else 0, ended, wrapped))
    out: list[Change] = []
    for stint in day:
        busy = sorted(mine[stint.agent])
        out += ((at, stint.agent, state) for at, state in _of_one(stint, begin, busy))
    return sorted(out)


def _of_one(stint: Stint, begin: int, busy: list[Busy]) -> Iterator[tuple[int, str]]:
    plan = [(begin + stint.login, "idle")]
    for start, end in stint.breaks:
        plan += ((begin + start, "busy"), (begin + end, "idle"))
    plan.append((begin + stint.logout, "logout"))
    times = [at for at, _ in plan]
    following = 0
    for rang, answered, ended, done in busy:
        while times[following] <= rang:
            yield plan[following]
            following += 1
        yield rang, "ringing"
        if answered:
            yield answered, "talking"
            yield ended, "wrapup"
        following = bisect_right(times, done)
        yield done, plan[following - 1][1]
        if following == len(plan):
            return
    yield from plan[following:]


def told(change: Change, sender: str) -> dict[str, Any]:
    """A change of state as an event."""
    at, agent, state = change
    code = agent_code(agent)
    return {
        "id": f"{code}.{at}.{state}",
        "type": "agent",
        "at": at,
        "sent_by": sender,
        "agent": code,
        "state": state,
    }
