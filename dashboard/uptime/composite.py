"""The platform's own state 平台状态, composed of its vital components by a quorum.

The platform needs `quorum` of its vital components to work (all of them, unless the profile says
fewer). It is 正常 or 劣化 while so many work; 维护 when planned maintenance explains what is
missing; 未知 when unknown components might still make it; otherwise 中断.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.uptime.spans import (
    DEGRADED,
    DOWN,
    MAINTENANCE,
    STATES,
    UNKNOWN,
    UP,
    Span,
    Spans,
    join,
)


def compose(vital: Sequence[Sequence[Span]], quorum: int | None = None) -> Spans:
    """The timelines of the vital components as one; components out of service do not count."""
    edges: list[tuple[int, int, int]] = []
    for cover in vital:
        for start, end, state in cover:
            edges.append((start, state, 1))
            edges.append((end, state, -1))
    edges.sort()
    counts = [0] * len(STATES)
    out: list[Span] = []
    at = 0
    for when, state, change in edges:
        if when > at and any(counts):
            out.append((at, when, _state(counts, quorum)))
        at = when
        counts[state] += change
    return join(out)


def _state(counts: Sequence[int], quorum: int | None) -> int:
    serving = sum(counts)
    needed = serving if quorum is None else min(quorum, serving)
    working = counts[UP] + counts[DEGRADED]
    if working >= needed:
        return DEGRADED if counts[DEGRADED] or counts[DOWN] else UP
    if working + counts[MAINTENANCE] >= needed:
        return MAINTENANCE
    if working + counts[MAINTENANCE] + counts[UNKNOWN] >= needed:
        return UNKNOWN
    return DOWN
