"""Periods people ask for 统计期: 今日 … 本年, a year, a month, a day, from – to; as days of a city.

A period says which days; a `Span` is those days as they stand at a moment. The windows it is
compared with 环比、同比 are made here as well, always as long as the span itself has run.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from dashboard.windows import City, Window, window

Date = datetime.date
Unit = Literal["day", "week", "month", "quarter", "year", "days"]
"""What a period is one of; `days` is any other number of days."""

RUNNING: Final[dict[str, str]] = {
    "today": "今日",
    "yesterday": "昨日",
    "week": "本周",
    "month": "本月",
    "quarter": "本季",
    "year": "本年",
}
"""Periods that move with the clock; a week begins on Monday."""
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
EXPECTED: Final = f"{' '.join(RUNNING)}，或 2021、2021-Q1、2021-03、2021-03-05"
_EPOCH: Final = Date(1970, 1, 1)
_YEAR = re.compile(r"(\d{4})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BadPeriod(ValueError):
    """A text that names no period; it says what was found and what was expected."""


@dataclass(frozen=True)
class Period:
    """A period as it stands in an address: one of `RUNNING`, `2021`, `2021-Q1`, `2021-03`,
    `2021-03-05`, or `2021-03-05~2021-04-02`. Made by `period` or `days_between`."""

    text: str

    @property
    def ends(self) -> tuple[str, str] | None:
        """The two dates of a period from – to, None for any other."""
        first, tilde, last = self.text.partition("~")
        return (first, last) if tilde else None

    def unit(self) -> Unit:
        """What it is one of."""
        if self.ends:
            return "days"
        named: dict[str, Unit] = {
            "today": "day",
            "yesterday": "day",
            "week": "week",
            "month": "month",
            "quarter": "quarter",
            "year": "year",
        }
        if self.text in named:
            return named[self.text]
        shapes: tuple[tuple[re.Pattern[str], Unit], ...] = (
            (_YEAR, "year"),
            (_QUARTER, "quarter"),
            (_MONTH, "month"),
        )
        return next((unit for shape, unit in shapes if shape.fullmatch(self.text)), "day")

    def days(self, today: Date) -> tuple[Date, Date]:
        """Its first and last day, where the city's day is `today`."""
        if self.ends:
            return Date.fromisoformat(self.ends[0]), Date.fromisoformat(self.ends[1])
        if self.text in RUNNING:
            back = datetime.timedelta(1 if self.text == "yesterday" else 0)
            return _around(today - back, self.unit())
        return _around(_within(self.text), self.unit())

    def label(self) -> str:
        """Its Chinese name."""
        if self.ends:
            return f"{self.ends[0]} 至 {self.ends[1]}"
        if self.text in RUNNING:
            return RUNNING[self.text]
        if found := _QUARTER.fullmatch(self.text):
            return f"{found[1]} 年第 {'一二三四'[int(found[2]) - 1]}季度"
        if found := _YEAR.fullmatch(self.text):
            return f"{found[1]} 年"
        if found := _MONTH.fullmatch(self.text):
            return f"{found[1]} 年 {int(found[2])} 月"
        return self.text


def period(text: str) -> Period:
    """The period a text names. Raises `BadPeriod`."""
    first, tilde, last = text.partition("~")
    if tilde:
        return days_between(first, last)
    if text not in RUNNING:
        try:
            _in_range(_within(text))
        except ValueError:
            raise BadPeriod(f"period = {text[:40]}：应为 {EXPECTED}") from None
    return Period(text)


def days_between(first: str, last: str) -> Period:
    """The days from – to, both in. Raises `BadPeriod`."""
    try:
        ends = [_in_range(Date.fromisoformat(_plain(text))) for text in (first, last)]
    except ValueError:
        raise BadPeriod(
            f"from = {first[:20] or '（空）'}，to = {last[:20] or '（空）'}："
            f"应为 {FIRST_YEAR} 至 {LAST_YEAR} 年间的日期，如 2021-03-05"
        ) from None
    if ends[1] < ends[0]:
        raise BadPeriod(f"from = {first}，to = {last}：止日在起日之前")
    return Period(f"{ends[0]}~{ends[1]}")


