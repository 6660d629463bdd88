"""A table as paper has it 表格: cells with spans, widths, numbers with their format. No format of a
file is known here; xlsx, docx, pdf and csv draw the same tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a cell shows; `number` with `format` (Excel's) where it is a figure. Spans count rows
    and columns from this cell on; the cells they cover are None in their rows."""

    text: str = ""
    number: Decimal | None = None
    format: str = "General"
    align: Align = "left"
    bold: bool = False
    rows: int = 1
    cols: int = 1


Row = tuple[Cell | None, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Headings (repeated on every page) and rows; widths in half-width characters."""

    title: str
    widths: tuple[int, ...]
    head: tuple[Row, ...]
    rows: tuple[Row, ...]
    note: str = ""
    """Above the table at the right: 单位：万元."""


def headings(titles: Sequence[str]) -> tuple[Row, ...]:
    """One row of column titles."""
    return (tuple(Cell(text=title, align="center", bold=True) for title in titles),)


def merged(rows: Sequence[Row], column: int, keys: Sequence[object]) -> list[Row]:
    """The rows with one column's cells merged downwards where neighbours' `keys` are equal; a key
    of None merges with nothing."""
    out = [list(row) for row in rows]
    start = 0
    for at in range(1, len(out) + 1):
        if at < len(out) and keys[at] is not None and keys[at] == keys[start]:
            out[at][column] = None
            continue
        cell = out[start][column]
        if cell is not None and at - start > 1:
            out[start][column] = replace(cell, rows=at - start)
        start = at
    return [tuple(row) for row in out]


# Figures -----------------------------------------------------------------------------------------

_FIGURE: Final = re.compile(
    r"(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?)\s?([^\d\s\"\\]{0,8})"
)


def figure_cell(text: str, units: Sequence[str] = (), align: Align = "center") -> Cell:
    """A cell for a text that may be a figure with a unit: 95%, 1,193人, 3.5. Then it is a number in
    a format that shows the same; `units` are those taken for units, beside %."""
    found = _FIGURE.fullmatch(text)
    if not found or found[2] not in ("", "%", *units) or len(found[1]) > 15:
        return Cell(text=text, align=align)
    digits = found[1].replace(",", "")
    if re.match(r"-?0\d", digits):  # a code, not a figure
        return Cell(text=text, align=align)
    number = Decimal(digits)
    places = -int(number.as_tuple().exponent)
    shape = ("#,##0" if "," in found[1] else "0") + (f".{'0' * places}" if places else "")
    if found[2] == "%":
        return Cell(text=text, number=number / 100, format=f"{shape}%", align=align)
    unit = f'"{found[2]}"' if found[2] else ""
    return Cell(text=text, number=number, format=shape + unit, align=align)


def score_cell(number: Decimal | None, places: int, missing: str = "") -> Cell:
    """分: at least one decimal where the form keeps two (1.9, 2.0, 1.62), else as it is."""
    if number is None:
        return Cell(text=missing, align="center")
    shape = {0: "0", 1: "General"}.get(places, "0.0" + "#" * (places - 1))
    return Cell(text=score_text(number, places), number=number, format=shape, align="center")


def score_text(number: Decimal, places: int) -> str:
    """The score as `score_cell` shows it."""
    text = format(round(number, places), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}.0" if places >= 2 and "." not in text else text


def weight_cell(number: Decimal | None) -> Cell:
    """分值, 权重: as it is."""
    if number is None:
        return Cell(align="center")
    return Cell(
        text=score_text(number, 1 if number == round(number, 1) else 6),
        number=number,
        align="center",
    )


def amount_cell(number: Decimal | None, text: str, places: int, grouped: bool = True) -> Cell:
    """金额, 率: grouped by thousands at its decimals, at the right."""
    if number is None:
        return Cell(text=text, align="right")
    shape = ("#,##0" if grouped else "0") + (f".{'0' * places}" if places else "")
    shown = format(round(number, places), ",f" if grouped else "f")
    return Cell(text=shown, number=number, format=shape, align="right")
