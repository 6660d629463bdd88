"""The list of cases as csv and xlsx, out of both databases, read back with csv and openpyxl."""

from __future__ import annotations

import csv
import datetime
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dashboard.city import Profile, load_profile
from dashboard.events import CaseEvent
from dashboard.exports.cases import ExportCancelled, export_cases
from dashboard.exports.columns import COLUMNS
from dashboard.exports.localtime import LocalTime
from dashboard.exports.wholefile import FileRefused
from dashboard.exports.xlsxfile import XlsxFile, letters
from dashboard.ledger import Ledger
from dashboard.ledger.caselists import Choice, case_list
from tests.town import DAY, HOUR, MONDAY, event, life

WEEK = Choice(MONDAY, MONDAY + 7 * DAY)
HEADINGS = [column.heading for column in COLUMNS]


@pytest.fixture(scope="module")
def city() -> Profile:
    return load_profile("meixian")


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, city: Profile) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
    found = Ledger.open(url, city.rules, city.id)
    yield found
    found.close()


def fill(ledger: Ledger, *lives: list[CaseEvent]) -> None:
    ledger.apply([one for each in lives for one in each])


def csv_rows(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def xlsx_rows(path: Path) -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(path)
    out = []
    for sheet in book.worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        assert list(head) == HEADINGS
        out += [dict(zip(HEADINGS, row, strict=True)) for row in rows]
    return out


def test_a_case_is_written_in_words_dates_and_numbers(
    ledger: Ledger, city: Profile, tmp_path: Path
) -> None:
    district = city.districts[0]
    place = event("A1", 9, MONDAY + 9 * HOUR, place="人民路与府前路口", lon=116.1, lat=24.3)
    counts = event("A1", 10, MONDAY + 9 * HOUR, rework_count=2, satisfaction=4, self_handled=True)
    fill(ledger, [*life("A1", district=district.code), place, counts])
    assert export_cases(ledger, city, WEEK, tmp_path / "a.xlsx") == 1
    assert export_cases(ledger, city, WEEK, tmp_path / "a.csv") == 1
    (typed,) = xlsx_rows(tmp_path / "a.xlsx")
    (written,) = csv_rows(tmp_path / "a.csv")
    assert typed["案卷号"] == written["案卷号"] == "A1"
    assert (typed["所处环节"], typed["区"], typed["小类"]) == ("已结案", district.name, "暴露垃圾")
    assert (typed["来源"], typed["来源大类"], typed["大类"]) == (
        "采集员上报",
        "信息采集",
        "市容环境",
    )
    assert typed["上报时间"] == datetime.datetime(2026, 1, 5, 9, 0)
    assert typed["结案时间"] == datetime.datetime(2026, 1, 5, 15, 0)
    assert typed["不予受理时间"] is None and written["不予受理时间"] == ""
    assert written["上报时间"] == "2026-01-05 09:00:00"
    assert (typed["返工次数"], typed["回访满意度"], typed["经度"]) == (2, 4, 116.1)
    assert (typed["自行处置"], typed["地点"]) == ("是", "人民路与府前路口")
    for heading in HEADINGS:
        as_text = "" if typed[heading] is None else str(typed[heading])
        assert written[heading] == as_text, heading


def test_the_window_the_order_and_the_filters(
    ledger: Ledger, city: Profile, tmp_path: Path
) -> None:
    here, there = city.districts[0].code, city.districts[1].code
    fill(
        ledger,
        life("late", MONDAY + 8 * DAY, district=here),
        life("b", MONDAY + 2 * DAY, district=here),
        life("z", MONDAY, district=here),
        life("a", MONDAY + 2 * DAY, district=there),
        life("early", MONDAY - 1, district=here),
    )

    def ids(choice: Choice) -> list[str]:
        path = tmp_path / "list.csv"
        export_cases(ledger, city, choice, path)
        return [row["案卷号"] for row in csv_rows(path)]

    assert ids(WEEK) == ["z", "a", "b"]
    assert ids(Choice(MONDAY, MONDAY + 7 * DAY, among={"district": [here]})) == ["z", "b"]
    assert ids(Choice(MONDAY, MONDAY + 7 * DAY, "closed_at")) == ["early", "z", "a", "b"]
    assert ids(Choice(MONDAY - DAY, MONDAY - HOUR)) == []
    with pytest.raises(KeyError), case_list(ledger, Choice(0, 1, "due_at")):
        pass


def test_the_list_is_a_snapshot_whatever_is_written_meanwhile(
    ledger: Ledger, city: Profile
) -> None:
    fill(ledger, *(life(f"C{n}", MONDAY + n * HOUR) for n in range(5)))
    with case_list(ledger, WEEK) as cases:
        chunks = cases.chunks(["id", "place"], size=2)
        assert [row[0] for row in next(chunks)] == ["C0", "C1"]
        fill(ledger, [event("C4", 99, MONDAY, place="后来")], life("C9", MONDAY))
        left = [tuple(row) for chunk in chunks for row in chunk]
    assert left == [("C2", None), ("C3", None), ("C4", None)]


def test_nothing_in_a_file_is_a_formula_or_a_telephone_number(
    ledger: Ledger, city: Profile, tmp_path: Path
) -> None:
    evil = life("=1+2", district='@SUM("x")', category="+E01", collector="13912345678")
    fill(ledger, [*evil, event("=1+2", 9, MONDAY, place="-2 电话13987654321")])
    export_cases(ledger, city, WEEK, tmp_path / "a.csv")
    export_cases(ledger, city, WEEK, tmp_path / "a.xlsx")
    (row,) = csv_rows(tmp_path / "a.csv")
    assert row["案卷号"] == "'=1+2" and row["区"] == '\'@SUM("x")' and row["小类代码"] == "'+E01"
    assert row["地点"] == "'-2 电话139******21"
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    cells = {HEADINGS[cell.column - 1]: cell for cell in sheet[2] if cell.value is not None}
    for heading in ("案卷号", "区", "小类代码", "地点"):
        assert cells[heading].data_type == "s" and cells[heading].quotePrefix, heading
    assert cells["案卷号"].value == "=1+2"
    assert not [c for c in cells.values() if c.data_type == "f"]
    for name in ("a.csv", "a.xlsx"):
        text = str(csv_rows(tmp_path / name) if name == "a.csv" else xlsx_rows(tmp_path / name))
        assert "1391234" not in text and "13987654321" not in text


def test_the_same_cases_give_the_same_bytes(ledger: Ledger, city: Profile, tmp_path: Path) -> None:
    fill(ledger, *(life(f"C{n}", MONDAY + n * HOUR) for n in range(5)))
    for kind in ("csv", "xlsx"):
        sums = set()
        for n in range(2):
            path = tmp_path / f"{n}.{kind}"
            export_cases(ledger, city, WEEK, path)
            sums.add(hashlib.sha256(path.read_bytes()).hexdigest())
        assert len(sums) == 1, kind


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_cancelling_leaves_no_half_file(
    ledger: Ledger, city: Profile, tmp_path: Path, kind: str
) -> None:
    fill(ledger, *(life(f"C{n}", MONDAY + n * HOUR) for n in range(5)))
    path = tmp_path / "out" / f"a.{kind}"
    path.parent.mkdir()
    seen: list[tuple[int, int]] = []
    with pytest.raises(ExportCancelled, match="写到第 0 件，共 5 件"):
        export_cases(
            ledger, city, WEEK, path, lambda done, total: seen.append((done, total)), lambda: True
        )
    assert seen == [(0, 5)] and list(path.parent.iterdir()) == []


def test_a_name_of_another_kind_is_refused(ledger: Ledger, city: Profile, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"应为 \.csv 或 \.xlsx"):
        export_cases(ledger, city, WEEK, tmp_path / "a.xls")


@pytest.mark.parametrize("rows", [0, 1, 4, 5, 8, 9])
def test_more_rows_than_a_sheet_holds_go_on_on_the_next(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "a.xlsx"
    with open(path, "wb") as file:
        out = XlsxFile(file, COLUMNS[:1], LocalTime("Asia/Shanghai"), sheet_rows=5)
        for n in range(rows):
            out.write([[f"C{n}"]])
        out.close()
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == max(1, -(-rows // 4))
    assert book.sheetnames[:2] == ["案卷", "案卷2"][: len(book.sheetnames)]
    found = [row[0] for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [one for one in found if one] == [f"C{n}" for n in range(rows)]
    assert all(sheet["A1"].value == "案卷号" and sheet.freeze_panes == "A2" for sheet in book)


def test_what_excel_would_unescape_and_spaces_at_the_ends_survive(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    texts = ["_x0041_", " 前后 ", "<&>\"'", "两\n行", "𠮷野家"]
    with open(path, "wb") as file:
        out = XlsxFile(file, COLUMNS[:1], LocalTime("Asia/Shanghai"))
        out.write([[text] for text in texts])
        out.close()
    sheet = openpyxl.load_workbook(path).worksheets[0]
    found = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert found == ["_x005F_x0041_", *texts[1:]]  # openpyxl leaves Excel's escape as it is


def test_letters_of_columns() -> None:
    assert [letters(i) for i in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA")
    ]


def test_ctrl_c_at_the_command_line_leaves_nothing(tmp_path: Path, city: Profile) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/meixian.db", city.rules, city.id)
    fill(ledger, *(life(f"C{n:05}", MONDAY + n * 1000) for n in range(8_000)))
    ledger.close()
    out = tmp_path / "out" / "a.xlsx"
    out.parent.mkdir()
    command = [sys.executable, "-m", "dashboard.cli", "export", "cases", "--city", "meixian"]
    command += ["--data-dir", str(tmp_path), "--year", "2026", "--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not (out.parent / "a.xlsx.part").exists():
            assert process.poll() is None
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGINT)
        assert process.stderr is not None
        told = process.stderr.read()
    assert (process.returncode, "已取消，没有留下文件" in told) == (1, True), told
    assert list(out.parent.iterdir()) == []
