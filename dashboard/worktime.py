"""Working time 工作时间: deadlines 处置截止 in four units, and the city's calendar day.

紧急工作时 and 自然日 run on continuously. 工作时 run only inside the sessions of working days,
工作日 through the whole of working days: from Friday 10:00 one 工作日 is Monday 10:00, from a
Saturday it is the end of Monday. All instants are epoch milliseconds UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chinese_calendar import constants as china  # type: ignore[import-untyped]

HOUR: Final = 3_600_000
DAY: Final = 86_400_000
FIRST_YEAR: Final = 1999
LAST_YEAR: Final = 2199
UNITS: Final[dict[str, int]] = {
    "urgent_hours": HOUR,
    "work_hours": HOUR,
    "work_days": DAY,
    "calendar_days": DAY,
}
HOLIDAYS: Final[dict[str, str]] = {
    "china": "国务院公布的节假日与调休；未公布的年份按周末",
    "weekends": "周六、周日休息",
    "none": "天天工作",
}
EPOCH: Final = date(1970, 1, 1).toordinal()
COVERED: Final = range(min(china.holidays).year, max(china.holidays).year + 1)
"""Years whose holidays and make-up workdays 调休 are published in the installed calendar."""

Sessions = Sequence[tuple[str, str]]
SESSIONS: Final = (("08:00", "12:00"), ("14:00", "18:00"))


class _Spans(NamedTuple):
    """The working spans of one year: starts, ends, working ms before each, and in all."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int


