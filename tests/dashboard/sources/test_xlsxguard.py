"""Workbooks that would eat the machine are refused before they are unpacked; large ones are not."""

from __future__ import annotations

import resource
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from dashboard.sources import xlsxguard
from dashboard.sources.mapping import FileFormat
from dashboard.sources.tables import TableError
from dashboard.sources.xlsxguard import check_workbook
from dashboard.sources.xlsxtable import open_xlsx


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = Workbook()
    made.active.append(["案卷号", "地点"])
    made.active.append(["A1", "花园路"])
    made.save(tmp_path / "cases.xlsx")
    return tmp_path / "cases.xlsx"


def zeros(size: int) -> Iterator[bytes]:
    for _ in range(size >> 20):
        yield bytes(1 << 20)


def grown(book: Path, part: str, content: Iterator[bytes] | bytes) -> Path:
    """The workbook with a part more, or another in its place."""
    bomb = book.with_name("bomb.xlsx")
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        with new.open(part, "w", force_zip64=True) as out:
            for block in [content] if isinstance(content, bytes) else content:
                out.write(block)
    return bomb


def refused(path: Path) -> str:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (
        pytest.raises(TableError) as error,
        open_xlsx(path, FileFormat(), None) as table,
    ):
        list(table)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    return str(error.value)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/x.bin"])
def test_a_part_that_grows_a_thousandfold_is_refused(book: Path, part: str) -> None:
    bomb = grown(book, part, zeros(400 << 20))
    assert bomb.stat().st_size < 1 << 20
    told = refused(bomb)
    assert part in told and "压缩炸弹" in told


def test_texts_too_large_to_hold_are_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsxguard, "HELD_MAX", 100_000)
    assert "工作表以外" in refused(grown(book, "xl/sharedStrings.xml", b"<sst/>" * 20_000))


def test_a_sheet_too_large_even_to_stream_is_refused(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsxguard, "SHEET_MAX", 1_000)
    assert "至多" in refused(grown(book, "xl/worksheets/sheet1.xml", b"<row/>" * 1_000))


def test_thousands_of_parts_are_refused(book: Path) -> None:
    with zipfile.ZipFile(book, "a") as archive:
        for number in range(5_001):
            archive.writestr(f"xl/media/{number}", b"")
    assert "个文件" in refused(book)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(book: Path, encoding: str) -> None:
    laughs = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    )
    told = refused(grown(book, "xl/sharedStrings.xml", laughs.encode(encoding)))
    assert "实体" in told


def test_a_part_that_lies_about_its_size_is_not_read_further(book: Path) -> None:
    body = bytearray(grown(book, "xl/worksheets/sheet1.xml", b" " * 500_000).read_bytes())
    real, claimed = (500_000).to_bytes(4, "little"), (50).to_bytes(4, "little")
    assert body.count(real) >= 1
    book.write_bytes(bytes(body).replace(real, claimed))
    assert "xlsx" in refused(book)


def test_an_ordinary_workbook_is_taken(book: Path) -> None:
    check_workbook(book)
    with open_xlsx(book, FileFormat(), None) as table:
        assert [list(record.cells) for record in table] == [["A1", "花园路"]]
