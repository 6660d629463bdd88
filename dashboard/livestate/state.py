"""The live state 实时状态 of one city: loaded from the ledger once, then moved by changes and time.

Every figure equals what `reckoning.reckon` would answer for the same window and as-of time.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from dashboard import cases as c
from dashboard import windows
from dashboard.casemeasures import CASES
from dashboard.cases import OPEN_STAGES, Row
from dashboard.counters import BIT, COUNTERS
from dashboard.formula import OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK, Resolved
from dashboard.livestate import contributions as stock
from dashboard.livestate.contributions import StockKey, instants, stock_steps
from dashboard.livestate.news import News
from dashboard.livestate.running import Running
from dashboard.measures import resolve
from dashboard.profile import Profile
from dashboard.tally import DIM, Change, Delta

EPOCH: Final = datetime.date(1970, 1, 1)
GROUPS: Final[dict[str, int]] = {
    "district": c.DISTRICT,
    "channel": c.CHANNEL,
    "category": c.CATEGORY,
}
DAYS_BACK: Final = 30
COHORT: Final = ("cases.filing_rate", "cases.disposal_rate", "cases.closure_rate")
"""Shown of the cases reported today 今日上报案件, whatever the city attributes rates to: a step's
own time beside the step before it would let yesterday's cases make more than 100 % of today."""

Counts = dict[str, int]
DayKey = tuple[str, str, int]
"""("city" | "hour" | dimension, member or hour, counter bit)"""
_FAR: Final = 1 << 61


class History(Protocol):
    """What the ledger can tell; see `ledger.reading`."""

    def city_tally(self, first_day: int) -> Iterable[tuple[int, int, int]]:
        """(day, counter mask, n) of the whole city from `first_day` on."""

    def district_tally(self, first_day: int, end_day: int) -> Iterable[tuple[str, int, int]]:
        """(district, counter mask, n) over the days first ≤ day < end."""

    def open_records(self) -> Iterable[Row]:
        """Every record that has not ended."""

    def touched(self, start: int, end: int) -> Iterable[Row]:
        """Every record with an instant or deadline in start ≤ t < end."""

    def heard(self) -> Mapping[tuple[str, str], int]:
        """(kind of event, sending system) → its newest event time."""

    def rejected(self, since: int) -> int:
        """Events refused since `since`."""


def needed_measures(profile: Profile) -> dict[str, Resolved]:
    """All measures with the city's choices; the frame shows no others."""
    return {id: resolve(id, profile) for id in CASES}