def _plain(text: str) -> str:
    """Only 2021-03-05, of all the ways Python reads a date."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return text


def _in_range(day: Date) -> Date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(day)
    return day


def _within(text: str) -> Date:
    """A day of a calendar period; ValueError when the text names none."""
    if found := _YEAR.fullmatch(text):
        return Date(int(found[1]), 1, 1)
    if found := _QUARTER.fullmatch(text):
        return Date(int(found[1]), 3 * int(found[2]) - 2, 1)
    if found := _MONTH.fullmatch(text):
        return Date(int(found[1]), int(found[2]), 1)
    return Date.fromisoformat(_plain(text))


def _around(day: Date, unit: Unit) -> tuple[Date, Date]:
    """The first and last day of the day, week, month, quarter or year that `day` is in."""
    if unit == "day":
        return day, day
    if unit == "week":
        first = day - datetime.timedelta(day.weekday())
        return first, first + datetime.timedelta(6)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    start = (day.month - 1) // months * months + 1
    end = start + months - 1
    return Date(day.year, start, 1), Date(day.year, end, calendar.monthrange(day.year, end)[1])


@dataclass(frozen=True)
class Span:
    """The days of a period as of a moment 截至; `running`: it has not ended yet."""

    period: Period
    first: Date
    last: Date
    window: Window
    running: bool
    begun: bool
    """Whether any of it has passed."""

    def label(self, clock: Callable[[int], str]) -> str:
        """The days, and how far they have run; `clock` writes an instant as the city's time."""
        days = f"{self.first}" if self.first == self.last else f"{self.first} 至 {self.last}"
        return f"{days}，截至 {clock(self.window.as_of)}" if self.running else days

    def said(self, clock: Callable[[int], str]) -> str:
        """The period's name and its days; once where the days are its name."""
        days, name = self.label(clock), self.period.label()
        named = self.period.ends or name == str(self.first)
        return days if named else f"{name}：{days}"


def span(city: City, asked: Period, now: int) -> Span:
    """A period as it stands at `now`, epoch ms."""
    first, last = asked.days(date_of(city.day(now)))
    found = window(city, first, last, now)
    start = city.day_start(found.first_day)
    clipped = replace(found, as_of=max(found.as_of, start))
    return Span(asked, first, last, clipped, now < city.day_start(found.end_day), now > start)


def date_of(day: int) -> Date:
    """A city day as a date."""
    return _EPOCH + datetime.timedelta(day)


def day_of(date: Date) -> int:
    """A date as a city day."""
    return (date - _EPOCH).days


@dataclass(frozen=True)
class Base:
    """What a span is compared with: a window, its words, and whether it is shorter or longer."""

    name: str
    window: Window
    days: int
    """Days it is longer (+) or shorter (−) than the span: only a leap day makes it so."""

    def label(self) -> str:
        """Its days, from – to, in words."""
        first, last = date_of(self.window.first_day), date_of(self.window.end_day - 1)
        days = f"{first}" if first == last else f"{first} 至 {last}"
        return f"{days}（{'多' if self.days > 0 else '少'}一天）" if self.days else days


def before(city: City, now: Span) -> Base:
    """环比: a running period against the beginning of the one before, as long as this has run;
    where that one is shorter, and for a period that is over, the equally long days just before."""
    first = day_of(now.first)
    cut, offset = _cut(city, now)
    run = cut - first + 1
    start = first - run
    unit = now.period.unit()
    if now.running and unit != "days":
        earlier, _ = _around(now.first - datetime.timedelta(1), unit)
        if day_of(earlier) + run <= first:
            start = day_of(earlier)
    return Base("环比", _run(city, start, start + run, offset), 0)


def year_ago(city: City, now: Span) -> Base:
    """同比: the same days of the year before, as far as these have run; 29 February becomes 28."""
    cut, offset = _cut(city, now)
    start, end = _back(now.first), _back(date_of(cut))
    found = _run(city, day_of(start), day_of(end) + 1, offset)
    length = cut - day_of(now.first) + 1
    return Base("同比", found, found.end_day - found.first_day - length)


def _cut(city: City, now: Span) -> tuple[int, int | None]:
    """The last day that has begun, and how far into it; None: to its end."""
    if not now.running:
        return day_of(now.last), None
    day = max(day_of(now.first), city.day(now.window.as_of))
    return day, max(0, now.window.as_of - city.day_start(day))


def _run(city: City, first: int, end: int, offset: int | None) -> Window:
    """The days first ≤ day < end, the last one as far as `offset` ms."""
    stop = city.day_start(end)
    as_of = stop if offset is None else min(stop, city.day_start(end - 1) + offset)
    return Window(first, end, as_of)


def _back(day: Date) -> Date:
    """The same date of the year before."""
    if (day.month, day.day) == (2, 29):
        return day.replace(year=day.year - 1, day=28)
    return day.replace(year=day.year - 1)
