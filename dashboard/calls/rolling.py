"""The connect rate of any 24 consecutive hours 连续二十四小时接通率, exactly.

A window is the half-open span [e − 24 h, e) for any real instant e; what is in it changes only just
after a call was offered and just after it was offered 24 hours ago. Between those instants nothing
moves, so looking just after each of them is looking everywhere: event-driven, not sampled. A window
belongs to the period its end lies in, (start, end]: the year's minimum is the least of its days'.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
Weights = NDArray[np.int64]
_LOW: Final = (1 << 32) - 1


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

    def weights(self, variant: str, undecided_before: int) -> Weights:
        """Per call `1 << 32 | answered` if the variant counts it, else 0. Undecided calls 未决
        count only when offered before `undecided_before`: the younger may still be answered."""
        flags = self.flags
        inside = ((flags & FLAG_UNDECIDED) == 0) | (self.at < undecided_before)
        if variant == "without_short":
            inside &= (flags & FLAG_SHORT) == 0
        elif variant == "person":
            inside &= (flags & FLAG_PERSON) != 0
        answered = (flags & FLAG_ANSWERED) != 0
        out: Weights = (inside.astype(np.int64) << 32) | (inside & answered)
        return out


def at_moment(calls: Calls, variant: str, end: int, undecided_before: int) -> Rolled:
    """The window that ends at `end`: [end − 24 h, end)."""
    low, high = np.searchsorted(calls.at, [end - SPAN_MS, end])
    part = Calls(calls.at[low:high], calls.flags[low:high])
    total = int(part.weights(variant, undecided_before).sum())
    return Rolled(total & _LOW, total >> 32, end)


def minima(
    calls: Calls,
    start: int,
    end: int,
    min_sample: int,
    undecided_before: int,
    variants: Collection[str] = VARIANTS,
) -> dict[str, Rolled | None]:
    """By variant the least rate of any window that ends in start < e ≤ end and has at least
    `min_sample` calls; the earliest of equals, None when no window has as many. The calls must
    reach back 24 hours before `start`."""
    if start >= end:
        return dict.fromkeys(variants)
    at = calls.at
    old, first, old_end, last = np.searchsorted(
        at, [start - SPAN_MS, start, end - SPAN_MS, end]
    ).tolist()
    times = np.concatenate([at[first:last], at[old:old_end] + SPAN_MS])
    order = np.argsort(times, kind="stable")
    times = times[order]
    settled = np.append(times[1:] != times[:-1], True) if len(times) else times.astype(bool)
    steps = np.nonzero(settled)[0]
    out: dict[str, Rolled | None] = {}
    for variant in variants:
        weights = calls.weights(variant, undecided_before)
        before = int(weights[old:first].sum())
        moves = np.concatenate([weights[first:last], -weights[old:old_end]])[order]
        sums = before + np.cumsum(moves)[steps]
        breaks = times[steps]
        if not len(breaks) or breaks[0] > start:
            sums, breaks = np.append(before, sums), np.append(start, breaks)
        out[variant] = _least(sums, breaks, min_sample)
    return out


def _least(sums: Weights, breaks: Instants, min_sample: int) -> Rolled | None:
    num, den = sums & _LOW, sums >> 32
    judged = den >= max(1, min_sample)
    if not judged.any():
        return None
    rates = np.where(judged, num / np.maximum(den, 1), np.inf)
    i = int(np.argmin(rates))
    return Rolled(int(num[i]), int(den[i]), int(breaks[i]))


def least(found: Iterable[Rolled | None]) -> Rolled | None:
    """The least of several periods, the earliest of equals."""
    known = [one for one in found if one is not None]
    return min(known, key=lambda one: (one.rate, one.at), default=None)
