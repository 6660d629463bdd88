"""Counting the platform over a window 平台计数: from the ledger's spans and records.

Nothing is stored by day: spans are few, and a correction entered today changes last March.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from dashboard.ledger import Ledger, uptimereading
from dashboard.platformparts import Component, Platform
from dashboard.uptime import days as calendar
from dashboard.uptime import tickets
from dashboard.uptime.composite import compose
from dashboard.uptime.days import Day, under_way
from dashboard.uptime.layers import Book, timeline
from dashboard.uptime.records import Record, Ticket, record_of
from dashboard.uptime.spans import UNKNOWN, Spans
from dashboard.windows import City, Counts, Needs, Window, iso_day

_DAY_MS: Final = 86_400_000
_BACK: Final = tuple(_DAY_MS * days for days in (1, 8, 64, 512))
"""How far back it is looked for whether an outage was under way at a window's start."""


class PlatformCounts:
    """The domain of `platform.…` measures."""

    def counts(
        self, ledger: Ledger, city: City, window: Window, by: str | None, needs: Needs
    ) -> Mapping[str, Counts]:
        """Member → counters; the platform under ""; by day, month or component."""
        platform = platform_of(city)
        if platform is None or by not in (None, "day", "month", "component"):
            return {}
        history = History(ledger, platform, city)
        if by == "component":
            return {
                one.id: calendar.in_seconds(history.counters([one], window, one.id))
                for one in platform.components
            }
        if by is None:
            return {"": calendar.in_seconds(history.counters(platform.vital, window))}
        return {
            member: calendar.in_seconds(counts)
            for member, counts in history.by_day(window, months=by == "month").items()
        }

    def known(self, ledger: Ledger, city: City, window: Window) -> bool:
        """Whether there is any evidence of the window at all: 无数据 is not 待核."""
        platform = platform_of(city)
        return platform is not None and History(ledger, platform, city).known(window)


def platform_of(city: object) -> Platform | None:
    """The platform of a profile; None where the city has none."""
    found = getattr(city, "platform", None)
    return found if isinstance(found, Platform) else None


class History:
    """Spans and records as they are in the ledger, for the questions of one report."""

    def __init__(self, ledger: Ledger, platform: Platform, city: City) -> None:
        self._ledger, self._platform, self._city = ledger, platform, city
        found = uptimereading.records(ledger)
        made = (record_of(kind, id, fields) for (kind, id), fields in found.items())
        self.records: list[Record] = [one for one in made if one is not None]
        self.book = Book.of(self.records)

    def covers(self, components: Sequence[Component], start: int, end: int) -> list[Spans]:
        """The timeline of each component over start ≤ t < end."""
        known = uptimereading.spans(self._ledger, start, end, [one.id for one in components])
        return [
            timeline(
                known.get(one.id, []),
                self.book.about(one.id),
                one.service(self._city.day_start),
                start,
                end,
            )
            for one in components
        ]

    def known(self, window: Window) -> bool:
        """Whether any vital component was ever known in the window."""
        start, end = self._city.day_start(window.first_day), window.as_of
        covers = self.covers(self._platform.vital, start, end)
        return any(state != UNKNOWN for cover in covers for _, _, state in cover)

    def days(self, components: Sequence[Component], window: Window) -> dict[int, Day]:
        """City day → what it was, composed of `components`, up to the window's as-of time."""
        bounds = [self._city.day_start(day) for day in range(window.first_day, window.end_day + 1)]
        bounds = [one for one in bounds if one < window.as_of]
        if not bounds:
            return {}
        bounds.append(min(window.as_of, self._city.day_start(window.end_day)))
        covers = self.covers(components, bounds[0], bounds[-1])
        platform = compose(covers, self._platform.quorum)
        before = self.under_way(components, bounds[0])
        found = calendar.days(platform, covers, bounds, before)
        return dict(enumerate(found, window.first_day))

    def under_way(self, components: Sequence[Component], at: int) -> bool:
        """Whether an outage that began before `at` had not ended by working again."""
        for back in _BACK:
            cover = compose(self.covers(components, at - back, at), self._platform.quorum)
            if under_way(cover, False) or not under_way(cover, True):
                return under_way(cover, False)
        return False

    def counters(
        self, components: Sequence[Component], window: Window, component: str | None = None
    ) -> Counts:
        """Days, times and ms over the window; with the tickets of the platform or a component."""
        out = calendar.counters(self.days(components, window).values(), self._platform.day)
        start = self._city.day_start(window.first_day)
        mine = [
            one
            for one in self.tickets(start, window.as_of)
            if component is None or one.component == component
        ]
        return out | tickets.counters(mine, self._platform.due_of, window.as_of)

    def tickets(self, start: int, end: int) -> list[Ticket]:
        """Tickets opened in start ≤ t < end."""
        tickets = (one for one in self.records if isinstance(one, Ticket))
        return [one for one in tickets if start <= one.opened < end]

    def by_day(self, window: Window, *, months: bool) -> dict[str, Counts]:
        """The counters of each day or month."""
        groups: dict[str, tuple[list[Day], list[Ticket]]] = {}
        for day, found in self.days(self._platform.vital, window).items():
            groups.setdefault(_member(day, months), ([], []))[0].append(found)
        start = self._city.day_start(window.first_day)
        for one in self.tickets(start, window.as_of):
            groups[_member(self._city.day(one.opened), months)][1].append(one)
        return {
            member: calendar.counters(days, self._platform.day)
            | tickets.counters(opened, self._platform.due_of, window.as_of)
            for member, (days, opened) in groups.items()
        }


def _member(day: int, months: bool) -> str:
    return iso_day(day)[:7] if months else iso_day(day)
