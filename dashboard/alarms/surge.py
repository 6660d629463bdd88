"""突增 surges: the last hour's reports of a member against the same hour of past weeks.

A plain robust statistic, so that it can be explained on a card: by how many scales the count of
the last sixty minutes lies above the median of the same hour on the same weekday of past weeks.
The scale is the greater of 1.4826 × the median absolute deviation (what a standard deviation would
be) and the square root of the median (what counts scatter by themselves), at least 1. Weeks without
a single report in that hour were not recorded and do not count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

WEEKS: Final = 8
NEEDED: Final = 4
"""Fewer recorded weeks than this are no basis: 无数据."""
HOUR_MS: Final = 3_600_000
WEEK_MS: Final = 7 * 24 * HOUR_MS


@dataclass(frozen=True)
class Usual:
    """What is usual for a member at this hour: the median and the scale of its counts."""

    median: float
    scale: float
    weeks: int

    def score(self, n: int) -> float:
        """How many scales `n` lies above the median; negative below."""
        return (n - self.median) / self.scale


def usual(counts: Sequence[int]) -> Usual | None:
    """From a member's counts in the recorded weeks; None with too few of them."""
    if len(counts) < NEEDED:
        return None
    middle = median(counts)
    deviation = median(abs(n - middle) for n in counts)
    return Usual(middle, max(1.4826 * deviation, math.sqrt(middle), 1.0), len(counts))


def baseline(weeks: Sequence[Mapping[str, int]]) -> tuple[list[int], dict[str, Usual]]:
    """Weekly counts by member → which weeks were recorded, and what is usual for each member that
    appears in them. A member that is absent from a recorded week had 0 there."""
    recorded = [i for i, week in enumerate(weeks) if sum(week.values()) > 0]
    members = {member for i in recorded for member in weeks[i]}
    out: dict[str, Usual] = {}
    for member in members:
        found = usual([weeks[i].get(member, 0) for i in recorded])
        if found is not None:
            out[member] = found
    return recorded, out
