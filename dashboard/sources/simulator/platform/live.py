"""The platform as time passes 实时平台: probes by the minute, and now and then something happens.

What happens on a day follows from its number alone, so that the past can be made at any time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from dashboard.sources.simulator.daily import Event, Told, instant
from dashboard.sources.simulator.platform.incidents import (
    MINUTE,
    WORKS,
    Part,
    Spell,
    Ticket,
    Window,
    downs,
    outage,
    small_ticket,
    tell_outage,
    tell_ticket,
    tell_window,
    ticket_of,
)
from dashboard.sources.simulator.platform.probes import one, rows
from dashboard.worktime import HOUR

VITAL_A_DAY: Final = 0.5
OTHERS_A_DAY: Final = 2.0
SLOW_A_DAY: Final = 0.8
SMALL_A_DAY: Final = 2.0
"""Tickets without an outage."""
WINDOWS_A_DAY: Final = 0.25
GRAVE: Final = 0.02
"""The share of days with an outage long enough to cost them."""
VITAL_MIN: Final = (3.0, 9.0)
OTHERS_MIN: Final = (4.0, 25.0)
SLOW_MIN: Final = (10.0, 40.0)
GRAVE_MIN: Final = (32.0, 60.0)
APART: Final = 15 * MINUTE
LONG: Final = 10 * MINUTE
"""After so long without being asked probes are told in rows: a demo that catches up."""
LATE_TICKETS: Final = 0.04
FINE_DAYS: Final = 2
"""Of so many last days every probe is told, of those before only every second."""


class PlatformDay:
    """The incidents of a city day and how they are told; each is over by the day's end."""

    def __init__(self, seed: int, day: int, start: int, parts: Sequence[Part], sender: str) -> None:
        rng = np.random.default_rng([seed, day, 31])
        vital = [part for part in parts if part.vital] or list(parts)
        others = [part for part in parts if not part.vital] or list(parts)

        def some(among: Sequence[Part], mean: float) -> list[Part]:
            return [among[int(rng.integers(len(among)))] for _ in range(rng.poisson(mean))]

        def when(low: float, high: float) -> int:
            return start + round(rng.uniform(low, high) * HOUR)

        spells = [outage(rng, p, when(6, 22), VITAL_MIN) for p in some(vital, VITAL_A_DAY)]
        spells += [outage(rng, p, when(0, 22), OTHERS_MIN) for p in some(others, OTHERS_A_DAY)]
        if rng.random() < GRAVE:
            spells.append(outage(rng, some(vital, 50)[0], when(9, 17), GRAVE_MIN))
        self.spells = _apart(spells, [])
        slow = [outage(rng, p, when(0, 22), SLOW_MIN) for p in some(parts, SLOW_A_DAY)]
        planned = [
            Window(p, begin, begin + 30 * MINUTE, str(rng.choice(WORKS)))
            for p in some(others, WINDOWS_A_DAY)
            for begin in [when(10, 16)]
        ]
        self.windows = [one for one in planned if _apart(downs([], [one]), self.spells)]
        tickets: list[Ticket] = [
            ticket_of(rng, spell, rng.random() < LATE_TICKETS) for spell in self.spells
        ]
        tickets += [
            small_ticket(rng, p, when(8.5, 17.5), rng.random() < LATE_TICKETS)
            for p in some(parts, SMALL_A_DAY)
        ]
        failing = downs(self.spells, self.windows)
        slowly = (Spell(s.part, s.start, s.end, ok=True) for s in slow)
        self.unseen = sorted([*failing, *_apart(slowly, failing)], key=_start)
        told = [one for spell in self.spells for one in tell_outage(spell, sender)]
        told += [one for window in self.windows for one in tell_window(window, sender)]
        told += [one for ticket in tickets for one in tell_ticket(ticket, sender)]
        self.told: list[Told] = sorted(told, key=instant)


def _apart(spells: Iterable[Spell], others: Sequence[Spell]) -> list[Spell]:
    """Those that keep clear of each other and of `others`, of the same component."""
    out: list[Spell] = []
    for spell in sorted(spells, key=_start):
        near = (one for one in (*others, *out) if one.part == spell.part)
        if all(spell.start > n.end + APART or spell.end < n.start - APART for n in near):
            out.append(spell)
    return out


def _start(spell: Spell) -> int:
    return spell.start


class LivePlatform:
    """The platform with a place in time, as `LiveCity` is for the cases.

    `own`: ids of components whose probes this system sends itself once it runs; only a quiet past
    before the first run is made up.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        sender: str,
        day_of: Callable[[int], int],
        day_start: Callable[[int], int],
        seed: int = 1,
        own: frozenset[str] = frozenset(),
    ) -> None:
        self._parts, self._sender, self._seed, self._own = tuple(parts), sender, seed, own
        self._day_of, self._day_start = day_of, day_start
        self._days: dict[int, PlatformDay] = {}
        self._since = 0

    def records(self, first: int, now: int) -> Iterator[Event]:
        """What has been told from a city day on until `now`, quiet times in rows."""
        today = self._day_of(now)
        for day in range(first, today + 1):
            start, end = self._day_start(day), min(self._day_start(day + 1), now + 1)
            spells = self._day(day).unseen
            for part in self._parts:
                since = start - part.every if day == first else start
                wide = 2 * part.every if day < today - FINE_DAYS else 0
                yield from rows(part, since, end, spells, self._sender, wide)
        for day in range(first, today + 3):
            yield from (event for at, event in self._day(day).told if at <= now)

    def resume(self, since: int) -> None:
        """Take up the stream where everything until `since` has been told."""
        self._since = since

    def due(self, now: int) -> list[Event]:
        """What has been told since the last call, in order."""
        since, self._since = self._since, now
        today = self._day_of(now)
        told: list[Told] = []
        for day in range(self._day_of(since) - 4, today + 3):
            found = self._day(day).told
            low, high = (bisect_right(found, at, key=instant) for at in (since, now))
            told += found[low:high]
        for part in self._parts:
            if part.id not in self._own:
                told += ((event["at"], event) for event in self._probes(part, since, now))
        for day in [day for day in self._days if day < today - 6]:
            del self._days[day]
        return [event for _, event in sorted(told, key=instant)]

    def _probes(self, part: Part, since: int, now: int) -> Iterator[Event]:
        """The probes after `since` until `now`: one by one, or in rows after a long time."""
        if now - since > LONG:
            for day in range(self._day_of(since + 1), self._day_of(now) + 1):
                start, end = self._day_start(day), self._day_start(day + 1)
                begin, end = max(start, since + 1), min(end, now + 1)
                yield from rows(part, begin, end, self._day(day).unseen, self._sender)
            return
        for at in range(part.tick(since + 1), now + 1, part.every):
            spells = self._day(self._day_of(at)).unseen
            inside = (s for s in spells if s.part == part and s.start <= at < s.end)
            yield one(part, at, next(inside, None), self._sender)

    def _day(self, day: int) -> PlatformDay:
        found = self._days.get(day)
        if found is None:
            parts = [part for part in self._parts if part.id not in self._own]
            found = PlatformDay(self._seed, day, self._day_start(day), parts, self._sender)
            self._days[day] = found
        return found
