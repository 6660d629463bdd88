"""Everything of a simulated city at once 全城: its cases, its hotline, its platform.

Each part is made from the seed and the day alone and knows nothing of the others. Now and then one
source falls silent and sends what it has later: what a wall must show as late, and then take in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final, Protocol

import numpy as np

from dashboard.cityparts import Source
from dashboard.profile import Profile
from dashboard.sources.simulator.daily import Event, Told
from dashboard.sources.simulator.gridded import GridCells
from dashboard.sources.simulator.hotline.live import LiveHotline
from dashboard.sources.simulator.live import LiveCity
from dashboard.sources.simulator.platform.live import LivePlatform
from dashboard.sources.simulator.platform.parts import live_platform
from dashboard.worktime import EPOCH, HOUR

WHAT: Final = ("cases", "calls", "platform")
SILENCES_A_DAY: Final = 4.0
QUICK_S: Final = 1_800
"""Only of a source that is expected this often is it seen soon that it is silent."""


class Stream(Protocol):
    """A part of the city as time passes."""

    def resume(self, since_ms: int, /) -> None: ...
    def due(self, now_ms: int, /) -> list[Event]: ...


class LiveTown:
    """A simulated city with a place in time, as `LiveCity` is for its cases alone.

    `what`: which of WHAT; a city without a hotline or platform has none to tell of.
    """

    def __init__(
        self,
        profile: Profile,
        seed: int = 1,
        rate: float | None = None,
        flat: bool = False,
        grid: GridCells | None = None,
        what: Sequence[str] = WHAT,
    ) -> None:
        self._profile = profile
        self._city = LiveCity(profile, seed, rate, flat, grid) if "cases" in what else None
        self._hotline = LiveHotline(profile, seed) if "calls" in what else None
        self._platform: LivePlatform | None = None
        if "platform" in what:
            self._platform = live_platform(profile, seed)
        self._silence = Silence(profile.sources[1:], seed, profile.day, profile.day_start)

    def history(self, first_day: int, now: int) -> Iterator[Event]:
        """Every event of the cases, and the others in few, from a city day on until now."""
        if self._city is not None:
            yield from self._city.history(first_day, now)
        yield from self._others(first_day, first_day, now)

    def records(self, first_day: int, now: int) -> Iterator[Event]:
        """What that amounts to, in as few events as say it; the platform since the new year."""
        if self._city is not None:
            yield from self._city.records(first_day, now)
        today = date.fromordinal(self._profile.day(now) + EPOCH)
        new_year = today.replace(month=1, day=1).toordinal() - EPOCH
        yield from self._others(first_day, min(first_day, new_year), now)

    def older(self, first_day: int, end_day: int, now: int) -> Iterator[Event]:
        """What became until `now` of the cases and calls of the days first ≤ day < end."""
        if self._city is not None:
            yield from self._city.records(first_day, now, end_day)
        if self._hotline is not None:
            yield from self._hotline.records(first_day, now, end_day)

    def _others(self, first_day: int, platform_from: int, now: int) -> Iterator[Event]:
        if self._hotline is not None:
            yield from self._hotline.records(first_day, now)
        if self._platform is not None:
            yield from self._platform.records(platform_from, now)

    def resume(self, since: int) -> None:
        """Take up the stream where everything until `since` has been told."""
        for stream in self._streams():
            stream.resume(since)

    def due(self, now: int) -> list[Event]:
        """What has arrived since the last call."""
        told = [event for stream in self._streams() for event in stream.due(now)]
        return self._silence.passed(told, now)

    def _streams(self) -> list[Stream]:
        return [one for one in (self._city, self._hotline, self._platform) if one is not None]


class Silence:
    """沉默: some minutes in which a source sends nothing, and afterwards what it kept."""

    def __init__(
        self,
        sources: Sequence[Source],
        seed: int,
        day_of: Callable[[int], int],
        day_start: Callable[[int], int],
    ) -> None:
        self._sources = [one for one in sources if one.expected_every_s <= QUICK_S]
        self._seed, self._day_of, self._day_start = seed, day_of, day_start
        self._day = -1
        self._times: list[tuple[int, int, str]] = []
        self._kept: list[Told] = []

    def until(self, source: str, now: int) -> int:
        """When a silent source speaks again; `now` if it is not silent."""
        day = self._day_of(now)
        if day != self._day:
            self._day, self._times = day, self._silences(day)
        ends = (
            end for start, end, silent in self._times if silent == source and start <= now < end
        )
        return max(ends, default=now)

    def passed(self, events: list[Event], now: int) -> list[Event]:
        """What gets through now: of the sources that speak, and what was kept of those that do
        again."""
        out = [event for at, event in self._kept if at <= now]
        self._kept = [(at, event) for at, event in self._kept if at > now]
        for event in events:
            until = self.until(event["sent_by"], now)
            if until > now:
                self._kept.append((until, event))
            else:
                out.append(event)
        return out

    def _silences(self, day: int) -> list[tuple[int, int, str]]:
        rng = np.random.default_rng([self._seed, day, 41])
        out = []
        for source in self._sources:
            for _ in range(int(rng.poisson(SILENCES_A_DAY))):
                start = self._day_start(day) + round(rng.uniform(7, 22) * HOUR)
                end = start + round(1_500 * source.expected_every_s) + 90_000
                out.append((start, end, source.id))
        return out
