"""Text that is safe in a cell: formulas, control characters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.exports.cells import CELL_MAX, csv_text, plain, starts_formula

FORMULAS = (
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "  =1+1",
    '=HYPERLINK("x","y")',
)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe_in_csv(text: str) -> None:
    assert starts_formula(text)
    assert csv_text(text) == f"'{plain(text)}"


@pytest.mark.parametrize("text", ["", "花园路", "5%", "≥95%", "1-2", "(=1)", "a=b"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert not starts_formula(text)
    assert csv_text(text) == text


@given(st.text())
def test_no_text_reaches_a_csv_as_a_formula(text: str) -> None:
    shown = csv_text(text)
    assert not starts_formula(shown)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", shown)


def test_what_xml_cannot_hold_is_dropped_and_length_is_bounded() -> None:
    assert plain("井\x00盖\x0b\ufffe丢失") == "井盖丢失"
    assert plain("线\n一") == "线\n一"
    assert len(plain("长" * 40_000)) == CELL_MAX and plain("长" * 40_000).endswith("…")
