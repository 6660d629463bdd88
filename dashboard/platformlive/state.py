"""The state of a platform 平台状态: a timeline for each component, and the days behind it.

Timelines reach past now, to tomorrow midnight: what probes said holds for its gap, windows begin
and end. So time passing needs no work; a probe needs it from its city day on.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from dashboard.platformparts import SCREEN, Component, Platform
from dashboard.uptime import days as calendar
from dashboard.uptime.composite import compose
from dashboard.uptime.days import Day, under_way
from dashboard.uptime.layers import Book, timeline
from dashboard.uptime.records import Fields, Record, record_of
from dashboard.uptime.spans import UNKNOWN, Span, Spans, clip, first_after, join, state_at
from dashboard.uptime.spans import replace as replace_spans

EPOCH: Final = datetime.date(1970, 1, 1)
LANE_DAYS: Final = 90
MINUTE: Final = 60_000


class Seen(NamedTuple):
    """The newest probe of a component: when (ms), and its answer (see `uptime.points`)."""

    at: int
    answer: int


class PlatformState:
    """One city's platform at a clock that goes forward within one city day."""

    def __init__(
        self,
        platform: Platform,
        day: Callable[[int], int],
        day_start: Callable[[int], int],
        now: int,
    ) -> None:
        self.platform = platform
        self.day_start = day_start
        self.now, self.today = now, day(now)
        self._day = day
        date = EPOCH + datetime.timedelta(self.today)
        self.year = date.year
        self.first_of_year = (datetime.date(self.year, 1, 1) - EPOCH).days
        self.first_of_month = (date.replace(day=1) - EPOCH).days
        self.first = min(self.first_of_year, self.today - LANE_DAYS + 1)
        self.start, self.end = day_start(self.first), day_start(self.today + 2)
        self.known: dict[str, Spans] = {}
        self.seen: dict[str, Seen] = {}
        self.fields: dict[tuple[str, str], Fields] = {}
        self.records: list[Record] = []
        self._book = Book()
        self.covers: dict[str, Spans] = {}
        self.whole: Spans = []
        self._days: list[Day] = []
        self._before = [False]
        self._stale: dict[str, int] = {}
        self.changed = 0
        """Grows with every change: what was made of the state before is to be made anew."""

    # -- what happens

    def load(
        self,
        known: Mapping[str, Spans],
        fields: Mapping[tuple[str, str], Fields],
        seen: Mapping[str, Seen],
        before: bool,
    ) -> None:
        """Everything from the ledger; `before`: an outage was under way at `start`."""
        self.known, self.fields, self.seen = dict(known), dict(fields), dict(seen)
        self._before = [before]
        self._read_records()
        self._refresh(None, self.first)

    def probed(self, component: str, start: int, end: int, spans: Spans, seen: Seen) -> None:
        """New probes: the known spans of start ≤ t < end are now `spans`."""
        had = self.known.get(component, [])
        first = first_after(had, start - 1)
        tail = replace_spans(had[first:], start, end, spans)
        self.known[component] = join([*had[:first], *tail])
        self.seen[component] = seen
        if component in self.covers or component.startswith(SCREEN):
            self._stale[component] = self._day(max(start, self.start))

    def settle(self, changes: Mapping[tuple[str, str], Fields]) -> None:
        """Follows what was told: new probes from their day on; records that people entered may make
        any of the past different."""
        if changes:
            self.fields |= changes
            self._read_records()
            self._refresh(None, self.first)
        elif self._stale:
            self._refresh([*self._stale], min(self._stale.values()))
        self._stale = {}

    def advance(self, now: int) -> bool:
        """Lets the clock go to `now`; True when the state is another, or a minute has passed."""
        before, self.now = self.now, max(now, self.now)
        crossed = any(
            state_at(cover, before) != state_at(cover, self.now) for cover in self.covers.values()
        )
        self.changed += crossed
        return crossed or self.now // MINUTE != before // MINUTE

    @property
    def next_at(self) -> int:
        """When a timeline changes next by itself, or the day ends."""
        ends = [self.day_start(self.today + 1)]
        for cover in self.covers.values():
            found = state_at(cover, self.now)
            if found is not None:
                ends.append(found[1])
        return min(ends)

    # -- what it is

    @property
    def as_of(self) -> int:
        """Figures are as of the last whole minute, and never before this day."""
        return max(self.now // MINUTE * MINUTE, self.day_start(self.today))

    @property
    def components(self) -> tuple[Component, ...]:
        """Those of the profile, and every wall screen that was ever heard of."""
        named = self.platform.components
        screens = sorted(id for id in self.seen if id.startswith(SCREEN))
        policy = self.platform.screens
        return named + tuple(
            Component(id, id.removeprefix(SCREEN), "screen", policy=policy) for id in screens
        )

    def days(self, first: int, end: int) -> dict[int, Day]:
        """City day → what it was, for first ≤ day < end; today as of the last whole minute."""
        out = {
            day: self._days[day - self.first]
            for day in range(max(first, self.first), min(end, self.today))
        }
        if first <= self.today < end and self.as_of > self.day_start(self.today):
            bounds = [self.day_start(self.today), self.as_of]
            vital = [self.covers[one.id] for one in self.platform.vital]
            before = self._before[self.today - self.first]
            out[self.today] = next(calendar.days(self.whole, vital, bounds, before))
        return out

    def evident(self, first: int) -> bool:
        """Whether any vital component was ever known from a city day on: 无数据 is not 待核."""
        start = self.day_start(first)
        return any(
            state != UNKNOWN
            for one in self.platform.vital
            for _, _, state in clip(self.covers[one.id], start, self.as_of)
        )

    def state_of(self, component: str) -> tuple[int, int] | None:
        """(state, since when) of a component now; None when it is not in service."""
        found = state_at(self.covers.get(component, []), self.now)
        return None if found is None else (found[2], found[0])

    def at(self, cover: Spans) -> Span | None:
        """The span of a cover that now lies in."""
        return state_at(cover, self.now)

    def day_of(self, instant: int) -> int:
        """The city day of an instant."""
        return self._day(instant)

    # -- keeping it current

    def _read_records(self) -> None:
        made = (record_of(kind, id, fields) for (kind, id), fields in sorted(self.fields.items()))
        self.records = [one for one in made if one is not None]
        self._book = Book.of(self.records)

    def _refresh(self, components: Sequence[str] | None, day: int) -> None:
        """Makes the timelines (of all components: None) and the days anew from `day` on."""
        day = min(max(day, self.first), self.today)
        low = self.day_start(day)
        for one in self.components:
            if components is not None and one.id not in components:
                continue
            fresh = timeline(
                self.known.get(one.id, []),
                self._book.about(one.id),
                one.service(self.day_start),
                low,
                self.end,
            )
            kept = clip(self.covers.get(one.id, []), self.start, low)
            self.covers[one.id] = join([*kept, *fresh])
        self.changed += 1
        vital = [self.covers[one.id] for one in self.platform.vital]
        if components is not None and not {one.id for one in self.platform.vital} & {*components}:
            return
        recent = compose([clip(one, low, self.end) for one in vital], self.platform.quorum)
        self.whole = join([*clip(self.whole, self.start, low), *recent])
        self._count_days(vital, day)

    def _count_days(self, vital: Sequence[Spans], day: int) -> None:
        index = day - self.first
        del self._days[index:], self._before[index + 1 :]
        for number in range(day, self.today):
            bounds = [self.day_start(number), self.day_start(number + 1)]
            before = self._before[-1]
            self._days += calendar.days(self.whole, vital, bounds, before)
            self._before.append(under_way(clip(self.whole, *bounds), before))
