"""A table set on the columns of another 同表: the money rows of a self-evaluation stand over its
indicators, on the same sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from dashboard.evaluation.exports.table import Cell, Row, Table
from dashboard.evaluation.exports.wrapping import width_of

LABEL_MAX: Final = 20
"""A first column wider than this may be wrapped."""


def stacked(table: Table, widths: Sequence[int]) -> Table | None:
    """`table` with its cells spread over columns of `widths`, or None where its figures do not
    fit. Its note moves into the first heading."""
    counts = _shares(table.widths, widths)
    if counts is None:
        return None
    at = 0
    for column, count in enumerate(counts):
        if sum(widths[at : at + count]) < _needed(table, column):
            return None
        at += count
    head = [_spread(row, counts) for row in table.head]
    first = head[0][0] if head else None
    if first is not None:
        unit = f"（{table.note}）" if table.note else ""
        head[0] = (replace(first, text=f"{table.title}{unit}"), *head[0][1:])
    rows = tuple(_spread(row, counts) for row in table.rows)
    return replace(table, widths=tuple(widths), head=tuple(head), rows=rows, note="")


def _shares(wanted: Sequence[int], widths: Sequence[int]) -> list[int] | None:
    """How many columns each wanted one takes, in proportion; None where there are too few."""
    if len(wanted) > len(widths):
        return None
    scale = sum(widths) / sum(wanted)
    ends: list[int] = []
    goal, begin = 0.0, 0
    for number, width in enumerate(wanted[:-1]):
        goal += width * scale
        last = len(widths) - (len(wanted) - 1 - number)
        begin = min(range(begin + 1, last + 1), key=_nearest(widths, goal))
        ends.append(begin)
    ends.append(len(widths))
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _nearest(widths: Sequence[int], goal: float) -> Callable[[int], float]:
    return lambda end: abs(sum(widths[:end]) - goal)


def _needed(table: Table, column: int) -> int:
    """The width that a column's cells need: figures on one line, labels may be wrapped."""
    texts = [cell for row in table.rows if (cell := row[column]) is not None]
    wide = max((width_of(cell.text) for cell in texts), default=0) + 2
    return min(wide, LABEL_MAX) if column == 0 else wide


def _spread(row: Row, counts: Sequence[int]) -> Row:
    out: list[Cell | None] = []
    for cell, count in zip(row, counts, strict=True):
        out += [None if cell is None else replace(cell, cols=count), *([None] * (count - 1))]
    return tuple(out)
