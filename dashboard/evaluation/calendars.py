"""Days of a year and windows within it 年内期间."""

from __future__ import annotations

import datetime
from typing import Final

_PARTS: Final = {
    "year": ("01-01", "12-31"),
    "h1": ("01-01", "06-30"),
    "h2": ("07-01", "12-31"),
    "q1": ("01-01", "03-31"),
    "q2": ("04-01", "06-30"),
    "q3": ("07-01", "09-30"),
    "q4": ("10-01", "12-31"),
}


def days_of(year: int) -> int:
    """365, or 366 in a leap year 闰年."""
    return (datetime.date(year + 1, 1, 1) - datetime.date(year, 1, 1)).days


def span(window: str, year: int) -> tuple[datetime.date, datetime.date]:
    """First and last day of `year`, `h1` … `q4` or `MM-DD..MM-DD`; 02-29 may be 02-28."""
    first, last = _PARTS.get(window) or window.split("..")
    return _date(year, first), _date(year, last)


def _date(year: int, text: str) -> datetime.date:
    month, day = int(text[:2]), int(text[3:])
    if (month, day) == (2, 29) and days_of(year) == 365:
        day = 28
    return datetime.date(year, month, day)
