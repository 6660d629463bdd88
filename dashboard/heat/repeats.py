"""顽疾点位: the same category reported in the same cell again and again."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import NamedTuple

from dashboard.cityparts import RepeatRule
from dashboard.heat.keys import DAY_MS

Spot = tuple[int, str]
"""(cell, category)"""


class Repeat(NamedTuple):
    """One such spot and how often it was reported in the window."""

    cell: int
    category: str
    n: int


class Repeats:
    """Counts of spots over a window that moves with the clock."""

    def __init__(self, rule: RepeatRule, clock: int) -> None:
        self.rule, self.clock = rule, clock
        self._length = rule.days * DAY_MS
        self._counts: dict[Spot, int] = {}
        self._steps: list[tuple[int, int, str, int]] = []
        self._found: set[Spot] = set()
        self.version = 0
        """Counts up whenever the list may be different."""

    def put(self, at: int | None, cell: int, category: str | None, sign: int) -> None:
        """A report comes (+1) or is taken back (−1)."""
        if at is None or not category or at + 1 + self._length <= self.clock:
            return
        for when, n in ((at + 1, sign), (at + 1 + self._length, -sign)):
            if when <= self.clock:
                self._count((cell, category), n)
            else:
                heapq.heappush(self._steps, (when, cell, category, n))

    def load(self, reports: Iterable[tuple[int, int, str]]) -> None:
        """(report time, cell, category) of many."""
        for at, cell, category in reports:
            self.put(at, cell, category, 1)

    def _count(self, spot: Spot, n: int) -> None:
        total = self._counts.get(spot, 0) + n
        if total:
            self._counts[spot] = total
        else:
            self._counts.pop(spot, None)
        if total >= self.rule.times:
            self._found.add(spot)
            self.version += 1
        elif spot in self._found:
            self._found.remove(spot)
            self.version += 1

    def advance(self, clock: int) -> None:
        """Moves the clock on, never back."""
        self.clock = max(clock, self.clock)
        while self._steps and self._steps[0][0] <= self.clock:
            _, cell, category, n = heapq.heappop(self._steps)
            self._count((cell, category), n)

    def worst(self, count: int) -> list[Repeat]:
        """The most frequent, then by cell and category."""
        rows = (
            Repeat(cell, category, self._counts[cell, category]) for cell, category in self._found
        )
        return heapq.nsmallest(count, rows, key=lambda row: (-row.n, row.cell, row.category))

    def __len__(self) -> int:
        return len(self._found)
