"""Rounding against Python's own decimal arithmetic, and the truncation of 1.625."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.form import Precision
from dashboard.evaluation.rounding import at_places, padded, rounded, shortest

WAYS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=5)


@given(decimals, st.integers(0, 4), st.sampled_from(sorted(WAYS)))
def test_it_rounds_as_decimal_does(number: Decimal, places: int, mode: str) -> None:
    expected = number.quantize(Decimal(1).scaleb(-places), WAYS[mode])
    assert at_places(number, places, mode) == expected
    assert at_places(number, places, mode).as_tuple().exponent == -places


@pytest.mark.parametrize(
    ("number", "places", "mode", "shown"),
    [
        (Fraction("1.625"), 2, "down", "1.62"),
        (Fraction("1.625"), 2, "half_up", "1.63"),
        (Fraction("1.625"), 2, "half_even", "1.62"),
        (Fraction(20, 3), 1, "half_up", "6.7"),
        (Fraction("3.8812"), 1, "half_up", "3.9"),
        (Fraction(0), 2, "down", "0.00"),
        (Fraction(-1, 1000), 2, "half_up", "0.00"),
    ],
)
def test_by_hand(number: Fraction, places: int, mode: str, shown: str) -> None:
    assert str(at_places(number, places, mode)) == shown


def test_a_form_states_places_and_way() -> None:
    assert str(rounded(Fraction(2, 3), Precision(places=3, mode="down"))) == "0.666"


def test_typed_scores_get_zeros_but_are_never_cut() -> None:
    assert str(padded(Decimal("1.9"), Precision(places=2))) == "1.90"
    assert str(padded(Decimal("1.625"), Precision(places=2))) == "1.625"
    assert str(padded(Decimal(0), Precision(places=2))) == "0.00"


@pytest.mark.parametrize(
    ("number", "shown"), [(Fraction(95), "95"), (Fraction(95, 2), "47.5"), (Fraction(1200), "1200")]
)
def test_shortest_needs_no_zeros(number: Fraction, shown: str) -> None:
    assert f"{shortest(number):f}" == shown


def test_shortest_cuts_at_eight_places() -> None:
    assert f"{shortest(Fraction(1, 3)):f}" == "0.33333333"