class WorkCalendar:
    """A city's days, sessions 工作时段 and holidays 节假日.

    `sessions` are local (from, to) times, `24:00` allowed as an end. Raises ValueError for an
    unknown zone or holiday rule, or sessions that are empty, unordered or overlapping.
    """

    def __init__(
        self,
        timezone: str = "Asia/Shanghai",
        sessions: Sessions = SESSIONS,
        holidays: str = "china",
    ) -> None:
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"timezone {timezone!r}: expected an IANA name such as Asia/Shanghai"
            ) from None
        if holidays not in HOLIDAYS:
            raise ValueError(f"holidays {holidays!r}: expected one of {', '.join(HOLIDAYS)}")
        self.timezone = timezone
        self.sessions = tuple((start, end) for start, end in sessions)
        self.holidays = holidays
        self._minutes = _read_sessions(self.sessions)
        self._offset = _fixed_offset(self._zone)
        self._spans: dict[tuple[bool, int], _Spans] = {}
        self._year_starts = [
            self.day_start(date(year, 1, 1).toordinal() - EPOCH)
            for year in range(FIRST_YEAR, LAST_YEAR + 2)
        ]

    def day(self, ms: int) -> int:
        """The city day of an instant: days since 1970-01-01 on the city's calendar."""
        if self._offset is not None:
            return (ms + self._offset) // DAY
        return datetime.fromtimestamp(ms // 1000, self._zone).toordinal() - EPOCH

    def day_start(self, day: int) -> int:
        """The first instant of a city day."""
        if self._offset is not None:
            return day * DAY - self._offset
        midnight = datetime.combine(date.fromordinal(day + EPOCH), time(), self._zone)
        return round(midnight.timestamp()) * 1000

    def is_workday(self, day: int) -> bool:
        """Whether a city day is worked, make-up workdays 调休 included."""
        when = date.fromordinal(day + EPOCH)
        if self.holidays == "none":
            return True
        if self.holidays == "china" and when.year in COVERED:
            return when in china.workdays or (when.weekday() < 5 and when not in china.holidays)
        return when.weekday() < 5

    def is_provisional(self, ms: int) -> bool:
        """Whether the holidays of that year are not published yet, so weekends stand in."""
        return self.holidays == "china" and self._year(ms) not in COVERED

    def deadline(self, start_ms: int, amount: float, unit: str) -> int:
        """The instant `amount` units after `start_ms`; a `work_hours` one lies in a session.

        Raises ValueError for a negative amount, an unknown unit or a year beyond 2199.
        """
        per = UNITS.get(unit)
        if per is None:
            raise ValueError(f"unit {unit!r}: expected one of {', '.join(UNITS)}")
        left = round(amount * per)
        if left < 0:
            raise ValueError(f"amount {amount}: expected 0 or more")
        if unit in ("urgent_hours", "calendar_days"):
            return start_ms + left
        whole = unit == "work_days"
        year = self._year(start_ms)
        spans = self._table(whole, year)
        at = bisect_right(spans.starts, start_ms) - 1
        if left == 0:
            return self._next_working(whole, year, at, start_ms)
        left += _worked(spans, at, start_ms)
        while left > spans.total:
            left -= spans.total
            year += 1
            spans = self._table(whole, year)
        at = bisect_left(spans.before, left) - 1
        return spans.starts[at] + left - spans.before[at]

    def elapsed_ms(self, start_ms: int, end_ms: int, unit: str) -> int:
        """Time between two instants as `unit` counts it, in ms; negative if they are reversed."""
        if unit not in UNITS:
            raise ValueError(f"unit {unit!r}: expected one of {', '.join(UNITS)}")
        if unit in ("urgent_hours", "calendar_days"):
            return end_ms - start_ms
        if end_ms < start_ms:
            return -self.elapsed_ms(end_ms, start_ms, unit)
        whole = unit == "work_days"
        first, last = self._year(start_ms), self._year(end_ms)
        worked = self._worked_in_year(whole, end_ms) - self._worked_in_year(whole, start_ms)
        return worked + sum(self._table(whole, year).total for year in range(first, last))

    def _year(self, ms: int) -> int:
        year = FIRST_YEAR + bisect_right(self._year_starts, ms) - 1
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"{ms}: outside the calendar, years {FIRST_YEAR}–{LAST_YEAR}")
        return year

    def _worked_in_year(self, whole: bool, ms: int) -> int:
        spans = self._table(whole, self._year(ms))
        return _worked(spans, bisect_right(spans.starts, ms) - 1, ms)

    def _next_working(self, whole: bool, year: int, at: int, ms: int) -> int:
        spans = self._table(whole, year)
        if at >= 0 and ms <= spans.ends[at]:
            return ms
        while at + 1 >= len(spans.starts):
            year, at = year + 1, -1
            spans = self._table(whole, year)
        return spans.starts[at + 1]

    def _table(self, whole: bool, year: int) -> _Spans:
        """The working spans of a year, made when first asked for."""
        spans = self._spans.get((whole, year))
        if spans is None:
            if year > LAST_YEAR:
                raise ValueError(f"year {year}: outside the calendar, up to {LAST_YEAR}")
            spans = self._spans[whole, year] = self._make(year, self._day if whole else self._work)
        return spans

    def _make(self, year: int, spans_of: Callable[[date], list[tuple[int, int]]]) -> _Spans:
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        total = 0
        when = date(year, 1, 1)
        while when.year == year:
            if self.is_workday(when.toordinal() - EPOCH):
                for start, end in spans_of(when):
                    if end > start:  # a clock change may swallow a short session
                        starts.append(start)
                        ends.append(end)
                        before.append(total)
                        total += end - start
            when += timedelta(days=1)
        return _Spans(starts, ends, before, total)

    def _day(self, when: date) -> list[tuple[int, int]]:
        day = when.toordinal() - EPOCH
        return [(self.day_start(day), self.day_start(day + 1))]

    def _work(self, when: date) -> list[tuple[int, int]]:
        day = when.toordinal() - EPOCH
        if self._offset is not None:
            start = self.day_start(day)
            return [(start + a * 60_000, start + b * 60_000) for a, b in self._minutes]
        return [(self._instant(when, a), self._instant(when, b)) for a, b in self._minutes]

    def _instant(self, when: date, minute: int) -> int:
        if minute == 1440:
            return self.day_start(when.toordinal() - EPOCH + 1)
        local = datetime.combine(when, time(minute // 60, minute % 60), self._zone)
        return round(local.timestamp()) * 1000


def _worked(spans: _Spans, at: int, ms: int) -> int:
    """Working ms of the year until `ms`, which lies in or after span `at` (-1 = before all)."""
    return spans.before[at] + min(ms, spans.ends[at]) - spans.starts[at] if at >= 0 else 0


def _read_sessions(sessions: Sessions) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    last = -1
    for start_text, end_text in sessions:
        start, end = _minute(start_text), _minute(end_text)
        if not last < start < end:
            raise ValueError(
                f"session {start_text}–{end_text}: expected ordered, separate spans of one day"
            )
        out.append((start, end))
        last = end
    if not out:
        raise ValueError("sessions: expected at least one span such as 08:00–12:00")
    return out


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    if len(text) == 5 and hour.isdecimal() and minute.isdecimal():
        value = int(hour) * 60 + int(minute)
        if int(minute) < 60 and value <= 1440:
            return value
    raise ValueError(f"time {text!r}: expected HH:MM, 00:00–24:00")


def _fixed_offset(zone: ZoneInfo) -> int | None:
    """The zone's offset in ms if it has not changed since 2000, else None."""
    offsets = {
        datetime(year, month, 1, tzinfo=zone).utcoffset()
        for year in range(2000, 2038)
        for month in range(1, 13)
    }
    only = offsets.pop()
    if offsets or only is None:
        return None
    return round(only.total_seconds() * 1000)
