"""Figures in cells: typed only where the number shows exactly what the text says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.exports.table import (
    Cell,
    figure_cell,
    merged,
    score_cell,
    score_text,
)


@pytest.mark.parametrize(
    ("text", "number", "shape"),
    [
        ("95%", "0.95", "0%"),
        ("97.03%", "0.9703", "0.00%"),
        ("1,193人", "1193", '#,##0"人"'),
        ("509566", "509566", "0"),
        ("-3.50", "-3.50", "0.00"),
        ("0", "0", "0"),
        ("0.5", "0.5", "0.0"),
    ],
)
def test_a_figure_is_a_number_in_a_format_that_shows_the_same(
    text: str, number: str, shape: str
) -> None:
    cell = figure_cell(text, ["人"])
    assert (cell.number, cell.format, cell.text) == (Decimal(number), shape, text)


@pytest.mark.parametrize(
    "text", ["", "≥95%", "健全", "15人", "2021-12-31", "0105", "1,23", "24小时/天", "1" * 16, "=1"]
)
def test_everything_else_stays_text(text: str) -> None:
    assert figure_cell(text) == Cell(text=text, align="center")


@given(st.decimals(-(10**9), 10**9, places=3))
def test_a_percentage_keeps_its_value(number: Decimal) -> None:
    cell = figure_cell(f"{number}%")
    assert cell.number == number / 100


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        ("1.90", 2, "1.9"), ("2.00", 2, "2.0"), ("1.62", 2, "1.62"), ("0", 2, "0.0"),
        ("3", 1, "3"), ("7.5", 1, "7.5"), ("10", 1, "10"), ("100", 0, "100"), ("20", 2, "20.0"),
    ],
)  # fmt: skip
def test_scores_are_written_as_the_official_tables_print_them(
    number: str, places: int, text: str
) -> None:
    assert score_text(Decimal(number), places) == text
    assert score_cell(Decimal(number), places).text == text


def test_a_missing_score_is_said_and_never_a_nought() -> None:
    assert score_cell(None, 2, "—") == Cell(text="—", align="center")


def test_equal_neighbours_merge_and_none_never_does() -> None:
    rows = [(Cell(text=str(n)), Cell()) for n in range(6)]
    out = merged(rows, 0, ["a", "a", None, None, "b", "b"])
    spans = [row[0].rows if row[0] else None for row in out]
    assert spans == [2, None, 1, 1, 2, None]
    assert [row[0].text for row in out if row[0]] == ["0", "2", "3", "4"]