class LiveState:
    """Counts and stocks at a clock that only goes forward; `roll` it over at city midnight."""

    def __init__(self, profile: Profile, history: History, now: int) -> None:
        self.profile = profile
        self.measures = needed_measures(profile)
        self.cohort = {id: resolve(id, profile, attribution="report") for id in COHORT}
        needed = [*self.measures.values(), *self.cohort.values()]
        names = {n for m in needed for n in (*m.num, *m.den, *m.minus)}
        self._bits = frozenset(BIT[name] for name in names if name in BIT)
        self._reported = frozenset(
            BIT[name] for name in self.measures["cases.reported"].num if name in BIT
        )
        self._history = history
        self._apart = profile.rules.apart
        self._expanded: dict[int, tuple[int, ...]] = {}
        self.heard: dict[tuple[str, str], int] = {}
        self._load(now)

    # -- loading and time

    def _load(self, now: int) -> None:
        history = self._history
        self.now = now
        self.day = self.profile.day(now)
        self.heard = dict(history.heard())
        self.days: dict[int, dict[int, int]] = {}
        first = min(self.day - DAYS_BACK, self.month_before(self.day)[0], self.year_start(self.day))
        for day, mask, n in history.city_tally(first):
            self._count_day(day, mask, n)
        self.stocks: Running[StockKey] = Running(now)
        for row in history.open_records():
            self._add_stocks(self.stocks, row, 1)
        self.news = News()
        self._then_month = (0, 0)
        for row in self._new_day(now):
            if row[c.STAGE] not in OPEN_STAGES:  # ended by an instant that still lies ahead
                self._add_stocks(self.stocks, row, 1)
            self.news.put(None, row)

    def _new_day(self, now: int) -> list[Row]:
        """Makes the counts of today, yesterday and the comparison month's day, from the ledger;
        returns the records touched since yesterday."""
        day, start = self.day, self.profile.day_start
        self.rejected = self._history.rejected(start(day))
        self.today: Running[DayKey] = Running(start(day))
        self.yesterday: Running[DayKey] = Running(start(day - 1))
        self.yesterday_all: dict[DayKey, int] = {}
        self._month: dict[str, dict[int, int]] = {}
        for member, mask, n in self._history.district_tally(self.month_start(day), day):
            self._count_district(member, mask, n)
        then = self._then(now)
        self._then_day = self.profile.day(then)
        self.then: Running[DayKey] = Running(start(self._then_day))
        recent = list(self._history.touched(start(day - 1), _FAR))
        for row in recent:
            self._add_days(row, 1, recent=True, then=False)
        before = self.month_before(day)
        if before == self._then_month:
            for row in self._history.touched(self.then.clock, start(self._then_day + 1)):
                self._add_days(row, 1, recent=False, then=True)
        else:
            self._then_month = before
            self.then_stocks: Running[StockKey] = Running(then)
            for row in self._history.touched(start(before[0]), start(before[1])):
                self._add_days(row, 1, recent=False, then=True)
                self._add_then(row, 1)
        self._advance(now, then)
        return recent

    def advance(self, now: int) -> bool:
        """Moves the clocks; True if a figure of now changed. Rolls over at city midnight."""
        self.now = now = max(now, self.now)
        day, then = self.profile.day(now), self._then(now)
        if day != self.day or self.profile.day(then) != self._then_day:
            self.day = day
            self._new_day(now)
            return True
        return self._advance(now, then)

    def _advance(self, now: int, then: int) -> bool:
        start = self.profile.day_start
        same_time = start(self.day - 1) + now - start(self.day)
        self.yesterday.advance(min(same_time, start(self.day)))
        self.then.advance(then)
        self.then_stocks.advance(then)
        moved = self.stocks.advance(now)
        return self.today.advance(now) or moved

    @property
    def next_at(self) -> int:
        """When, without any event, a figure of now changes at the earliest."""
        upcoming = [self.profile.day_start(self.day + 1)]
        upcoming += [at + 1 for at in (self.today.next_at, self.stocks.next_at) if at is not None]
        return min(upcoming)

    # -- changes

    def apply(
        self, changes: Sequence[Change], delta: Delta, heard: Mapping[tuple[str, str], int]
    ) -> None:
        """Takes over a committed batch: changed records, the tally's difference, who was heard
        with what kind of events."""
        month = self.month_start(self.day)
        for (dim, day, member, mask), n in delta.items():
            if dim == 0:
                self._count_day(day, mask, n)
            elif dim == DIM["district"] and month <= day < self.day:
                self._count_district(member, mask, n)
        for _, old, new in changes:
            if old is not None:
                self._add_record(old, -1)
            self._add_record(new, 1)
            self.news.put(old, new)
        for source, at in heard.items():
            self.heard[source] = max(at, self.heard.get(source, 0))

    def _add_record(self, row: Row, sign: int) -> None:
        self._add_days(row, sign, recent=True, then=True)
        self._add_stocks(self.stocks, row, sign)
        self._add_then(row, sign)

    def _count_day(self, day: int, mask: int, n: int) -> None:
        self._count(self.days.setdefault(day, {}), mask, n)

    def _count_district(self, member: str, mask: int, n: int) -> None:
        self._count(self._month.setdefault(member, {}), mask, n)

    def _count(self, counts: dict[int, int], mask: int, n: int) -> None:
        bits = self._expanded.get(mask)
        if bits is None:
            bits = tuple(bit for bit in self._bits if mask >> bit & 1)
            self._expanded[mask] = bits
        for bit in bits:
            counts[bit] = counts.get(bit, 0) + n

    def _add_then(self, row: Row, sign: int) -> None:
        """Stocks of the month before: its clock stops at that month's end, and what would come
        after it is not kept, or all that happens this month would be."""
        end = self.profile.day_start(self._then_month[1])
        self._add_stocks(self.then_stocks, row, sign, end)

    def _add_stocks(
        self, stocks: Running[StockKey], row: Row, sign: int, before: int = _FAR
    ) -> None:
        if row[c.CHANNEL] not in self._apart:
            for at, key, n in stock_steps(row, self.profile.day):
                if at < before:
                    stocks.add(at, key, n * sign)

    def _add_days(self, row: Row, sign: int, *, recent: bool, then: bool) -> None:
        start, day = self.profile.day_start, self.day
        yesterday, today, tomorrow = start(day - 1), start(day), start(day + 1)
        then_start, then_end = start(self._then_day), start(self._then_day + 1)
        apart = row[c.CHANNEL] in self._apart
        for at, bit in instants(row):
            if bit not in self._bits:
                continue
            if recent and yesterday <= at < tomorrow:
                if at >= today:
                    for key in self._keys_today(row, at - today, bit, apart):
                        self.today.add(at, key, sign)
                elif not apart:
                    for key in self._city_keys(at - yesterday, bit):
                        self.yesterday.add(at, key, sign)
                        total = self.yesterday_all.get(key, 0) + sign
                        self.yesterday_all[key] = total
            elif then and not apart and then_start <= at < then_end:
                self.then.add(at, ("city", "", bit), sign)

    def _city_keys(self, elapsed_ms: int, bit: int) -> Iterator[DayKey]:
        yield "city", "", bit
        if bit in self._reported:
            yield "hour", str(min(23, elapsed_ms // 3_600_000)), bit

    def _keys_today(self, row: Row, elapsed_ms: int, bit: int, apart: bool) -> Iterator[DayKey]:
        if apart:
            yield "channel", row[c.CHANNEL], bit
            return
        yield from self._city_keys(elapsed_ms, bit)
        for group, index in GROUPS.items():
            yield group, row[index] or "", bit

    # -- windows

    year_start = staticmethod(windows.year_start)
    month_start = staticmethod(windows.month_start)
    month_before = staticmethod(windows.month_before)

    def _then(self, now: int) -> int:
        """The moment as far into last month as `now` is into this one, at most its end."""
        start = self.profile.day_start
        first, end = self.month_before(self.profile.day(now))
        return min(start(first) + now - start(end), start(end))

    def counts(self, first_day: int) -> Counts:
        """Counters over first_day … now, with the stocks of now."""
        counts = self._whole_days(first_day, self.day)
        _add_running(counts, self.today)
        due, report = self._overdue(self.stocks, first_day, self.day + 1)
        counts[OVERDUE], counts[f"{OVERDUE}@report"] = due, report
        counts[OVERDUE_STOCK] = self.stocks[(stock.OVERDUE, stock.CITY, "")]
        counts[SUSPENDED_STOCK] = self.stocks[(stock.SUSPENDED, stock.CITY, "")]
        return counts

    def counts_last_month(self) -> Counts:
        """Counters over the same elapsed length of last month, with the stocks of that moment."""
        first, end = self.month_before(self.day)
        counts = self._whole_days(first, min(self._then_day, end))
        if self._then_day < end:
            _add_running(counts, self.then)
        due, report = self._overdue(self.then_stocks, first, end)
        counts[OVERDUE], counts[f"{OVERDUE}@report"] = due, report
        return counts

    def counts_yesterday(self, *, whole: bool) -> Counts:
        """Yesterday's counters until the same time of day, or of the whole day."""
        found = self.yesterday_all if whole else self.yesterday.counts
        return {COUNTERS[bit]: n for (kind, _, bit), n in found.items() if kind == "city"}

    def members_today(self, group: str) -> dict[str, Counts]:
        """Today's counters by member of a dimension in GROUPS."""
        out: dict[str, Counts] = {}
        for (kind, member, bit), n in self.today.counts.items():
            if kind == group:
                out.setdefault(member, {})[COUNTERS[bit]] = n
        return out

    def districts_month(self) -> dict[str, Counts]:
        """This month's counters so far by district, with its overdue of the month; every district
        of the profile is there."""
        out: dict[str, Counts] = {area.code: {} for area in self.profile.districts}
        for member, found in self._month.items():
            out[member] = {COUNTERS[bit]: n for bit, n in found.items()}
        for member, counts in self.members_today("district").items():
            have = out.setdefault(member, {})
            for name, n in counts.items():
                have[name] = have.get(name, 0) + n
        for member, counts in out.items():
            for day in range(self.month_start(self.day), self.day + 1):
                key = f"{day}/{member}"
                for name, kind in ((OVERDUE, "due"), (f"{OVERDUE}@report", "report")):
                    late = self.stocks[(stock.OVERDUE, kind, key)]
                    counts[name] = counts.get(name, 0) + late
        return out

    def hours(self, *, today: bool) -> list[int]:
        """Cases reported in each hour of today, or of all of yesterday."""
        found = self.today.counts if today else self.yesterday_all
        out = [0] * 24
        for (kind, hour, _), n in found.items():
            if kind == "hour":
                out[int(hour)] += n
        return out

    def day_counts(self, day: int) -> Counts:
        """The counters of one day; of today so far."""
        if day == self.day:
            counts: Counts = {}
            _add_running(counts, self.today)
            return counts
        return self._whole_days(day, day + 1)

    def stock(self, name: str, by: str = stock.CITY, member: str = "") -> int:
        """A stock now, of the city or of a district or department."""
        return self.stocks[(name, by, member)]

    def stock_members(self, name: str, by: str) -> dict[str, int]:
        """A stock now by district or department."""
        return {m: n for (s, b, m), n in self.stocks.counts.items() if s == name and b == by}

    def known(self, first_day: int) -> bool:
        """False when no source has delivered a case as late as the window's start 无数据."""
        return max(self.senders({"case"}).values(), default=0) >= self.profile.day_start(first_day)

    def senders(self, kinds: Collection[str] | None = None) -> dict[str, int]:
        """Sending system → its newest event time, of `kinds` of events or of any."""
        out: dict[str, int] = {}
        for (kind, sender), at in self.heard.items():
            if kinds is None or kind in kinds:
                out[sender] = max(at, out.get(sender, 0))
        return out

    def _whole_days(self, first: int, end: int) -> Counts:
        sums: dict[int, int] = {}
        for day in range(first, end):
            for bit, n in self.days.get(day, {}).items():
                sums[bit] = sums.get(bit, 0) + n
        return {COUNTERS[bit]: n for bit, n in sums.items()}

    @staticmethod
    def _overdue(stocks: Running[StockKey], first: int, end: int) -> tuple[int, int]:
        days = [str(day) for day in range(first, end)]
        due = sum(stocks[(stock.OVERDUE, "due", day)] for day in days)
        return due, sum(stocks[(stock.OVERDUE, "report", day)] for day in days)


def _add_running(counts: Counts, running: Running[DayKey]) -> None:
    for (kind, _, bit), n in running.counts.items():
        if kind == "city":
            name = COUNTERS[bit]
            counts[name] = counts.get(name, 0) + n
