"""Small tables as a file 屏上所见: csv with one table under the other, xlsx with a sheet each."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Sequence
from typing import Any, Final, Protocol

import xlsxwriter  # type: ignore[import-untyped]

from dashboard.exports.cells import csv_text, plain, starts_formula

KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TITLE_MAX: Final = 31
"""Characters of a sheet's name in Excel."""
_NEVER: Final = re.compile(r"[\[\]:*?/\\]")
_EPOCH: Final = datetime.datetime(2000, 1, 1)


class Sheet(Protocol):
    """A table with its title; cells are text, numbers or None."""

    @property
    def title(self) -> str: ...
    @property
    def headings(self) -> Sequence[str]: ...
    @property
    def rows(self) -> Sequence[Sequence[object]]: ...


def csv_file(sheets: Sequence[Sheet]) -> bytes:
    """The tables one under the other, each under its title; UTF-8 with BOM and CRLF for Excel."""
    text = io.StringIO(newline="")
    out = csv.writer(text)
    for i, sheet in enumerate(sheets):
        if i:
            out.writerow([])
        out.writerow([csv_text(sheet.title)])
        out.writerow([csv_text(heading) for heading in sheet.headings])
        for row in sheet.rows:
            out.writerow([_csv(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _csv(cell: object) -> object:
    if cell is None:
        return ""
    return cell if isinstance(cell, int | float) else csv_text(str(cell))


def xlsx_file(sheets: Sequence[Sheet]) -> bytes:
    """A sheet for each table; numbers are numbers. The same tables give the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": _EPOCH})
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF4"})
    quoted = book.add_format({"quote_prefix": True})
    taken: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_name(sheet.title, taken))
        widths = [_width(heading) for heading in sheet.headings]
        for column, heading in enumerate(sheet.headings):
            page.write_string(0, column, plain(heading), bold)
        for number, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                _put(page, number, column, cell, quoted)
                widths[column] = max(widths[column], _width(cell))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(60, width + 2))
        page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _put(page: Any, row: int, column: int, cell: object, quoted: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, int | float):
        page.write_number(row, column, cell)
        return
    text = plain(str(cell))
    page.write_string(row, column, text, *([quoted] if starts_formula(text) else []))


def _width(cell: object) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in str("" if cell is None else cell))


def _name(title: str, taken: set[str]) -> str:
    """A name Excel takes, another one than those before."""
    base = _NEVER.sub(" ", plain(title)).strip("' ")[:TITLE_MAX] or "表"
    name, n = base, 1
    while name.casefold() in taken:
        n += 1
        name = f"{base[: TITLE_MAX - len(str(n)) - 1]} {n}"
    taken.add(name.casefold())
    return name
