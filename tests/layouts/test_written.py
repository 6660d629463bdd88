"""Figures as the desk writes them."""

from __future__ import annotations

import pytest

from layouts.written import Unit, written


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234, "count", "1,234"),
        (0, "count", "0"),
        (None, "rate", "—"),
        (0.9575, "rate", "95.75\u2009%"),
        (4.5, "seconds", "4.5 秒"),
        (30.0, "seconds", "30 秒"),
        (180, "seconds", "3 分钟"),
        (7_560, "seconds", "2.1 小时"),
        (259_200, "seconds", "3.0 天"),
    ],
)
def test_a_value_in_words(value: float | None, unit: Unit, text: str) -> None:
    assert written(value, unit) == text
