"""xlsx as a table: one sheet, streamed; formulas by the value they were saved with.

What a program reads from a sheet is not always what a person sees on it. Merged heading cells,
formulas that were never calculated and error cells are therefore looked for, not stumbled over.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils import range_boundaries  # type: ignore[import-untyped]
from openpyxl.utils.cell import coordinate_from_string, get_column_letter  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from dashboard.sources.mapping import FileFormat
from dashboard.sources.tables import Record, TableError, heading
from dashboard.sources.xlsxguard import check_workbook

_ERRORS: Final = frozenset(
    {"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#SPILL!", "#CALC!"}
)
_EXACT: Final = 10**15  # a sheet keeps 15 digits of a number
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 1 << 15  # the longest formula is 8,192 characters
_BROKEN: Final = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, OSError, EOFError)
_MERGE: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_UNCALCULATED: Final = re.compile(
    rb'<c r="([A-Z]+\d+)"[^>]*><f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>'
)


@dataclass
class _Findings:
    """What the raw sheet says that its cells do not: merges (left, top, right, bottom), and per
    column letter the first formula without a value."""

    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncalculated: dict[str, str] = field(default_factory=dict)


@contextmanager
def open_xlsx(path: Path, form: FileFormat, used: Collection[str] | None) -> Iterator[XlsxTable]:
    """Opens one sheet of a workbook. Raises `TableError`."""
    try:
        check_workbook(path)
        book = load_workbook(path, read_only=True, data_only=True)
    except _BROKEN as error:
        raise TableError(f"{path}：不是可读的 xlsx 工作簿（{error}）") from error
    with closing(book):
        yield XlsxTable(path, _sheet(book, form.sheet, path), form, used)


def _sheet(book: Any, name: str | None, path: Path) -> Any:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    listed = "、".join(sheets)
    if name is not None:
        if name not in sheets:
            raise TableError(f"{path}：没有工作表 {name}；有：{listed}")
        return sheets[name]
    if len(sheets) != 1:
        raise TableError(f"{path}：有 {len(sheets)} 张工作表（{listed}），请在 [file] 写 sheet")
    return next(iter(sheets.values()))


class XlsxTable:
    """An open sheet; iterate it once. Rows carry the numbers the sheet shows."""

    unit = "行"

    def __init__(
        self, path: Path, sheet: Any, form: FileFormat, used: Collection[str] | None
    ) -> None:
        self._path, self._header_row, self._nulls = path, form.header_row, form.nulls
        with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as raw:
            self._findings = _scan(raw)
        self.total = sheet.max_row or 0
        sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
        self._rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        self._row = 0
        self.columns = self._heading()
        self._used = [
            (index, get_column_letter(index + 1), name)
            for index, name in enumerate(self.columns)
            if used is None or name in used
        ]
        for _, letter, name in self._used:
            if (cell := self._findings.uncalculated.get(letter)) is not None:
                raise TableError(
                    f"{path}：{cell}（{name}）是没有计算结果的公式；请用表格软件打开并保存一次"
                )

    def position(self) -> int:
        return self._row

    def __iter__(self) -> Iterator[Record]:
        width = len(self.columns)
        merges = _merged_rows(
            self._findings.merges, self._header_row, [i for i, _, _ in self._used]
        )
        try:
            for number, cells in self._rows:
                self._row = number
                if any(cell is not None and cell != "" for cell in cells[:width]):
                    row = [*cells[:width], *[None] * (width - len(cells))]
                    yield Record(number, number, row, self._problem(number, row, merges))
        except _BROKEN as error:
            raise TableError(
                f"{self._path}：第 {self._row + 1} 行起读不下去，工作簿损坏（{error}）"
            ) from error

    def _problem(self, number: int, row: list[Any], merges: _Merges) -> str | None:
        if merges and (area := merges.at(number)):
            return f"在合并单元格 {area} 中，只有左上角有值；请取消合并并填满"
        for index, letter, name in self._used:
            value = row[index]
            if type(value) is str and value in _ERRORS and value not in self._nulls:
                return f"{letter}{number}（{name}）是错误值 {value}"
            if type(value) is int and abs(value) >= _EXACT:
                row[index] = float(value)  # its last digits are invented; `cells` refuses it
        return None

    def _heading(self) -> tuple[str, ...]:
        above: list[tuple[Any, ...]] = []
        try:
            for _, cells in self._rows:
                above.append(cells)
                if len(above) == self._header_row:
                    break
        except _BROKEN as error:
            raise TableError(f"{self._path}：读不到表头，工作簿损坏（{error}）") from error
        found = list(above[-1]) if len(above) == self._header_row else []
        for left, top, right, bottom in self._findings.merges:
            if not top <= self._header_row <= bottom:
                continue
            area = _area(left, top, right, bottom)
            if left != right or bottom != self._header_row:
                lowest = bottom + (left != right)
                raise TableError(
                    f"{self._path}：表头第 {self._header_row} 行有合并单元格 {area}，应一列一名；"
                    f"表头有几行时把 header_row 写成最下一行（可能是 {lowest}）"
                )
            found += [None] * (left - len(found))
            found[left - 1] = (*above[top - 1], *[None] * left)[left - 1]
        if not any(names := heading(found)):
            raise TableError(
                f"{self._path}：第 {self._header_row} 行应是表头（header_row），却没有列名"
            )
        return names


class _Merges:
    """Merged areas of the data rows, asked for row by row, top down."""

    def __init__(self, areas: list[tuple[int, int, str]]) -> None:
        self._areas = sorted(areas, reverse=True)
        self._now: list[tuple[int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._areas or self._now)

    def at(self, row: int) -> str | None:
        """The area that hides values of `row`; rows are asked in ascending order."""
        while self._areas and self._areas[-1][0] <= row:
            _, last, area = self._areas.pop()
            self._now.append((last, area))
        self._now = [(last, area) for last, area in self._now if last >= row]
        return self._now[0][1] if self._now else None


def _merged_rows(
    merges: list[tuple[int, int, int, int]], header_row: int, used: list[int]
) -> _Merges:
    """The rows in which a used column's value is hidden under another cell of a merge."""
    areas = []
    for left, top, right, bottom in merges:
        inside = [index for index in used if left <= index + 1 <= right]
        if top > header_row and inside:
            only_first = inside == [left - 1]  # then the top row still shows its own value
            areas.append((top + only_first, bottom, _area(left, top, right, bottom)))
    return _Merges([area for area in areas if area[0] <= area[1]])


def _area(left: int, top: int, right: int, bottom: int) -> str:
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


def _scan(raw: IO[bytes]) -> _Findings:
    """Reads the sheet's XML once, in pieces, for merges and formulas without a value."""
    found = _Findings()
    kept = b""
    seen: set[bytes] = set()
    while chunk := raw.read(_CHUNK):
        piece = kept + chunk
        for match in _UNCALCULATED.finditer(piece):
            cell = match[1].decode()
            found.uncalculated.setdefault(coordinate_from_string(cell)[0], cell)
        seen.update(_MERGE.findall(piece))
        kept = piece[-_OVERLAP:]
    for area in seen:
        left, top, right, bottom = range_boundaries(area.decode())
        found.merges.append((left, top, right, bottom))
    return found
