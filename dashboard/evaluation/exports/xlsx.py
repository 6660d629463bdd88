"""The form as xlsx: the city's own table, ready to print; then 依据, 勾稽 and 资金 on their sheets.

XlsxWriter writes it: unlike openpyxl it puts no clock time into the file, so the same result gives
the same bytes.
"""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from dashboard.evaluation.exports.annexes import (
    evidence_table,
    facts_table,
    findings_table,
    money_table,
)
from dashboard.evaluation.exports.official import official_table
from dashboard.evaluation.exports.paging import SCANT, page_starts
from dashboard.evaluation.exports.report import as_of, local
from dashboard.evaluation.exports.stacking import stacked
from dashboard.evaluation.exports.table import Cell, Table
from dashboard.evaluation.exports.wrapping import wrap
from dashboard.evaluation.form import Form
from dashboard.evaluation.result import Result
from dashboard.exports.cells import plain, starts_formula

FONT: Final = "宋体"
SIZE: Final = 10
LINE_PT: Final = 14.0
"""Height of a line at `SIZE`."""
ROW_PT: Final = (18.0, 409.0)
"""Heights of rows: the least, and the most that Excel takes."""
PAGE_PT: Final = (841.0, 595.0)
"""A4 landscape."""
MARGINS: Final = (0.5, 0.5, 0.6, 0.7)
"""Inches: left, right, top, bottom."""
CHAR_PT, PAD_PT = 5.25, 3.75
"""Points of a column per character of its width, and beside them."""
FILL: Final = 0.97
"""How much of a page is filled: programs and printers differ a little."""
STACKED: Final = frozenset({"单位自评", "整体支出"})
"""Kinds of forms whose money stands in the table itself, if it fits; else on a sheet of its own."""
_EPOCH: Final = datetime.datetime(2000, 1, 1)


def render(
    result: Result, form: Form, timezone: str = "Asia/Shanghai", fonts: Path | None = None
) -> bytes:
    """The file's bytes; the same for the same result."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    made = local(result, timezone).replace(tzinfo=None) if result.as_of else _EPOCH
    book.set_properties({"title": plain(result.title), "created": made, "comments": form.id})
    formats = _Formats(book)
    told = as_of(result, timezone)
    table, money = official_table(form, result), money_table(form, result)
    above = stacked(money, table.widths) if money and form.kind in STACKED else None
    _Sheet(book, "评价表", formats, told).title(table, result, above)
    _Sheet(book, "依据", formats, told).put(evidence_table(form, result))
    _Sheet(book, "勾稽", formats, told).put(findings_table(result))
    if money is not None and above is None:
        _Sheet(book, "资金", formats, told).put(money)
    book.close()
    return out.getvalue()


class _Formats:
    """The workbook's cell formats, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Any] = {}

    def of(self, cell: Cell, *, head: bool = False, size: int = SIZE, border: int = 1) -> Any:
        """The format a cell needs."""
        quoted = cell.number is None and starts_formula(cell.text)
        key = (cell.align, cell.bold, cell.format, head, size, border, quoted)
        if key not in self._made:
            given = {
                "font_name": FONT,
                "font_size": size,
                "bold": cell.bold,
                "align": cell.align,
                "valign": "vcenter",
                "text_wrap": True,
                "border": border,
                "num_format": cell.format,
                "quote_prefix": quoted,
            }
            if head:
                given["bg_color"] = "#E8EEF4"
            self._made[key] = self._book.add_format(given)
        return self._made[key]


