"""Counts of what lies before a moving clock 累计至此刻."""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
SLACK = 1_000
"""Instants in the heap for which nothing waits, before it is made anew."""


class Running(Generic[K]):
    """How much of each key has an instant before the clock; instants ahead wait for their time.

    Adding and taking back commute, in any order and on either side of the clock. A clock that is a
    month behind has a month of instants ahead of it: most have one key, which then needs no dict.
    """

    def __init__(self, clock: int) -> None:
        self.clock = clock
        self.counts: dict[K, int] = {}
        self._ahead: dict[int, tuple[K, int] | dict[K, int]] = {}
        self._times: list[int] = []
        self._keys: dict[K, K] = {}

    def __getitem__(self, key: K) -> int:
        return self.counts.get(key, 0)

    def add(self, at: int, key: K, n: int) -> None:
        """Adds n (or takes back, below 0) to a key at an instant (epoch ms); n is not 0."""
        if at < self.clock:
            _add(self.counts, key, n)
            return
        waiting = self._ahead.get(at)
        if waiting is None:
            self._ahead[at] = self._keys.setdefault(key, key), n
            heapq.heappush(self._times, at)
            return
        if isinstance(waiting, tuple):
            self._ahead[at] = waiting = {waiting[0]: waiting[1]}
        _add(waiting, self._keys.setdefault(key, key), n)
        if len(waiting) == 1:
            ((only, total),) = waiting.items()
            self._ahead[at] = only, total
        elif not waiting:
            self._drop(at)

    def _drop(self, at: int) -> None:
        """Nothing waits for this instant any more: a deadline that was met. Its place in the heap
        goes when there are as many such as others."""
        del self._ahead[at]
        if len(self._times) > 2 * len(self._ahead) + SLACK:
            self._times = list(self._ahead)
            heapq.heapify(self._times)

    def advance(self, clock: int) -> bool:
        """Moves the clock on, never back; True if that changed a count."""
        changed = False
        while self._times and self._times[0] < clock:
            at = heapq.heappop(self._times)
            self.clock = at + 1
            waiting = self._ahead.pop(at, {})
            for key, n in [waiting] if isinstance(waiting, tuple) else waiting.items():
                _add(self.counts, key, n)
                changed = True
        self.clock = max(self.clock, clock)
        if not self._times:
            self._keys.clear()
        return changed

    @property
    def next_at(self) -> int | None:
        """The first instant ahead, when the clock will have passed it something may change."""
        while self._times and self._times[0] not in self._ahead:
            heapq.heappop(self._times)
        return self._times[0] if self._times else None


def _add(counts: dict[K, int], key: K, n: int) -> None:
    total = counts.get(key, 0) + n
    if total:
        counts[key] = total
    else:
        del counts[key]
