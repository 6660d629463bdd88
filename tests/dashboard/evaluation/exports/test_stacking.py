"""The money table on the columns of the official one, where its figures fit."""

from __future__ import annotations

from dashboard.evaluation.exports.stacking import stacked
from dashboard.evaluation.exports.table import Cell, Table, headings

MONEY = Table(
    title="项目资金",
    note="单位：万元",
    widths=(22, 16, 16),
    head=headings(["项目", "预算数", "执行数"]),
    rows=((Cell(text="资金总额"), Cell(text="98.0980"), Cell(text="98.0980")),),
)


def test_cells_spread_over_the_columns_in_proportion() -> None:
    table = stacked(MONEY, (10, 12, 20, 10, 10))
    assert table is not None and table.widths == (10, 12, 20, 10, 10) and table.note == ""
    (row,) = table.rows
    assert [cell and (cell.text, cell.cols) for cell in row] == [
        *(("资金总额", 2), None),
        ("98.0980", 1),
        *(("98.0980", 2), None),
    ]
    first = table.head[0][0]
    assert first is not None and (first.text, first.cols) == ("项目资金（单位：万元）", 2)


def test_figures_that_would_be_cut_or_too_few_columns_are_refused() -> None:
    assert stacked(MONEY, (40, 8, 8)) is None
    assert stacked(MONEY, (40, 40)) is None


def test_every_column_is_covered_once() -> None:
    for widths in ((9,) * 9, (30, 9, 9, 9, 9), (9, 9, 9, 9, 30)):
        table = stacked(MONEY, widths)
        assert table is not None
        for row in (*table.head, *table.rows):
            assert sum(cell.cols for cell in row if cell is not None) == len(row) == len(widths)
