"""Codes of unit cells, of today and of the older standard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.codes import CodeError, cell_code, level_code


def test_a_code_of_suzhou_taken_apart() -> None:
    code = cell_code("320582110152102")
    assert (code.county, code.street, code.community, code.sequence) == (
        "320582",
        "320582110",
        "320582110152",
        102,
    )


def test_fourteen_digits_get_a_street_of_three() -> None:
    assert cell_code("41010203005017").text == "410102003005017"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "应为 15 位"),
        ("4101020030050171", "16 位，像部件标识码"),
        ("410102003005", "12 位，像社区编码"),
        ("41010200300501701234", "20 位，像数字社区编码"),
        ("4101020030050", "13 位；"),
        ("41010200300501A", "数字"),
        ("４１０１０２００３００５０１７", "数字"),
        ("991010200300501", "省级代码"),
        ("410102003005000", "顺序码为 000"),
        ("4.10102003005017e14", "数字"),
    ],
)
def test_what_is_no_cell_says_why(text: str, said: str) -> None:
    with pytest.raises(CodeError, match=said):
        cell_code(text)


@given(st.from_regex(r"41010[1-9][0-9]{6}(00[1-9]|[1-9][0-9]{2})", fullmatch=True))
def test_a_good_code_stays_as_it_is(text: str) -> None:
    code = cell_code(f" {text}\n")
    assert code.text == text
    assert code.text.startswith(code.community) and code.community.startswith(code.street)
    assert code.street.startswith(code.county) and int(code.text[12:]) == code.sequence


def test_codes_of_the_levels_above() -> None:
    assert level_code("street", " 410102003") == "410102003"
    assert level_code("duty_grid", "中原-07") == "中原-07"
    for level, text in (("street", "41010203"), ("community", "41010200300A"), ("duty_grid", " ")):
        with pytest.raises(CodeError):
            level_code(level, text)
