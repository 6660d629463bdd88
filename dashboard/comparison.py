"""Differences 同比、环比: rates in 百分点, counts in %, none without a base."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, Literal

from dashboard.formula import Value

Kind = Literal["points", "percent"]
NO_VALUE: Final = "—"


@dataclass(frozen=True)
class Difference:
    """How a value differs from its base: `amount` in percentage points or percent; None: nothing
    to compare, because either has no data or a count's base is 0."""

    kind: Kind
    amount: Fraction | None

    def text(self) -> str:
        """`+0.42 百分点`, `▲ 2.8 %`, `持平`, `—`."""
        if self.amount is None:
            return NO_VALUE
        places = 2 if self.kind == "points" else 1
        size = rounded(abs(self.amount), places)
        if not size:
            return "持平"
        up = self.amount > 0
        if self.kind == "points":
            return f"{'+' if up else '−'}{size:,} 百分点"
        return f"{'▲' if up else '▼'} {size:,} %"


def difference(now: Value, base: Value, kind: str) -> Difference:
    """`now` against `base`, both of a measure of this kind (count, stock, rate, mean)."""
    found = Difference("points" if kind == "rate" else "percent", None)
    new, old = exact(now), exact(base)
    if new is None or old is None:
        return found
    if kind == "rate":
        return Difference("points", (new - old) * 100)
    return found if old == 0 else Difference("percent", (new - old) / abs(old) * 100)


def exact(value: Value) -> Fraction | None:
    """A value as a fraction; None where it has none."""
    if value.num is None or value.state in ("nodata", "na") or value.den == 0:
        return None
    return Fraction(value.num, (1 if value.den is None else value.den) * value.scale)


def rounded(number: Fraction, places: int) -> Decimal:
    """Rounded half up, from the exact number."""
    scaled = number * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-places).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
