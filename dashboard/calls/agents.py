"""Agents 坐席: the states they report, and how long each lasted.

An agent is in a state from its event until the next one. Where the next never comes 丢失签退 the
state is taken to be over after the city's `max_state_h`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from dashboard.calls.counting import QUARTER_MS

STATES: Final = {
    "idle": "空闲",
    "ringing": "振铃",
    "talking": "通话",
    "hold": "保持",
    "wrapup": "话后",
    "busy": "小休",
    "logout": "离线",
}
"""状态; stored as the position in this table."""
STATE: Final[dict[str, int]] = {name: i for i, name in enumerate(STATES)}
NAMES: Final = tuple(STATES)
LOGOUT: Final = STATE["logout"]
COUNTERS: Final = tuple(f"agent_{name}_ms" for name in STATES if name != "logout")

Change = tuple[int, int]
"""(instant ms, state): from then on the agent is in it."""


def spans(changes: Sequence[Change], cap_ms: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, state) of each state of one agent, logout left out; `changes` ascend. The last
    one goes on until `end`."""
    for i, (at, state) in enumerate(changes):
        until = changes[i + 1][0] if i + 1 < len(changes) else end
        until = min(until, at + cap_ms)
        if state != LOGOUT and until > at:
            yield at, until, state


def by_quarter(
    found: Iterable[tuple[int, int, int]], start: int, end: int
) -> dict[tuple[int, int], int]:
    """(quarter-hour number, state) → ms within start ≤ t < end."""
    out: dict[tuple[int, int], int] = {}
    for at, until, state in found:
        at, until = max(at, start), min(until, end)
        while at < until:
            quarter = at // QUARTER_MS
            edge = min(until, (quarter + 1) * QUARTER_MS)
            key = (quarter, state)
            out[key] = out.get(key, 0) + edge - at
            at = edge
    return out
