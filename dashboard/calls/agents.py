"""Agents 坐席: the states they report, and how long each lasted.

An agent is in a state from its event until the next one. Where the next never comes 丢失签退 the
state is taken to be over after the city's `max_state_h`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class AgentFold:
    """What new states do to an agent: changes to write (instant → state, revision), and the ms its
    closed states last more or less, by quarter-hour and counter."""

    written: dict[int, tuple[int, int]]
    delta: dict[tuple[int, str], int]
    unchanged: int


def fold_agent(
    stored: Mapping[int, tuple[int, int]], incoming: Iterable[tuple[int, int, int]], cap_ms: int
) -> AgentFold:
    """Merge (instant, state, revision) into `stored`: instant → (state, revision), which holds the
    neighbours before and after them and all between. The highest revision of an instant wins,
    of equal ones the greater state."""
    merged = dict(stored)
    unchanged = 0
    for at, state, rev in incoming:
        have = merged.get(at)
        if have is None or (rev, state) > (have[1], have[0]):
            merged[at] = (state, rev)
        else:
            unchanged += 1
    written = {at: said for at, said in merged.items() if stored.get(at) != said}
    delta: dict[tuple[int, str], int] = {}
    for states, sign in ((stored, -1), (merged, 1)):
        for (quarter, state), ms in _closed(states, cap_ms).items():
            slot = (quarter, f"agent_{NAMES[state]}_ms")
            delta[slot] = delta.get(slot, 0) + sign * ms
    return AgentFold(written, {slot: ms for slot, ms in delta.items() if ms}, unchanged)


def _closed(states: Mapping[int, tuple[int, int]], cap_ms: int) -> dict[tuple[int, int], int]:
    if not states:
        return {}
    changes = [(at, states[at][0]) for at in sorted(states)]
    end = changes[-1][0]
    return by_quarter(spans(changes, cap_ms, end), changes[0][0], end)
