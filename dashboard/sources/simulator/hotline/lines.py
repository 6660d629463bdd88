"""The call log of a whole year 全年话单: event lines in the order in which they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import numpy as np
import orjson

from dashboard.cityparts import CrewSize
from dashboard.profile import Profile
from dashboard.sources.simulator.hotline.aftercare import aftercare
from dashboard.sources.simulator.hotline.callers import Handling, Whole
from dashboard.sources.simulator.hotline.orders import orders
from dashboard.sources.simulator.hotline.shifts import DAY_BEGINS, stints
from dashboard.sources.simulator.hotline.states import changes, told
from dashboard.sources.simulator.hotline.telling import Teller
from dashboard.sources.simulator.hotline.year import Calls, Crew, calls_of_year
from dashboard.sources.simulator.plan import SimulationError
from dashboard.sources.simulator.rhythm import day_weight, times_of_day
from dashboard.worktime import DAY, EPOCH, HOUR
from dashboard.yearfigures import CALL_COUNTS, Figures

Event = dict[str, Any]

LATE: Final = 0.004
AGAIN: Final = 0.008
LAG_MS: Final = 3_000


def crew_of(size: CrewSize) -> Crew:
    """The crew a profile describes."""
    return Crew(size.agents, size.places, Handling(size.talk_s, size.wrap_s))


def sender_of(profile: Profile, channel: str) -> str:
    """The source system that reports what comes through a channel."""
    return next((s.id for s in profile.sources if channel in s.channels), profile.sources[0].id)


def figures_of(profile: Profile, year: int) -> Figures:
    """A year's hotline figures; `SimulationError` if the profile has none."""
    totals = profile.years.get(year)
    if totals is None or not totals.hotline:
        raise SimulationError(f"{year}: 城市档案没有 [years.{year}.hotline]")
    return totals.hotline


def call_lines(
    profile: Profile, year: int, seed: int = 1, with_agents: bool = False
) -> Iterator[list[bytes]]:
    """A year's calls and 12345 work orders as JSON lines, a day's arrivals at a time.

    `with_agents`: also every change of state of every agent, four to a call. Same seed, same bytes.
    Raises `SimulationError` where the profile has no figures or they contradict each other.
    """
    making = _Making(profile, year, seed, with_agents)
    first, end = making.days
    for day in range(first, end):
        making.tell(day)
        yield making.take(day)
    while making.buckets:
        yield making.take(min(making.buckets))


class _Making:
    """A year being told: `buckets` hold the lines that arrive on each city day."""

    def __init__(self, profile: Profile, year: int, seed: int, with_agents: bool) -> None:
        figures = figures_of(profile, year)
        rng = np.random.default_rng([seed, year, 5])
        self._profile, self._year = profile, year
        self.days = tuple(date(y, 1, 1).toordinal() - EPOCH for y in (year, year + 1))
        self.buckets: dict[int, list[tuple[int, int, bytes]]] = {}
        self._count = 0
        horizon = profile.day_start(self.days[1])
        if figures.count("orders"):
            self._orders(rng, figures, horizon)
        self._calls = None
        self._with_agents = with_agents
        if figures.count("offered"):
            self._calls = year_calls(profile, year, seed)
            counts = {name: figures.count(name) for name in CALL_COUNTS}
            self._care = aftercare(rng, self._calls, counts, horizon)
            self._arrival, self._again = _arrivals(rng, self._calls)
            self._sender = sender_of(profile, "hotline_12319")
            self._crew = crew_of(_size(profile))

    def take(self, day: int) -> list[bytes]:
        """What arrives on a day, in order; gone afterwards."""
        return [line for _, _, line in sorted(self.buckets.pop(day, ()))]

    def tell(self, day: int) -> None:
        """The calls offered on a city day, and what the agents do from its morning on."""
        if self._calls is None:
            return
        start, end = self._profile.day_start(day), self._profile.day_start(day + 1)
        low, high = np.searchsorted(self._calls.offered, [start, end]).tolist()
        mine = np.arange(low, high)
        prefix = f"H{date.fromordinal(day + EPOCH):%Y%m%d}-"
        numbers = [f"{prefix}{n:05d}" for n in range(1, len(mine) + 1)]
        teller = Teller(self._calls.take(mine), self._care.take(mine), numbers, self._sender)
        times = zip(self._arrival[mine].tolist(), self._again[mine].tolist(), strict=True)
        for i, (arrives, again) in enumerate(times):
            _, event = teller.row(i)
            self._put(arrives, event)
            if again:
                self._put(again, event)
            for at, event in teller.after(i):
                self._put(at + LAG_MS, event)
        if self._with_agents:
            for each in [day - 1, day] if day == self.days[0] else [day]:
                self._states(each, start)

    def _states(self, day: int, since: int) -> None:
        calls = self._calls
        assert calls is not None
        begin = self._profile.day_start(day) + DAY_BEGINS
        low, high = np.searchsorted(calls.offered, [begin, begin + DAY]).tolist()
        mine = calls.take(np.arange(low, high))
        for change in changes(stints(self._crew.agents, day), begin, mine):
            if change[0] >= since:
                self._put(change[0] + LAG_MS, told(change, self._sender))

    def _orders(self, rng: np.random.Generator, figures: Figures, horizon: int) -> None:
        profile, (first, end) = self._profile, self.days
        weights = np.array([day_weight(profile.calendar, day) for day in range(first, end)])
        days = rng.choice(len(weights), figures.count("orders"), p=weights / weights.sum())
        starts = np.array([profile.day_start(day) for day in range(first, end)])
        clock = times_of_day("public", rng.random(len(days)) * 0.97).astype(np.int64)
        at = np.sort(starts[days] + clock)
        accepted, closed = figures.count("orders_accepted"), figures.count("orders_closed")
        sender = sender_of(profile, "transfer_12345")
        prefix = f"W{self._year}-"
        for when, event in orders(rng, at, accepted, closed, horizon, prefix, sender):
            self._put(when + LAG_MS, event)

    def _put(self, arrives: int, event: Event) -> None:
        self._count += 1
        line = (arrives, self._count, orjson.dumps(event))
        self.buckets.setdefault(self._profile.day(arrives), []).append(line)


def _size(profile: Profile) -> CrewSize:
    size = profile.simulation.hotline
    if size is None:
        raise SimulationError("城市档案没有 [simulation.hotline]：agents、calls_per_day")
    return size


def _arrivals(rng: np.random.Generator, calls: Calls) -> tuple[Whole, Whole]:
    """When the row of each call arrives, and when it comes again (0: it does not)."""
    count = len(calls)
    at: Whole = calls.wrapped + 500 + (LAG_MS * rng.random(count)).astype(np.int64)
    late = np.flatnonzero(rng.random(count) < LATE)
    at[late] += np.minimum(rng.exponential(2 * HOUR, len(late)), DAY).astype(np.int64)
    again = np.where(rng.random(count) < AGAIN, at + rng.integers(1_000, HOUR, count), 0)
    return at, again


def year_calls(profile: Profile, year: int, seed: int) -> Calls:
    """Every call of a year, exactly as many offered and answered as its figures say."""
    figures = figures_of(profile, year)
    crew = crew_of(_size(profile))
    offered, answered = figures.count("offered"), figures.count("answered")
    return calls_of_year(profile.calendar, year, seed, crew, offered, answered)
