"""The live state of a hotline: every figure equals what `reckon` answers at the same moment.

Whole days come from the ledger's tally and move by its differences; today and yesterday are counted
call by call, so that "until the same time" is exact to the millisecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from dashboard.calls import record as r
from dashboard.calls.agents import COUNTERS as AGENT_TIMES
from dashboard.calls.agents import Change as StateChange
from dashboard.calls.counting import QUARTER_MS, points
from dashboard.calls.folding import WHOLE_DAY, Change, Delta
from dashboard.calls.record import Row
from dashboard.calls.rolling import SPAN_MS, Calls, Rolled
from dashboard.calls.standing import Counts, Rolling, Waiting, undecided, waiting_counts
from dashboard.hotlinelive.desks import Desks
from dashboard.hotlinelive.windows24 import Windows24
from dashboard.hotlineprofile import Hotline
from dashboard.livestate.running import Running
from dashboard.windows import month_before, month_start, year_start

_AGENT: Final = frozenset(AGENT_TIMES)
Slot = tuple[int, str]
"""(quarter-hour number, counter)"""


class Calendar(Protocol):
    """City days."""

    def day(self, instant: int) -> int: ...
    def day_start(self, day: int) -> int: ...


class History(Protocol):
    """What the state asks of the ledger."""

    def days(self, first_day: int) -> Mapping[int, Counts]:
        """Counters of every whole day from `first_day` on."""

    def agent_quarters(self, day: int) -> Mapping[int, Counts]:
        """Quarter-hour → counters of a day."""

    def touched(self, since: int) -> Iterable[tuple[str, Row]]:
        """Every call with an instant at or after `since`."""

    def agents(self, since: int) -> Mapping[str, Sequence[StateChange]]:
        """Each agent's states from the one that held at `since`."""

    def calls(self, first_day: int, end_day: int) -> Calls:
        """The offered calls of some days."""

    def least(self, start: int, end: int) -> Mapping[str, Rolled | None]:
        """The least 24 hours that end in start < e ≤ end, by variant."""


