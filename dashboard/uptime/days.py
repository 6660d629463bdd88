"""City days of the platform 运行日历: the five states of each day, its outages, is it normal.

Everything is a sum over days, so windows may be split and merged as one likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from dashboard.uptime.spans import (
    DEGRADED,
    DOWN,
    MAINTENANCE,
    UNKNOWN,
    UP,
    Span,
    clip,
    totals,
)

MARKED_MS: Final = 5 * 60_000
"""A normal day is shown as one with 劣化, 维护 or 未知 from so much of it on."""
OUT, NORMAL, MARK_DEGRADED, MARK_MAINTENANCE, MARK_UNKNOWN, PENDING, FAULT = "-ndmuqx"
"""Marks of a day: not in service, 正常, normal with 劣化 / 维护 / 未知, 待核, 故障."""


class Limits(Protocol):
    """What a normal day may have of outage and of unknown, ms."""

    @property
    def outage_ms(self) -> int: ...
    @property
    def single_ms(self) -> int: ...
    @property
    def unknown_ms(self) -> int: ...


class Day(NamedTuple):
    """One city day: ms in each state, the longest piece of outage, outages that began; and the
    same outage times added up over the vital components, each for itself."""

    states: tuple[int, int, int, int, int]
    longest: int = 0
    begun: int = 0
    apart_down: int = 0
    apart_longest: int = 0

    @property
    def served(self) -> bool:
        """Whether the platform was to be up at all."""
        return any(self.states)

    def verdict(self, limits: Limits, *, apart: bool = False) -> str:
        """OUT, NORMAL, PENDING 待核 or FAULT; `apart`: outages of the vital components added up."""
        if not self.served:
            return OUT
        down = self.apart_down if apart else self.states[DOWN]
        longest = self.apart_longest if apart else self.longest
        if down > limits.outage_ms or longest > limits.single_ms:
            return FAULT
        return PENDING if self.states[UNKNOWN] > limits.unknown_ms else NORMAL

    def mark(self, limits: Limits) -> str:
        """What the calendar shows."""
        verdict = self.verdict(limits)
        if verdict != NORMAL:
            return verdict
        shown = (
            (DEGRADED, MARK_DEGRADED), (MAINTENANCE, MARK_MAINTENANCE), (UNKNOWN, MARK_UNKNOWN)
        )  # fmt: skip
        for state, mark in shown:
            if self.states[state] >= MARKED_MS:
                return mark
        return NORMAL


class Incident(NamedTuple):
    """An outage 一次中断: from its first down to the end of its last, `down` ms of it down.

    Unknown and maintenance do not end it: only working again does.
    """

    start: int
    end: int
    down: int


def incidents(cover: Iterable[Span], under_way: bool = False) -> list[Incident]:
    """The outages that begin in the cover; `under_way`: it opens within an earlier one."""
    out: list[Incident] = []
    foreign, fresh = under_way, False
    for start, end, state in cover:
        if state in (UP, DEGRADED):
            foreign, fresh = False, True
        elif state == DOWN and not foreign:
            if out and not fresh:
                out[-1] = Incident(out[-1].start, end, out[-1].down + end - start)
            else:
                out.append(Incident(start, end, end - start))
            fresh = False
    return out


def under_way(cover: Sequence[Span], before: bool = False) -> bool:
    """Whether the end of the cover lies within an outage; `before`: whether its start does."""
    for _, _, state in reversed(cover):
        if state in (UP, DEGRADED, DOWN):
            return state == DOWN
    return before


def days(
    platform: Sequence[Span],
    vital: Sequence[Sequence[Span]],
    bounds: Sequence[int],
    before: bool = False,
) -> Iterator[Day]:
    """The day between each two neighbouring bounds; `before`: an outage is under way at the first.

    Covers may be longer than the bounds.
    """
    begun = [one.start for one in incidents(clip(platform, bounds[0], bounds[-1]), before)]
    for start, end in pairwise(bounds):
        today = clip(platform, start, end)
        pieces = [[b - a for a, b, s in clip(one, start, end) if s == DOWN] for one in vital]
        apart = [ms for some in pieces for ms in some]
        states = totals(today)
        yield Day(
            (states[0], states[1], states[2], states[3], states[4]),
            max((b - a for a, b, state in today if state == DOWN), default=0),
            sum(start <= at < end for at in begun),
            sum(apart),
            max(apart, default=0),
        )


def counters(found: Iterable[Day], limits: Limits) -> dict[str, int]:
    """What the measures add up, in days, times and ms."""
    out = dict.fromkeys(COUNTERS, 0)
    for day in found:
        verdict, apart = day.verdict(limits), day.verdict(limits, apart=True)
        out["days_served"] += day.served
        out["days_normal"] += verdict == NORMAL
        out["days_pending"] += verdict == PENDING
        out["days_fault"] += verdict == FAULT
        out["days_normal_apart"] += apart == NORMAL
        out["outages"] += day.begun
        for name, ms in zip(_STATES, day.states, strict=True):
            out[name] += ms
    return out


_STATES: Final = ("up_ms", "degraded_ms", "down_ms", "maintenance_ms", "unknown_ms")
COUNTERS: Final = (
    "days_served", "days_normal", "days_pending", "days_fault", "days_normal_apart", "outages",
    *_STATES,
)  # fmt: skip


def in_seconds(counts: Mapping[str, int]) -> dict[str, int]:
    """The counters with whole seconds, rounded once, and the sums that stand below a line: 应运行
    without planned maintenance, and what of it is known."""
    out = {name: n for name, n in counts.items() if name not in _STATES}
    for name in _STATES:
        out[f"{name[:-2]}s"] = round(counts.get(name, 0) / 1000)
    out["known_s"] = out["up_s"] + out["degraded_s"] + out["down_s"]
    out["should_s"] = out["known_s"] + out["unknown_s"]
    return out
