"""Counts of what lies before a moving clock 累计至此刻."""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Running(Generic[K]):
    """How much of each key has an instant before the clock; instants ahead wait for their time.

    Adding and taking back commute, in any order and on either side of the clock.
    """

    def __init__(self, clock: int) -> None:
        self.clock = clock
        self.counts: dict[K, int] = {}
        self._ahead: dict[int, dict[K, int]] = {}
        self._times: list[int] = []

    def __getitem__(self, key: K) -> int:
        return self.counts.get(key, 0)

    def add(self, at: int, key: K, n: int) -> None:
        """Adds n (or takes back, below 0) to a key at an instant (epoch ms)."""
        counts = self.counts
        if at >= self.clock:
            waiting = self._ahead.get(at)
            if waiting is None:
                self._ahead[at] = counts = {}
                heapq.heappush(self._times, at)
            else:
                counts = waiting
        total = counts.get(key, 0) + n
        if total:
            counts[key] = total
        else:
            del counts[key]

    def advance(self, clock: int) -> bool:
        """Moves the clock on, never back; True if that changed a count."""
        changed = False
        while self._times and self._times[0] < clock:
            at = heapq.heappop(self._times)
            self.clock = at + 1
            for key, n in self._ahead.pop(at).items():
                self.add(at, key, n)
                changed = True
        self.clock = max(self.clock, clock)
        return changed

    @property
    def next_at(self) -> int | None:
        """The first instant ahead, when the clock will have passed it something may change."""
        return self._times[0] if self._times else None