class _Sheet:
    """One sheet: A4 landscape, one page wide, headings on every page."""

    def __init__(self, book: Any, name: str, formats: _Formats, told: str) -> None:
        self._sheet = book.add_worksheet(name)
        self._formats = formats
        self._row = 0
        self._heights: list[float] = []
        sheet = self._sheet
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(*(inch for inch in MARGINS))
        sheet.center_horizontally()
        as_of_words = f"&L&9截至{told}" if told else ""
        sheet.set_footer(f"{as_of_words}&C&9第 &P 页，共 &N 页&R&9&A")

    def title(self, table: Table, result: Result, money: Table | None) -> None:
        """The official sheet: the title, the basic facts and perhaps the money over the table."""
        widths = table.widths
        self._span(Cell(text=table.title, align="center", bold=True), widths, 16, 0, 34)
        facts = facts_table(result)
        for row in facts.rows if facts is not None else ():
            label, value = row[0] or Cell(), row[1] or Cell()
            self._fact(label, value, widths)
        for number, line in enumerate((*money.head, *money.rows) if money is not None else ()):
            self._cells(line, table, head=number == 0)
        self.put(table, titled=True)

    def put(self, table: Table, titled: bool = False) -> None:
        """A table from the next row on; its headings are frozen and printed on every page."""
        widths = table.widths
        for at, width in enumerate(widths):
            self._sheet.set_column(at, at, width)
        if not titled:
            self._span(Cell(text=table.title, align="center", bold=True), widths, 14, 0, 28)
        if table.note:
            self._span(Cell(text=table.note, align="right"), widths, SIZE, 0, 18)
        first = self._row
        for row in table.head:
            self._cells(row, table, head=True)
        self._sheet.freeze_panes(self._row, 0)
        if table.head:
            self._sheet.repeat_rows(first, self._row - 1)
        self._pages(table, first)
        for row, height in zip(table.rows, row_heights(table), strict=True):
            self._cells(row, table, height=height)
        self._sheet.print_area(0, 0, max(self._row - 1, 0), len(widths) - 1)

    def _pages(self, table: Table, first: int) -> None:
        """One page wide, as many high as it takes; breaks where they cut through no level."""
        self._sheet.fit_to_pages(1, 0)
        wide = sum(width * CHAR_PT + PAD_PT for width in table.widths)
        scale = min(1.0, (PAGE_PT[0] - (MARGINS[0] + MARGINS[1]) * 72) / wide)
        room = (PAGE_PT[1] - (MARGINS[2] + MARGINS[3]) * 72) / scale * FILL
        above = sum(self._heights[:first])
        head = sum(self._heights[first:])
        heights = row_heights(table)
        left, breaks = room - above - head, []
        if left < max(heights[0] if heights else 0, SCANT * room):  # begins a page of its own
            left, breaks = room - head, [first]
        starts = page_starts(table.rows, heights, left, room - head)
        self._sheet.set_h_pagebreaks(breaks + [self._row + start for start in starts])

    def _set_height(self, height: float) -> None:
        self._sheet.set_row(self._row, height)
        self._heights.append(height)

    def _cells(
        self, row: Any, table: Table, *, head: bool = False, height: float | None = None
    ) -> None:
        if height is None:
            height = row_height(row, table.widths)
        self._set_height(height)
        for at, cell in enumerate(row):
            if cell is not None:
                self._cell(self._row, at, cell, head)
        self._row += 1

    def _cell(self, row: int, column: int, cell: Cell, head: bool) -> None:
        form = self._formats.of(cell, head=head)
        if cell.rows > 1 or cell.cols > 1:
            last = (row + cell.rows - 1, column + cell.cols - 1)
            self._sheet.merge_range(row, column, *last, "", form)
        if cell.number is not None:
            self._sheet.write_number(row, column, float(cell.number), form)
        elif cell.text:
            self._sheet.write_string(row, column, plain(cell.text), form)
        else:
            self._sheet.write_blank(row, column, None, form)

    def _span(
        self, cell: Cell, widths: tuple[int, ...], size: int, border: int, height: float
    ) -> None:
        """A line over the whole width."""
        form = self._formats.of(cell, size=size, border=border)
        lines = len(wrap(cell.text, sum(widths) * SIZE / size))
        self._set_height(height * lines)
        if len(widths) > 1:
            self._sheet.merge_range(self._row, 0, self._row, len(widths) - 1, "", form)
        self._sheet.write_string(self._row, 0, plain(cell.text), form)
        self._row += 1

    def _fact(self, label: Cell, value: Cell, widths: tuple[int, ...]) -> None:
        """Label over the first columns (some 18 characters), value over the rest."""
        split = 1
        while split < len(widths) - 1 and sum(widths[:split]) < 18:
            split += 1
        lines = max(
            len(wrap(cell.text, max(sum(part) - 2, 2)))
            for cell, part in ((label, widths[:split]), (value, widths[split:] or (2,)))
        )
        self._set_height(min(max(ROW_PT[0], lines * LINE_PT + 6), ROW_PT[1]))
        for first, last, cell in ((0, split - 1, label), (split, len(widths) - 1, value)):
            if first > last:
                continue
            form = self._formats.of(cell)
            if last > first:
                self._sheet.merge_range(self._row, first, self._row, last, "", form)
            self._sheet.write_string(self._row, first, plain(cell.text), form)
        self._row += 1


def row_height(row: Any, widths: tuple[int, ...]) -> float:
    """Points that a row's own cells need; those merged downwards are left to `row_heights`."""
    needed = [
        _needed(cell, widths[at : at + cell.cols])
        for at, cell in enumerate(row)
        if cell is not None and cell.rows == 1
    ]
    return min(max([ROW_PT[0], *needed]), ROW_PT[1])


def row_heights(table: Table) -> list[float]:
    """Heights of all rows; a merged cell that needs more than its rows makes them taller."""
    heights = [row_height(row, table.widths) for row in table.rows]
    for number, row in enumerate(table.rows):
        for at, cell in enumerate(row):
            if cell is None or cell.rows == 1:
                continue
            span = range(number, number + cell.rows)
            short = _needed(cell, table.widths[at : at + cell.cols]) - sum(heights[i] for i in span)
            for i in span if short > 0 else ():
                heights[i] = min(heights[i] + short / cell.rows, ROW_PT[1])
    return heights


def _needed(cell: Cell, widths: tuple[int, ...]) -> float:
    lines = len(wrap(cell.text, max(sum(widths) - 1.5, 2))) if cell.text else 1
    return lines * LINE_PT + 5
