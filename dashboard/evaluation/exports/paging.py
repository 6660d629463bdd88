"""Where a table is cut into pages 分页: as full as can be without cutting merged cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dashboard.evaluation.exports.table import Row

LEAST: Final = 0.6
"""How full a page must be before it may end early to keep a merged group together."""

SCANT: Final = 0.2
"""A last page emptier than this gets more rows of the page before."""


def crossings(rows: Sequence[Row]) -> list[int]:
    """For each row how many merged cells a cut above it would go through."""
    out = [0] * len(rows)
    for number, row in enumerate(rows):
        for cell in row:
            if cell is not None and cell.rows > 1:
                for inside in range(number + 1, min(number + cell.rows, len(rows))):
                    out[inside] += 1
    return out


def page_starts(
    rows: Sequence[Row], heights: Sequence[float], first: float, others: float
) -> list[int]:
    """The rows that begin a page, the first one left out; `first`, `others`: room on the pages.

    A row taller than a page stands alone on one.
    """
    cut = crossings(rows)
    starts: list[int] = []
    begin, room = 0, first
    while True:
        end, used = begin, 0.0
        while end < len(rows) and (end == begin or used + heights[end] <= room):
            used += heights[end]
            end += 1
        if end == len(rows):
            break
        begin = _best(cut, heights, begin, end, room)
        starts.append(begin)
        room = others
    if starts and sum(heights[starts[-1] :]) < SCANT * others:
        begin = starts[-2] if len(starts) > 1 else 0
        room = others if len(starts) > 1 else first
        starts[-1] = _earlier(cut, heights, begin, starts[-1], room, others)
    return starts


def _best(cut: Sequence[int], heights: Sequence[float], begin: int, end: int, room: float) -> int:
    """The cut through the fewest merged cells on a page that is full enough; the last of them."""
    best, used = end, 0.0
    for at in range(begin + 1, end + 1):
        used += heights[at - 1]
        if used >= LEAST * room and cut[at] <= cut[best]:
            best = at
    return best


def _earlier(
    cut: Sequence[int],
    heights: Sequence[float],
    begin: int,
    end: int,
    room: float,
    last: float,
) -> int:
    """A cut before `end` that leaves both pages full enough, through the fewest merged cells."""
    found = [
        at
        for at in range(begin + 1, end)
        if sum(heights[begin:at]) >= LEAST * room and SCANT * last <= sum(heights[at:]) <= last
    ]
    return min(found, key=lambda at: (cut[at], -at), default=end)
