"""Rounding 舍入 of exact fractions to decimals, half up, half even or cut off."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from dashboard.evaluation.form import Precision


def rounded(number: Fraction | Decimal, precision: Precision) -> Decimal:
    """The number at `precision`; "down" cuts towards 0 (1.625 → 1.62)."""
    return at_places(number, precision.places, precision.mode)


def at_places(number: Fraction | Decimal, places: int, mode: str = "half_up") -> Decimal:
    """The number with exactly `places` decimals; exact, whatever the size."""
    scaled = Fraction(number) * 10**places
    whole, rest = divmod(abs(scaled), 1)
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (mode == "half_up" or whole % 2))
    units = int(whole) + (1 if up and mode != "down" else 0)
    digits = tuple(int(digit) for digit in str(units))
    return Decimal((int(scaled < 0 and units > 0), digits, -places))


def padded(number: Decimal, precision: Precision) -> Decimal:
    """A typed number with zeros up to `precision`; its own decimals are never cut."""
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return at_places(number, max(places, precision.places))


def shortest(number: Fraction | Decimal, most: int = 8) -> Decimal:
    """The number with as few decimals as it needs, at most `most`: 47.5, 50, 0.33333333."""
    value = at_places(number, most)
    plain = value.normalize()
    return plain.quantize(Decimal(1)) if plain.as_tuple().exponent > 0 else plain  # type: ignore[operator]
