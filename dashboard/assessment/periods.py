"""Periods of assessment 考评期: a week, month, quarter or year, to date or the last whole one.

What it is compared with is the period before, as long: to date, as much of it as has passed of
this one, at most all of it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from dashboard.windows import City, Window

NAMES: Final[dict[str, tuple[str, str, str]]] = {
    "week": ("本周", "上周", "上上周"),
    "month": ("本月", "上月", "上上月"),
    "quarter": ("本季度", "上季度", "上上季度"),
    "year": ("本年", "上年", "前年"),
}
"""Kind → this one, the one before, the one before that."""
_EPOCH: Final = datetime.date(1970, 1, 1)


@dataclass(frozen=True)
class Period:
    """`partial`: still running, `before` cut at the same point of its own course."""

    kind: str
    name: str
    before_name: str
    window: Window
    before: Window
    partial: bool


def period(city: City, kind: str, now: int, last: bool = False) -> Period:
    """The period `kind` that `now` is in, to date; `last`: the whole one before it."""
    day = city.day(now)
    begin, end = bounds(kind, day)
    earlier = bounds(kind, begin - 1)
    names = NAMES[kind]
    if last:
        return Period(
            kind, names[1], names[2], _whole(city, *earlier),
            _whole(city, *bounds(kind, earlier[0] - 1)), partial=False,
        )  # fmt: skip
    gone = now - city.day_start(day)
    cut_day = earlier[0] + day - begin
    cut = min(city.day_start(cut_day) + gone, city.day_start(earlier[1]))
    current = Window(begin, end, min(now, city.day_start(end)))
    before = Window(*earlier, cut)
    return Period(kind, names[0], f"{names[1]}同期", current, before, partial=True)


def bounds(kind: str, day: int) -> tuple[int, int]:
    """The days first ≤ day < end of the week (from Monday), month, quarter or year of a day."""
    date = _EPOCH + datetime.timedelta(day)
    if kind == "week":
        first = day - date.weekday()
        return first, first + 7
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    start = (date.month - 1) // months * months
    begin = datetime.date(date.year, start + 1, 1)
    year, month = divmod(date.year * 12 + start + months, 12)
    return (begin - _EPOCH).days, (datetime.date(year, month + 1, 1) - _EPOCH).days


def _whole(city: City, first: int, end: int) -> Window:
    return Window(first, end, city.day_start(end))
