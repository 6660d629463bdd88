"""Expressions: arithmetic as written, no value where a name has none, clear refusals."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.expression import BadExpression, Expression

VALUES = {"a": Fraction(6), "b.c": Fraction(4), "none": None, "zero": Fraction(0)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a / b.c * 100", Fraction(150)),
        ("a - b.c - 1", Fraction(1)),
        ("a - (b.c - 1)", Fraction(3)),
        ("-a + 2.5 * b.c", Fraction(4)),
        ("1 + 2 * 3", Fraction(7)),
        ("a / zero", None),
        ("none + 1", None),
        ("a * none", None),
    ],
)
def test_value(text: str, value: Fraction | None) -> None:
    assert Expression(text).value(VALUES.get) == value


def test_names_in_order_once() -> None:
    assert Expression("a + b.c * a - 3").names == ("a", "b.c")


@pytest.mark.parametrize(
    "text",
    ["", "a +", "a b", "(a", "a)", "a ** b", "__import__", "A", "1..2", "'a'", "a;b", "(" * 60],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    if text == "__import__":  # a name like any other: nothing is ever looked up but the given names
        assert Expression(text).value({}.get) is None
        return
    with pytest.raises(BadExpression):
        _ = Expression(text).names


numbers = st.integers(0, 1000)


@given(numbers, numbers, numbers)
def test_it_is_python_arithmetic_on_fractions(x: int, y: int, z: int) -> None:
    def look(name: str) -> Fraction | None:
        return {"x": Fraction(x), "y": Fraction(y), "z": Fraction(z)}[name]

    expected = Fraction(x) + Fraction(y) * z - Fraction(x) / 7
    assert Expression("x + y * z - x / 7").value(look) == expected
