"""The official table as csv: UTF-8 with BOM; merged cells repeat their value in every row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from dashboard.evaluation.exports.official import official_table
from dashboard.evaluation.exports.table import Cell, Table
from dashboard.evaluation.form import Form
from dashboard.evaluation.result import Result
from dashboard.exports.cells import csv_text


def render(
    result: Result, form: Form, timezone: str = "Asia/Shanghai", fonts: Path | None = None
) -> bytes:
    """The file's bytes; the same for the same result."""
    text = io.StringIO(newline="")
    out = csv.writer(text)
    table = official_table(form, result)
    out.writerows([[_text(cell or Cell()) for cell in row] for row in table.head])
    out.writerows([[_text(cell) for cell in row] for row in unmerged(table)])
    return text.getvalue().encode("utf-8-sig", "replace")


def unmerged(table: Table) -> list[list[Cell]]:
    """The rows with what covers a cell in its place; spans of columns leave blanks."""
    rows: list[list[Cell]] = []
    above: list[tuple[Cell, int]] = [(Cell(), 0)] * len(table.widths)
    for row in table.rows:
        out = []
        for at, cell in enumerate(row):
            if cell is not None:
                above[at] = (cell, cell.rows)
            covering, left = above[at]
            out.append(covering if left > 0 else Cell())
            above[at] = (covering, left - 1)
        rows.append(out)
    return rows


def _text(cell: Cell) -> str:
    """Figures as they are; text that could be a formula with an apostrophe."""
    return cell.text if cell.number is not None else csv_text(cell.text)
