"""The connect rate of any 24 consecutive hours 连续二十四小时接通率, exactly.

A window is the half-open span [e − 24 h, e) for any real instant e; what is in it changes only just
after a call was offered and just after it was offered 24 hours ago. Between those instants nothing
moves, so looking just after each of them is looking everywhere: event-driven, not sampled. A window
belongs to the period its end lies in, (start, end]: the year's minimum is the least of its days'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.calls.counting import (
    FLAG_ANSWERED,
    FLAG_PERSON,
    FLAG_SHORT,
    FLAG_UNDECIDED,
)

SPAN_MS: Final = 24 * 3_600_000
VARIANTS: Final = ("offered", "without_short", "person")

Instants = NDArray[np.int64]
Flags = NDArray[np.uint8]


@dataclass(frozen=True)
class Rolled:
    """Answered `num` of `den` calls in the 24 hours that end just after `at` (epoch ms)."""

    num: int
    den: int
    at: int

    @property
    def rate(self) -> float:
        return self.num / self.den if self.den else float("inf")


@dataclass(frozen=True)
class Calls:
    """Offered calls in order of time: `at` ascending, with their flags."""

    at: Instants
    flags: Flags

    @classmethod
    def of(cls, at: Instants, flags: Flags) -> Calls:
        """From arrays in any order."""
        order = np.argsort(at, kind="stable")
        return cls(at[order], flags[order])

    def counted(self, variant: str, undecided_before: int) -> tuple[Instants, Instants]:
        """(instants below the line, those of them answered); undecided calls 未决 count only when
        they were offered before `undecided_before`: the younger may still be answered."""
        flags = self.flags
        inside = ((flags & FLAG_UNDECIDED) == 0) | (self.at < undecided_before)
        if variant == "without_short":
            inside &= (flags & FLAG_SHORT) == 0
        elif variant == "person":
            inside &= (flags & FLAG_PERSON) != 0
        answered = inside & ((flags & FLAG_ANSWERED) != 0)
        return self.at[inside], self.at[answered]


def at_moment(offered: Instants, answered: Instants, end: int) -> Rolled:
    """The window that ends at `end`: [end − 24 h, end)."""
    edges = np.array([end - SPAN_MS, end])
    den, num = (np.searchsorted(one, edges) for one in (offered, answered))
    return Rolled(int(num[1] - num[0]), int(den[1] - den[0]), end)


def minimum(
    offered: Instants, answered: Instants, start: int, end: int, min_sample: int
) -> Rolled | None:
    """The least rate of any window that ends in start < e ≤ end and has at least `min_sample`
    calls; the earliest of equals, None when no window has as many. `offered`, `answered` ascend
    and reach back 24 hours before `start`."""
    if start >= end:
        return None
    low, high = np.searchsorted(offered, [start, end])
    old_low, old_high = np.searchsorted(offered, [start - SPAN_MS, end - SPAN_MS])
    breaks = np.concatenate(
        [np.array([start]), offered[low:high], offered[old_low:old_high] + SPAN_MS]
    )
    breaks.sort(kind="stable")
    den, num = (
        np.searchsorted(one, breaks, "right") - np.searchsorted(one, breaks - SPAN_MS, "right")
        for one in (offered, answered)
    )
    judged = den >= max(1, min_sample)
    if not judged.any():
        return None
    rate = np.where(judged, num / np.maximum(den, 1), np.inf)
    first = int(np.argmin(rate))
    return Rolled(int(num[first]), int(den[first]), int(breaks[first]))
