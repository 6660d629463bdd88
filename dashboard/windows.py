"""Windows of city days 统计期间, clipped at their as-of time 截至."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final, Protocol

from dashboard.formula import Choice


class City(Choice, Protocol):
    """What reckoning needs of a city profile: its choices and its calendar."""

    def day(self, instant: int) -> int: ...
    def day_start(self, day: int) -> int: ...
    def in_year(self, year: int) -> City: ...


@dataclass(frozen=True)
class Window:
    """City days first ≤ day < end; as-of is an epoch-ms instant."""

    first_day: int
    end_day: int
    as_of: int


Counts = dict[str, int]
"""Counter name → n."""
Needs = frozenset[str]
"""Counters somebody wants; what is dear to count and not among them may be left out."""
_EPOCH: Final = datetime.date(1970, 1, 1)


def window(city: City, first: datetime.date, last: datetime.date, as_of: int) -> Window:
    """The days first … last (both in), as of `as_of` or the end, whichever is earlier."""
    first_day, end_day = (first - _EPOCH).days, (last - _EPOCH).days + 1
    return Window(first_day, end_day, min(as_of, city.day_start(end_day)))


def year_window(city: City, year: int, as_of: int) -> Window:
    """A calendar year."""
    return window(city, datetime.date(year, 1, 1), datetime.date(year, 12, 31), as_of)


def year_of(day: int) -> int:
    """The calendar year of a city day."""
    return (_EPOCH + datetime.timedelta(days=day)).year


def year_start(day: int) -> int:
    """The first day of the year a day is in."""
    return (datetime.date(year_of(day), 1, 1) - _EPOCH).days


def month_start(day: int) -> int:
    """The first day of the month a day is in."""
    return day - (_EPOCH + datetime.timedelta(day)).day + 1


def month_before(day: int) -> tuple[int, int]:
    """The days first ≤ day < end of the month before."""
    end = month_start(day)
    return month_start(end - 1), end


def iso_day(day: int) -> str:
    """A city day as YYYY-MM-DD."""
    return (_EPOCH + datetime.timedelta(days=day)).isoformat()
