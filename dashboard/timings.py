"""How long things took 耗时: counts by bound, as Prometheus takes them; safe between threads."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; what took longer falls under +Inf."""
MOST: Final = 200
"""Different names at most: names may come from outside."""
OTHER: Final = "other"


@dataclass(frozen=True)
class Spread:
    """`counts` per bound and one more for what was longer, not added up; `seconds` altogether."""

    counts: tuple[int, ...]
    seconds: float

    def cumulative(self) -> list[tuple[str, int]]:
        """(bound, how many took at most so long), the last `+Inf`."""
        out, total = [], 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self.counts, strict=True):
            total += count
            out.append((bound, total))
        return out


class Timings:
    """Durations by name, e.g. of a route."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def add(self, name: str, seconds: float) -> None:
        """One more that took `seconds`."""
        place = bisect_left(BOUNDS, seconds)
        with self._lock:
            if name not in self._counts and len(self._counts) >= MOST:
                name = OTHER
            self._counts.setdefault(name, [0] * (len(BOUNDS) + 1))[place] += 1
            self._seconds[name] = self._seconds.get(name, 0.0) + seconds

    def spreads(self) -> Mapping[str, Spread]:
        """What there is so far."""
        with self._lock:
            return {
                name: Spread(tuple(counts), self._seconds[name])
                for name, counts in self._counts.items()
            }


def read_spread(counts: Sequence[int], seconds: float) -> Spread:
    """A spread that another process told of. Raises ValueError for other bounds than ours."""
    if len(counts) != len(BOUNDS) + 1:
        raise ValueError(f"{len(counts)} bounds, expected {len(BOUNDS) + 1}")
    return Spread(tuple(counts), seconds)
