"""A vector over cells that a clock and changed records move 随时间与案卷变化的向量."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.heat.keys import NO_DATA
from dashboard.heat.spells import NEVER, Spell

Vector = NDArray[np.int32]
Step = tuple[int, int, int, int]
"""(instant, cell, ±numerator, ±denominator): holds from the instant on."""
_COLUMNS: Final = 4


class Moving:
    """Sums of spells per cell at a clock that only goes forward.

    `rate`: keeps denominators too. Adding and taking back commute, on either side of the clock.
    """

    def __init__(
        self, size: int, clock: int, rate: bool, loaded: Iterable[tuple[int, Spell]] = ()
    ) -> None:
        self.clock = clock
        self.num: Vector = np.zeros(size, np.int32)
        self.den: Vector | None = np.zeros(size, np.int32) if rate else None
        self.version = 0
        """Counts up whenever a value may be different."""
        self._ahead: list[Step] = []
        self._queue = self._settle(loaded)
        """Steps of what was loaded that lie ahead, by time, from `_next` on."""
        self._next = 0

    def _settle(self, loaded: Iterable[tuple[int, Spell]]) -> NDArray[np.int64]:
        clock = self.clock
        flat: list[int] = []
        put = flat.extend
        for cell, (start, until, num, den) in loaded:
            if until > clock:
                put((start, until, cell, num, den))
        spells = np.fromiter(flat, np.int64, len(flat)).reshape(-1, _COLUMNS + 1)
        ends = spells[spells[:, 1] < NEVER][:, 1:].copy()
        ends[:, 2:] *= -1
        steps = np.concatenate((np.delete(spells, 1, axis=1), ends))
        over = steps[:, 0] <= clock
        self._apply(steps[over])
        left = steps[~over]
        return left[np.argsort(left[:, 0], kind="stable")]

    def _apply(self, steps: NDArray[np.int64]) -> None:
        if len(steps):
            np.add.at(self.num, steps[:, 1], steps[:, 2].astype(np.int32))
            if self.den is not None:
                np.add.at(self.den, steps[:, 1], steps[:, 3].astype(np.int32))
            self.version += 1

    def add(self, cell: int, spell: Spell, sign: int) -> None:
        """A spell of a changed record: +1 comes, −1 is taken back."""
        start, until, num, den = spell
        if until > self.clock:
            self._step((start, cell, num * sign, den * sign))
            if until < NEVER:
                self._step((until, cell, -num * sign, -den * sign))

    def _step(self, step: Step) -> None:
        if step[0] > self.clock:
            heapq.heappush(self._ahead, step)
            return
        _, cell, num, den = step
        self.num[cell] += num
        if self.den is not None:
            self.den[cell] += den
        self.version += 1

    def advance(self, clock: int) -> None:
        """Moves the clock on, never back."""
        self.clock = clock = max(clock, self.clock)
        queue, first = self._queue, self._next
        if first < len(queue) and queue[first, 0] <= clock:
            self._next = int(np.searchsorted(queue[:, 0], clock, "right"))
            self._apply(queue[first : self._next])
        while self._ahead and self._ahead[0][0] <= clock:
            self._step(heapq.heappop(self._ahead))


def thousandths(num: Vector, den: Vector) -> Vector:
    """‰ rounded half up; `NO_DATA` where the denominator is 0."""
    safe = np.maximum(den, 1)
    out = (num.astype(np.int64) * 2000 + safe) // (2 * safe)
    return np.where(den > 0, out, NO_DATA).astype(np.int32)
