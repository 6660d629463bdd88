"""Spans 区间: sorted half-open (start, end, state) in ms; the algebra everything else stands on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Final

Span = tuple[int, int, int]
Spans = list[Span]

UP: Final = 0
DEGRADED: Final = 1
DOWN: Final = 2
MAINTENANCE: Final = 3
UNKNOWN: Final = 4
STATES: Final = ("up", "degraded", "down", "maintenance", "unknown")
"""正常 劣化 中断 维护 未知: the state of a span is its index here."""
NAMES: Final = ("正常", "劣化", "中断", "维护", "未知")
_WORSE: Final = {UP: 0, UNKNOWN: 1, DEGRADED: 2, DOWN: 3}
"""What an outage entered by hand is weighed by; maintenance is no part of it."""


def clip(spans: Sequence[Span], start: int, end: int) -> Spans:
    """What of the spans lies in start ≤ t < end."""
    out: Spans = []
    for index in range(first_after(spans, start), len(spans)):
        a, b, state = spans[index]
        if a >= end:
            break
        out.append((max(a, start), min(b, end), state))
    return out


def first_after(spans: Sequence[Span], at: int) -> int:
    """The index of the first span that ends after `at`."""
    index = bisect_right(spans, at, key=lambda span: span[0])
    return index - 1 if index and spans[index - 1][1] > at else index


def join(spans: Iterable[Span]) -> Spans:
    """Sorted spans with touching ones of one state made one, and empty ones dropped."""
    out: Spans = []
    for start, end, state in spans:
        if start >= end:
            continue
        if out and out[-1][1] == start and out[-1][2] == state:
            out[-1] = (out[-1][0], end, state)
        else:
            out.append((start, end, state))
    return out


def fill(spans: Sequence[Span], start: int, end: int, state: int = UNKNOWN) -> Spans:
    """The spans in start ≤ t < end with everything between them in `state`: a whole cover."""
    out: Spans = []
    at = start
    for a, b, found in clip(spans, start, end):
        if a > at:
            out.append((at, a, state))
        out.append((a, b, found))
        at = b
    if at < end:
        out.append((at, end, state))
    return join(out)


def paint(cover: Sequence[Span], start: int, end: int, state: int | Callable[[int], int]) -> Spans:
    """The cover with `state`, or a function of the state there, over start ≤ t < end."""
    if not cover:
        return []
    start, end = max(start, cover[0][0]), min(end, cover[-1][1])
    if start >= end:
        return list(cover)
    middle = clip(cover, start, end)
    if callable(state):
        middle = [(a, b, state(found)) for a, b, found in middle]
    else:
        middle = [(start, end, state)]
    before = list(cover[: first_after(cover, start)])
    if len(before) < len(cover) and cover[len(before)][0] < start:
        before.append((cover[len(before)][0], start, cover[len(before)][2]))
    rest = first_after(cover, end)
    after = list(cover[rest:])
    if after and after[0][0] < end:
        after[0] = (end, after[0][1], after[0][2])
    return join([*before, *middle, *after])


def at_least(state: int) -> Callable[[int], int]:
    """The worse of a state and the one below; an unknown one is known by what was entered."""
    return lambda found: max(found, state, key=lambda one: _WORSE.get(one, 4))


def replace(known: Sequence[Span], start: int, end: int, inside: Sequence[Span]) -> Spans:
    """Spans with holes: those in start ≤ t < end replaced by `inside`."""
    before = [(a, min(b, start), state) for a, b, state in known if a < start]
    after = [(max(a, end), b, state) for a, b, state in known if b > end]
    return join([*before, *clip(inside, start, end), *after])


def totals(spans: Iterable[Span]) -> list[int]:
    """Milliseconds in each of the five states."""
    out = [0] * len(STATES)
    for start, end, state in spans:
        out[state] += end - start
    return out


def state_at(spans: Sequence[Span], at: int) -> Span | None:
    """The span an instant lies in."""
    index = first_after(spans, at)
    found = spans[index] if index < len(spans) else None
    return found if found and found[0] <= at else None
