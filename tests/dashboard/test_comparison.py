"""Differences by hand: 25 % → 50 % is 25 百分点, never +100 %."""

from __future__ import annotations

import pytest

from dashboard.comparison import difference
from dashboard.formula import Value


def rate(num: int, den: int) -> Value:
    return Value(num, den, "live" if den else "nodata", 0)


def count(num: int | None) -> Value:
    return Value(num, None, "nodata" if num is None else "live", 0)


@pytest.mark.parametrize(
    ("now", "base", "text"),
    [
        (rate(1, 2), rate(1, 4), "+25.00 百分点"),
        (rate(1, 4), rate(1, 2), "−25.00 百分点"),
        (rate(2, 8), rate(1, 4), "持平"),
        (rate(1, 2), rate(0, 0), "—"),
        (rate(0, 0), rate(1, 2), "—"),
        (rate(0, 5), rate(1, 2), "−50.00 百分点"),
        (rate(200_001, 400_000), rate(1, 2), "持平"),
    ],
)
def test_rates_differ_in_percentage_points(now: Value, base: Value, text: str) -> None:
    assert difference(now, base, "rate").text() == text


@pytest.mark.parametrize(
    ("now", "base", "text"),
    [
        (count(912), count(887), "▲ 2.8 %"),
        (count(887), count(912), "▼ 2.7 %"),
        (count(5), count(0), "—"),
        (count(0), count(5), "▼ 100.0 %"),
        (count(None), count(5), "—"),
        (count(5), count(None), "—"),
        (count(5), count(5), "持平"),
        (count(24_000), count(2_000), "▲ 1,100.0 %"),
    ],
)
def test_counts_differ_in_percent_of_their_base(now: Value, base: Value, text: str) -> None:
    assert difference(now, base, "count").text() == text


def test_a_mean_differs_in_percent() -> None:
    now, base = Value(30_000, 10, "live", 0, scale=1000), Value(20_000, 10, "live", 0, scale=1000)
    assert difference(now, base, "mean").text() == "▲ 50.0 %"
