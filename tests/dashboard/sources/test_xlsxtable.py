"""xlsx as a table: dates, merged cells, formulas, error cells, a large sheet in little memory."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dashboard.sources.mapping import FileFormat
from dashboard.sources.tables import Record, TableError, open_table

HEAD = ["案卷号", "上报时间", "街道"]


def workbook(folder: Path, *rows: list[Any], merge: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    file = folder / "cases.xlsx"
    book.save(file)
    return file


def read(
    path: Path, form: FileFormat | None = None, used: tuple[str, ...] | None = None
) -> tuple[tuple[str, ...], list[Record]]:
    with open_table(path, form or FileFormat(), used) as table:
        return table.columns, list(table)


def test_real_dates_and_numbers_come_as_they_are(tmp_path: Path) -> None:
    noon = datetime(2026, 1, 5, 12, 0, 1)
    file = workbook(tmp_path, HEAD, [101, noon, "林山寨"], ["102", date(2026, 1, 6), None])
    columns, records = read(file)
    assert columns == tuple(HEAD)
    assert records[0].cells == [101, noon, "林山寨"]
    assert records[1].cells == ["102", datetime(2026, 1, 6), None]
    assert [(r.row, r.line) for r in records] == [(2, 2), (3, 3)]


def test_every_second_of_a_day_survives_the_sheet(tmp_path: Path) -> None:
    seconds = [datetime.combine(date(2026, 1, 5), time(s // 3600, s // 60 % 60, s % 60))
               for s in range(0, 86_400, 61)]  # fmt: skip
    records = read(workbook(tmp_path, ["t"], *([s] for s in seconds)))[1]
    assert [r.cells[0] for r in records] == seconds


def test_empty_rows_are_passed_over_but_counted(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, [1, "a", "b"], [], [None, "", None], [2, "c", "d"])
    assert [(r.row, r.cells[0]) for r in read(file)[1]] == [(2, 1), (5, 2)]


def test_short_rows_are_filled_and_cells_beyond_the_heading_left(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, [1], [2, "x", "y", "备注", "备注"])
    assert [r.cells for r in read(file)[1]] == [[1, None, None], [2, "x", "y"]]


def test_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, [1, "a", "b"], [2, "c", "d"])
    patch(file, b'<dimension ref="A1:C3"', b'<dimension ref="A1"')
    assert len(read(file)[1]) == 2


def patch(file: Path, old: bytes, new: bytes, spelled: bytes = b"") -> None:
    """Replaces bytes in the first sheet's XML; `spelled`: as they stand where lxml is installed."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    old = spelled if spelled and spelled in parts[name] else old
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new)
    with zipfile.ZipFile(file, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def test_a_heading_merged_over_columns_is_refused(tmp_path: Path) -> None:
    rows = [["案卷号", "时间", None], [None, "上报", "结案"], [1, "a", "b"]]
    file = workbook(tmp_path, *rows, merge=("A1:A2", "B1:C1"))
    with pytest.raises(
        TableError, match=r"表头第 1 行有合并单元格 .*header_row 写成最下一行（可能是 2）"
    ):
        read(file)


def test_the_lowest_row_of_a_heading_takes_names_merged_downwards(tmp_path: Path) -> None:
    rows = [["案卷号", "时间", None, "街道"], [None, "上报", "结案", None], [1, "a", "b", "c"]]
    file = workbook(tmp_path, *rows, merge=("A1:A2", "B1:C1", "D1:D2"))
    columns, records = read(file, FileFormat(header_row=2))
    assert columns == ("案卷号", "上报", "结案", "街道")
    assert [(r.row, r.cells) for r in records] == [(3, [1, "a", "b", "c"])]


def test_a_heading_merged_into_the_data_is_refused(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, [None, "a", "b"], merge=("A1:A2",))
    with pytest.raises(TableError, match="合并单元格 A1:A2"):
        read(file)


def test_a_title_over_the_heading_does_no_harm(tmp_path: Path) -> None:
    file = workbook(tmp_path, ["柳林案卷", None, None], HEAD, [1, "a", "b"], merge=("A1:C1",))
    assert read(file, FileFormat(header_row=2))[0] == tuple(HEAD)


def test_rows_whose_value_hides_in_a_merge_are_rejected_the_first_is_not(tmp_path: Path) -> None:
    rows = [[1, "a", "林山寨"], [2, "b", None], [3, "c", None], [4, "d", "建设路"]]
    file = workbook(tmp_path, HEAD, *rows, merge=("C2:C4",))
    records = read(file)[1]
    assert [r.problem is None for r in records] == [True, False, False, True]
    assert "合并单元格 C2:C4" in str(records[1].problem)
    assert [r.problem for r in read(file, used=("案卷号", "上报时间"))[1]] == [None] * 4


def test_a_merge_across_columns_hides_a_value_in_its_first_row_too(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, [1, "合计", None], [2, "b", "c"], merge=("B2:C2",))
    assert [r.problem is None for r in read(file)[1]] == [False, True]


def test_formulas_give_the_value_they_were_saved_with(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, ["=1+1", "a", "b"])
    patch(file, b"<v />", b"<v>2</v>", spelled=b"<v></v>")
    assert read(file)[1][0].cells[0] == 2


def test_a_formula_that_was_never_calculated_is_refused_by_its_cell(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, [1, "a", "b"], ["=A2+1", "a", "b"])
    with pytest.raises(TableError, match="A3（案卷号）是没有计算结果的公式"):
        read(file)
    assert len(read(file, used=("街道",))[1]) == 2


def test_error_cells_reject_their_row_unless_they_mean_nothing(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, ["#N/A", "a", "b"], [2, "a", "b"])
    records = read(file)[1]
    assert records[0].problem == "A2（案卷号）是错误值 #N/A"
    assert records[1].problem is None
    assert read(file, FileFormat(nulls=frozenset({"", "#N/A"})))[1][0].problem is None


def test_a_case_number_longer_than_a_sheet_can_hold_is_marked_as_inexact(tmp_path: Path) -> None:
    cells = read(workbook(tmp_path, HEAD, [410102202601050001, "a", "b"]))[1][0].cells
    assert isinstance(cells[0], float)


def test_sheets_are_chosen_by_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("案卷").append(["案卷号"])
    file = tmp_path / "cases.xlsx"
    book.save(file)
    assert read(file, FileFormat(sheet="案卷"))[0] == ("案卷号",)
    with pytest.raises(TableError, match="有 2 张工作表（Sheet、案卷）"):
        read(file)
    with pytest.raises(TableError, match="没有工作表 案件；有：Sheet、案卷"):
        read(file, FileFormat(sheet="案件"))


def test_no_heading(tmp_path: Path) -> None:
    for rows in ([], [[None]], [["", " "]]):
        with pytest.raises(TableError, match="第 1 行应是表头"):
            read(workbook(tmp_path, *rows))


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    file = workbook(tmp_path, HEAD, *([n, "a", "b"] for n in range(5000)))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableError, match="不是可读的 xlsx"):
        read(file)
    file.write_bytes(whole)
    patch(file, b'<row r="4000"', b'<row r="4000"<')
    with open_table(file, FileFormat()) as table, pytest.raises(TableError, match="行起读不下去"):
        list(table)


def test_a_large_sheet_takes_little_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEAD)
    for number in range(60_000):
        sheet.append([number, datetime(2026, 1, 5), "林山寨"])
    file = tmp_path / "large.xlsx"
    book.save(file)
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from dashboard.sources.mapping import FileFormat\n"
        "from dashboard.sources.tables import open_table\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with open_table(Path(sys.argv[1]), FileFormat()) as table:\n"
        "    before = peak(); n = sum(1 for _ in table); print(n, peak() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True
    )
    rows, kilobytes = map(int, done.stdout.split())
    assert rows == 60_000
    assert kilobytes < 25_000
