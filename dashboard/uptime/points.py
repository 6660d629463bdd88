"""Probes as points 探测点: two arrays, merged so that order and repetition change nothing.

A year of one-minute probes of twenty components is 10.5 million of them. They are kept a component
and a UTC day together: differences of the times and the answers, byte-planes apart, deflated.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

DAY_MS: Final = 86_400_000
FAILED: Final = 2**31 - 1
"""The answer of a probe that failed; others are the latency in whole ms."""
NO_LATENCY: Final = -1
"""A good answer that did not say how long it took."""
_LEVEL: Final = 1

Times = NDArray[np.int64]
Answers = NDArray[np.int32]


@dataclass(frozen=True)
class Points:
    """Probes of one component: `at` (ms) strictly rising, `answer` beside it."""

    at: Times
    answer: Answers

    def __len__(self) -> int:
        return len(self.at)

    def between(self, start: int, end: int) -> Points:
        """Those in start ≤ t < end."""
        low, high = np.searchsorted(self.at, [start, end])
        return Points(self.at[low:high], self.answer[low:high])


EMPTY: Final = Points(np.empty(0, np.int64), np.empty(0, np.int32))


def points(probes: Iterable[tuple[int, int]]) -> Points:
    """(at, answer) in any order, any number of times; the worse of two answers at one instant."""
    found = np.array(sorted(probes), np.int64).reshape(-1, 2)
    return _worst(found[:, 0], found[:, 1].astype(np.int32))


def merge(*many: Points) -> Points:
    """All of them together."""
    some = sorted((one for one in many if len(one)), key=lambda one: int(one.at[0]))
    if not some:
        return EMPTY
    at = np.concatenate([one.at for one in some])
    answer = np.concatenate([one.answer for one in some])
    if len(some) > 1 and not bool(np.all(at[1:] > at[:-1])):
        order = np.lexsort((answer, at))
        at, answer = at[order], answer[order]
    return _worst(at, answer)


def _worst(at: Times, answer: Answers) -> Points:
    """Of sorted points the last of each instant, which is the worst."""
    if len(at) > 1:
        keep = np.append(at[1:] != at[:-1], True)
        if not keep.all():
            at, answer = at[keep], answer[keep]
    return Points(at, answer)


def by_day(found: Points) -> dict[int, Points]:
    """UTC day → its points."""
    if not len(found):
        return {}
    first, last = int(found.at[0]) // DAY_MS, int(found.at[-1]) // DAY_MS
    days = {day: found.between(day * DAY_MS, (day + 1) * DAY_MS) for day in range(first, last + 1)}
    return {day: one for day, one in days.items() if len(one)}


def encode(found: Points, day: int) -> bytes:
    """A day's points as they are stored."""
    offsets = (found.at - day * DAY_MS).astype("<i4")
    steps = np.diff(offsets, prepend=np.int32(0)).astype("<i4")
    return zlib.compress(_planes(steps) + _planes(found.answer.astype("<i4")), _LEVEL)


def decode(body: bytes, day: int) -> Points:
    """The same, back."""
    raw = zlib.decompress(body)
    half = len(raw) // 2
    steps, answer = _whole(raw[:half]), _whole(raw[half:])
    return Points(np.cumsum(steps, dtype=np.int64) + day * DAY_MS, answer.astype(np.int32))


def _planes(values: NDArray[Any]) -> bytes:
    return values.view(np.uint8).reshape(-1, 4).T.tobytes()


def _whole(raw: bytes) -> NDArray[np.int32]:
    planes = np.frombuffer(raw, np.uint8).reshape(4, -1)
    return np.ascontiguousarray(planes.T).view("<i4").reshape(-1)