class HotlineState:
    """Calls, agents and the rolling window, as of `now` (epoch ms)."""

    def __init__(self, city: Calendar, rules: Hotline, history: History, now: int) -> None:
        self.city, self.rules, self._history = city, rules, history
        self.now = now
        self.day = city.day(now)
        self._load()

    def _load(self) -> None:
        city, history, day = self.city, self._history, self.day
        self.first_day = min(year_start(day), month_before(day)[0], day - 1)
        self.days = {one: dict(counts) for one, counts in history.days(self.first_day).items()}
        self._sums: dict[tuple[int, int], Counts] = {}
        self.today: Running[Slot] = Running(self.now)
        self.yesterday: Running[Slot] = Running(self._same_time())
        self.yesterday_all: dict[Slot, int] = {}
        self.waiting: dict[str, Waiting] = {}
        self.agent_times: dict[Slot, int] = {}
        for quarter, counts in history.agent_quarters(day).items():
            self.agent_times |= {(quarter, name): counts[name] for name in _AGENT & counts.keys()}
        self.desks = Desks(self.rules, history.agents(self.now // QUARTER_MS * QUARTER_MS))
        since = city.day_start(day - 1)
        for call, row in history.touched(since):
            self._count(row, 1)
            self._wait(call, row)
        start = city.day_start(year_start(day))
        self.windows24 = Windows24(
            self.rules,
            start,
            since,
            dict(history.least(start, max(start, since))),
            history.calls(city.day(since - SPAN_MS), day + 2),
        )
        self._then = self._last_month()

    def _same_time(self) -> int:
        """As far into yesterday as now is into today, at most its end."""
        start = self.city.day_start
        return min(start(self.day - 1) + self.now - start(self.day), start(self.day))

    # -- changes

    def apply(
        self, calls: Sequence[Change], agents: Sequence[tuple[str, int, int]], delta: Delta
    ) -> None:
        """Takes over a committed batch."""
        for (day, quarter, counter), n in delta.items():
            if quarter == WHOLE_DAY and day >= self.first_day:
                counts = self.days.setdefault(day, {})
                counts[counter] = counts.get(counter, 0) + n
                if day < self.day:
                    self._sums.clear()
            elif day == self.day and counter in _AGENT:
                slot = (quarter, counter)
                self.agent_times[slot] = self.agent_times.get(slot, 0) + n
        for call, old, new in calls:
            if old is not None:
                self._count(old, -1)
            self._count(new, 1)
            self._wait(call, new)
            self.windows24.put(old, new)
        for agent, at, state in agents:
            self.desks.put(agent, at, state)

    def _count(self, row: Row, sign: int) -> None:
        start = self.city.day_start
        yesterday, today, tomorrow = (start(self.day + i) for i in (-1, 0, 1))
        for at, counter, n in points(row, self.rules):
            if not yesterday <= at < tomorrow:
                continue
            slot = (at // QUARTER_MS, counter)
            if at >= today:
                self.today.add(at, slot, sign * n)
            else:
                self.yesterday.add(at, slot, sign * n)
                self.yesterday_all[slot] = self.yesterday_all.get(slot, 0) + sign * n

    def _wait(self, call: str, row: Row) -> None:
        """Keeps a call while it may be waiting; one offered a moment ahead of our clock, too."""
        found = undecided(row, self.rules, max(self.now, (row[r.OFFERED] or 0) + 1))
        if found is None:
            self.waiting.pop(call, None)
        else:
            self.waiting[call] = found

    # -- time

    def advance(self, now: int) -> bool:
        """Moves the clock; True if a figure changed. A new day is loaded anew."""
        before, self.now = self.now, max(now, self.now)
        if self.city.day(self.now) != self.day:
            self.day = self.city.day(self.now)
            self._load()
            return True
        moved = self.today.advance(self.now)
        self.yesterday.advance(self._same_time())
        oldest = self.now - self.rules.max_wait_s * 1000
        lost = [call for call, one in self.waiting.items() if one.offered < oldest]
        for call in lost:
            del self.waiting[call]
        quarter = self.now // QUARTER_MS
        if quarter != before // QUARTER_MS:
            self.desks.prune(quarter)
            self._then = self._last_month()
            moved = True
        return moved or bool(lost)

    @property
    def next_at(self) -> int:
        """When, without any event, a figure changes at the earliest."""
        out = [(self.now // QUARTER_MS + 1) * QUARTER_MS]
        if self.today.next_at is not None:
            out.append(self.today.next_at + 1)
        keep = round(self.rules.max_wait_s * 1000)
        out += [one.offered + keep + 1 for one in self.waiting.values()]
        return min(out)

    def refresh_past(self) -> None:
        """Loads anew what ended before yesterday, once a correction reached so far back."""
        if self.windows24.stale:
            start = self.city.day_start(year_start(self.day))
            since = self.windows24.since
            self.windows24.past = dict(self._history.least(start, max(start, since)))
            self.windows24.stale = False

    # -- figures

    def pending(self) -> list[Waiting]:
        """The calls without an outcome now that are not yet taken for lost."""
        return [one for one in self.waiting.values() if one.offered < self.now]

    def standing(self) -> Counts:
        """Who waits and what the agents do."""
        return waiting_counts(self.pending(), self.now) | self.desks.by_state(self.now)

    def rolling(self) -> Rolling:
        """The 24 hours before now, and the least of the year so far."""
        return self.windows24.until(self.now)

    def counts_today(self) -> Counts:
        """Today until now."""
        return self.counts(self.day)

    def counts(self, first_day: int) -> Counts:
        """From the start of a day until now."""
        out = self.whole_days(first_day, self.day)
        for (_, counter), n in self.today.counts.items():
            out[counter] = out.get(counter, 0) + n
        cut = self.now // QUARTER_MS
        for (quarter, counter), ms in self.agent_times.items():
            if quarter < cut:
                out[counter] = out.get(counter, 0) + ms
        return _sum(out, self.desks.under_way(self.city.day_start(first_day), self.now))

    def whole_days(self, first: int, end: int) -> Counts:
        """The whole days first ≤ day < end; a copy of the sum, which is kept while they rest."""
        found = self._sums.get((first, end))
        if found is None:
            found = {}
            for day in range(first, end):
                for name, n in self.days.get(day, {}).items():
                    found[name] = found.get(name, 0) + n
            self._sums[(first, end)] = found
        return dict(found)

    def counts_yesterday(self, *, whole: bool) -> Counts:
        """Yesterday until the same time, or all of it."""
        out: Counts = {}
        found = self.yesterday_all if whole else self.yesterday.counts
        for (_, counter), n in found.items():
            out[counter] = out.get(counter, 0) + n
        return out

    def counts_last_month(self) -> Counts:
        """The same elapsed length of last month, to the quarter-hour: offered, answered,
        abandoned."""
        return self._then

    def _last_month(self) -> Counts:
        start = self.city.day_start
        first, end = month_before(self.day)
        moment = min(start(first) + self.now - start(month_start(self.day)), start(end))
        moment -= moment % QUARTER_MS
        day = self.city.day(moment)
        out = self.whole_days(first, min(day, end))
        if day < end:
            for quarter, counts in self._history.agent_quarters(day).items():
                if quarter * QUARTER_MS < moment:
                    out = _sum(out, counts)
        return out

    def quarters(self) -> dict[int, Counts]:
        """Quarter-hour → counters, of today until now."""
        out: dict[int, Counts] = {}
        for (quarter, counter), n in self.today.counts.items():
            out.setdefault(quarter, {})[counter] = n
        return out

    def lost_today(self) -> int:
        """丢失结局: today's calls whose end never came and that are too old to be waiting."""
        today = self.city.day_start(self.day)
        still = sum(one.offered >= today for one in self.pending())
        every = sum(n for (_, counter), n in self.today.counts.items() if counter == "undecided")
        return max(0, every - still)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> Counts:
    out = dict(one)
    for name, n in other.items():
        out[name] = out.get(name, 0) + n
    return out
