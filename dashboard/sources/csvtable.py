"""csv and csv.gz as tables: any encoding, quoted newlines, and damage that stays where it is.

A row with a broken quote would swallow its neighbours; here it is rejected alone and reading goes
on with the very next line.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from dashboard.sources.mapping import FileFormat
from dashboard.sources.tables import Record, TableError, heading

_HEAD: Final = 1 << 20  # bytes looked at to tell a wrong encoding
_LONGEST: Final = 1 << 20  # characters of one physical line
_UNDECODED: Final = re.compile("[\ud800-\udfff]")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def open_csv(path: Path, form: FileFormat, *, compressed: bool) -> Iterator[CsvTable]:
    """Opens a text table. Raises `TableError` for a wrong encoding or a missing heading."""
    with path.open("rb") as raw:
        data: Any = gzip.GzipFile(fileobj=raw) if compressed else raw
        head = _guarded_read(data, path)
        check_encoding(head, form.encoding, str(path))
        data.seek(0)
        wide = codecs.lookup(form.encoding).name.startswith(("utf-16", "utf-32"))
        text = io.TextIOWrapper(
            data,
            "utf-8-sig" if codecs.lookup(form.encoding).name == "utf-8" else form.encoding,
            errors="strict" if wide else "surrogateescape",
            newline="",
        )
        yield CsvTable(path, raw, text, form)


def _guarded_read(data: IO[bytes], path: Path) -> bytes:
    try:
        return data.read(_HEAD)
    except (EOFError, OSError, zlib.error) as error:
        raise TableError(f"{path}：压缩文件损坏或不完整（{error}）") from error


class CsvTable:
    """An open text table; iterate it once."""

    unit = "B"

    def __init__(self, path: Path, raw: IO[bytes], text: IO[str], form: FileFormat) -> None:
        self._path, self._raw, self._encoding = path, raw, form.encoding
        self.total = path.stat().st_size
        self._lines = _Lines(text)
        self._records = self._parse(form.delimiter)
        self._width = 0
        self.columns = self._heading(form.header_row)

    def position(self) -> int:
        return self._raw.tell()

    def __iter__(self) -> Iterator[Record]:
        return self._records

    def _heading(self, header_row: int) -> tuple[str, ...]:
        for record in self._records:
            if record.row == header_row and record.problem is None:
                self._width = len(record.cells)
                if any(names := heading(record.cells)):
                    return names
            if record.row >= header_row:
                break
        raise TableError(f"{self._path}：第 {header_row} 行应是表头（header_row），却没有列名")

    def _parse(self, delimiter: str) -> Iterator[Record]:
        lines = self._lines
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        row = 0
        while True:
            lines.taken.clear()
            row += 1
            first = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Record(row, first, lines.give_back(), f"引号不成对或字段过长（{error}）")
                continue
            except (EOFError, OSError, zlib.error, UnicodeError) as error:
                raise TableError(
                    f"{self._path}：第 {row} 行起读不下去，文件损坏或不完整（{error}）"
                ) from error
            if cells:
                yield self._checked(row, first, cells)

    def _checked(self, row: int, first: int, cells: list[str]) -> Record:
        lines = self._lines
        for line in lines.taken:
            if not line.isascii() and _UNDECODED.search(line):
                return Record(row, first, cells, f"有不是 {self._encoding} 编码的字节")
        width = self._width
        if not width or len(cells) == width or (not any(cells[width:]) and len(cells) > width):
            return Record(row, first, cells)
        problem = f"有 {len(cells)} 个字段，表头有 {width} 个"
        if len(lines.taken) > 1:
            return Record(row, first, lines.give_back(), f"{problem}（引号可能不成对）")
        return Record(row, first, cells, problem)


class _Lines:
    """Physical lines for `csv.reader`, counted, of which the last record's can be given back."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        self.number += 1
        self.taken.append(line)
        if len(line) >= _LONGEST:
            raise csv.Error(f"line longer than {_LONGEST} characters")
        return line

    def _read(self) -> str:
        line = self._text.readline(_LONGEST)
        if not line:
            raise StopIteration
        rest = line
        while len(rest) >= _LONGEST and not rest.endswith("\n"):
            rest = self._text.readline(_LONGEST)
        return line

    def give_back(self) -> list[str]:
        """Keeps the first line of the record, which comes back as its fields as far as they can be
        told; the other lines will be read again."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        self.number -= len(others)
        return [first.rstrip("\r\n")]


def check_encoding(head: bytes, encoding: str, name: str) -> None:
    """Refuses a head of file that is clearly in another encoding. Raises `TableError`.

    A few bad bytes among good ones are left to the rows they stand in.
    """
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    if head.startswith(_UTF16) and not wide:
        raise TableError(f'{name}：是 UTF-16 编码，不是 {encoding}；请写 encoding = "utf-16"')
    wrong = _undecodable(head, encoding)
    if wrong is None:
        if _multibyte_utf8(head) >= 8 and not codecs.lookup(encoding).name.startswith("utf"):
            raise TableError(f'{name}：内容是 utf-8，不是 {encoding}；请写 encoding = "utf-8"')
        return
    spoken = [line for line in head.split(b"\n") if not line.isascii()]
    bad = sum(_undecodable(line, encoding) is not None for line in spoken)
    if wide or bad * 2 > len(spoken):
        others = ("utf-8", "gb18030", "utf-16")
        guess = next((e for e in others if e != encoding and _undecodable(head, e) is None), None)
        hint = f'；看起来是 {guess}，请写 encoding = "{guess}"' if guess else ""
        line_number = head.count(b"\n", 0, wrong) + 1
        found = f"第 {line_number} 行字节 0x{head[wrong]:02X}"
        raise TableError(f"{name}：{found} 不是 {encoding} 编码{hint}")


def _undecodable(data: bytes, encoding: str) -> int | None:
    """Where the first byte stands that is not of this encoding."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final=len(data) < _HEAD)
    except UnicodeDecodeError as error:
        return error.start
    except UnicodeError:  # UTF-16 without its mark
        return 0
    return None


def _multibyte_utf8(head: bytes) -> int:
    """Characters beyond U+07FF if the head is valid UTF-8, else 0."""
    if _undecodable(head, "utf-8") is not None:
        return 0
    return sum(character > "\u07ff" for character in head.decode("utf-8", "ignore"))
