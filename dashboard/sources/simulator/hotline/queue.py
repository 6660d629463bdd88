"""The queue 排队: callers in the order they came, agents longest idle first, one event at a time.

What happens to a caller follows when they join, since those before them are settled by then: the
queue is first come, first served, and a caller's patience is their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

import numpy as np

from dashboard.sources.simulator.hotline.callers import Callers, Whole
from dashboard.sources.simulator.hotline.shifts import Piece

(ANSWERED, ABANDONED, RANG_OUT, OVERFLOWED) = range(4)
OUTCOMES: Final = ("接听", "排队中放弃", "振铃中放弃", "队列满溢出")
NOBODY: Final = -1
FULL_AFTER_MS: Final = 400
"""How long it takes to tell a caller that the queue is full."""


@dataclass
class Served:
    """What became of each caller: `outcome`, `agent`, when it rang, was answered, ended, was
    wrapped up. A caller without an agent has `NOBODY`; `ended` is when an unanswered one left.
    `idle` is how long the agent had been free before (ms).
    """

    outcome: Whole
    agent: Whole
    rang: Whole
    answered: Whole
    ended: Whole
    wrapped: Whole
    idle: Whole


def serve(callers: Callers, shifts: Iterable[Piece], places: int, factor: float = 1.0) -> Served:
    """Runs the queue; `shifts` in epoch ms, `places` to wait, `factor` on all handling times."""
    count = len(callers)
    talk = (callers.talk * factor).astype(np.int64).tolist()
    wrap = (callers.wrap * factor).astype(np.int64).tolist()
    waits, rings = callers.patience.tolist(), callers.ring.tolist()
    free = [(begin, agent, end) for begin, end, agent in shifts]
    heapify(free)
    busy: dict[int, int] = {}
    waiting: list[int] = []
    rows: list[tuple[int, int, int, int, int, int, int]] = []
    for i, queued in enumerate(callers.queued.tolist()):
        leaves = queued + waits[i]
        while waiting and waiting[0] <= queued:
            heappop(waiting)
        if len(waiting) >= places:
            gone = queued + FULL_AFTER_MS
            rows.append((OVERFLOWED, NOBODY, 0, 0, gone, gone, 0))
            continue
        ring = rings[i]
        found = _next(free, busy, queued, ring)
        if found is None or max(found[0], queued) >= leaves:
            heappush(waiting, leaves)
            rows.append((ABANDONED, NOBODY, 0, 0, leaves, leaves, 0))
            continue
        since, agent, end = found
        rang = max(since, queued)
        answered = rang + ring
        if answered >= leaves:
            rows.append((RANG_OUT, agent, rang, 0, leaves, leaves, rang - since))
            done = leaves
        else:
            ended = answered + talk[i]
            done = ended + wrap[i]
            rows.append((ANSWERED, agent, rang, answered, ended, done, rang - since))
        if rang > queued:
            heappush(waiting, rang)
        busy[agent] = done
        heapreplace(free, (done, agent, end))
    table = np.array(rows, dtype=np.int64).reshape(count, 7).T
    return Served(*table)


def _next(
    free: list[tuple[int, int, int]], busy: dict[int, int], queued: int, ring: int
) -> tuple[int, int, int] | None:
    """The top of the heap: the agent free first, whose stretch of work is not over by then."""
    while free:
        since, agent, end = free[0]
        really = busy.get(agent, since)
        if max(since, really, queued) + ring > end:
            heappop(free)
        elif really > since:
            heapreplace(free, (really, agent, end))
        else:
            return free[0]
    return None
