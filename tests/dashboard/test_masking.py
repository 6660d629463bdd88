"""Numbers of persons lose their middle; input that could not be read is kept without them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.masking import masked, masked_bytes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("花园路口 联系13912345678", "花园路口 联系139******78"),
        ("电话139-1234-5678。", "电话139-****-**78。"),
        ("+8613912345678", "+86*********78"),
        ("１３９１２３４５６７８", "１３９******７８"),
        ("0371-67181234", "037*-******34"),
        ("身份证41010519900101123X", "身份证410*************3X"),
    ],
)
def test_numbers_of_people_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "光武街道信臣路",
        "中州路1288号",
        "G107国道",
        "411303007005021",
        "2021010100001",
        "1795300000000",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert masked(text) == text


@given(st.binary(max_size=300), st.integers(0, 200))
def test_anything_can_be_kept_and_what_has_no_digits_is_kept_as_it_came(
    body: bytes, kept: int
) -> None:
    shown = masked_bytes(body, kept)
    assert len(shown) <= kept
    if not any(digit in body for digit in b"0123456789") and b"\xef\xbc" not in body:
        assert shown == body[:kept]


@pytest.mark.parametrize("before", range(0, 40))
def test_a_number_across_the_cut_is_masked_too(before: int) -> None:
    body = b"x" * before + b' 13912345678 "}'
    shown = masked_bytes(body, 32)
    assert b"13912" not in shown
    assert shown[: min(before, 32)] == b"x" * min(before, 32)


@pytest.mark.parametrize("digit", ["\\u003%d", "\\uff1%d", "\\uFF1%d"])
def test_a_number_in_json_escapes_is_masked_too(digit: str) -> None:
    number = "".join(digit % int(one) for one in "13912345678")
    shown = masked_bytes(f'{{"call": "{number}" '.encode(), 4096).decode()
    assert re.search(r"39123|３９１２３", shown) is None and "*" in shown
    assert "\\u" not in shown
