"""What is on the screen as a file: read back cell by cell, no formula, the same bytes again."""

from __future__ import annotations

import csv
import io

from openpyxl import load_workbook

from dashboard.exports.sheets import csv_file, xlsx_file
from layouts.figureboard import Sheet

FIGURES = Sheet("指标", ("指标", "值"), [("接通率", 0.9755), ("呼入数", 38052), ("=1+1", None)])
TABLES = [FIGURES, Sheet("逐日呼入：3/4月", ("时段", "应答"), [("2026-03-01", None)])]


def test_csv_opens_in_excel_with_one_table_under_the_other() -> None:
    body = csv_file(TABLES)
    assert body.startswith("\ufeff指标\r\n".encode())
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[1:5] == [["指标", "值"], ["接通率", "0.9755"], ["呼入数", "38052"], ["'=1+1", ""]]
    assert rows[5:7] == [[], ["逐日呼入：3/4月"]]


def test_xlsx_has_a_sheet_a_table_and_numbers_are_numbers() -> None:
    book = load_workbook(io.BytesIO(xlsx_file(TABLES)))
    assert book.sheetnames == ["指标", "逐日呼入：3 4月"]
    assert [cell.value for cell in book["指标"]["B"]] == ["值", 0.9755, 38052, None]
    formula = book["指标"]["A4"]
    assert (formula.value, formula.data_type, formula.quotePrefix) == ("=1+1", "s", True)


def test_sheets_of_one_name_are_told_apart_and_bytes_are_the_same_again() -> None:
    twice = [FIGURES, FIGURES]
    assert load_workbook(io.BytesIO(xlsx_file(twice))).sheetnames == ["指标", "指标 2"]
    assert xlsx_file(TABLES) == xlsx_file(TABLES)
