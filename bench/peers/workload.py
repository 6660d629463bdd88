"""What every page shows 同一份负载: 40 numbers and 4 charts of 120 points that move once a second.

The first number is the instant (epoch ms) at which the page's server took the figures: it is how
a viewer knows when what it sees was made.
"""

from __future__ import annotations

import time
from typing import NamedTuple

NUMBERS = 40
CHARTS = 4
POINTS = 120
NAMES = ["stamp", *(f"number {i}" for i in range(1, NUMBERS))]


class Tick(NamedTuple):
    """The second, the numbers, and of each chart its points, the newest last."""

    second: int
    numbers: list[int]
    charts: list[list[int]]


def now() -> Tick:
    """The figures of this second; each asks for itself, so that a slow push shows as such."""
    stamp = time.time_ns() // 1_000_000
    second = stamp // 1000
    numbers = [stamp, *(1000 * i + (second * (i + 7)) % 97 for i in range(1, NUMBERS))]
    charts = [
        [point(chart, second - age) for age in range(POINTS - 1, -1, -1)] for chart in range(CHARTS)
    ]
    return Tick(second, numbers, charts)


def point(chart: int, second: int) -> int:
    """The value of a chart at a second."""
    return 500 + (second * (13 + chart)) % 211 + (second // (5 + chart)) % 89
