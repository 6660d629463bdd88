"""The hotline as time passes 实时热线: a calling day at a time, made from its number alone.

So the past can be made at any time, and joins on to what happens now. A calling day begins with the
early shift at 07:00; the few who still wait for the night shift then are its to answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import numpy as np

from dashboard.profile import Profile
from dashboard.sources.simulator.daily import Daily, Event, Told, instant
from dashboard.sources.simulator.hotline.aftercare import Aftercare, aftercare
from dashboard.sources.simulator.hotline.callers import (
    GREETING_MS,
    Callers,
    busyness,
    draw,
    hang_ups,
)
from dashboard.sources.simulator.hotline.lines import crew_of, sender_of
from dashboard.sources.simulator.hotline.orders import orders_of_day
from dashboard.sources.simulator.hotline.queue import ANSWERED, serve
from dashboard.sources.simulator.hotline.shifts import DAY_BEGINS, Piece, pieces, stints
from dashboard.sources.simulator.hotline.states import Change, changes, told
from dashboard.sources.simulator.hotline.telling import Teller
from dashboard.sources.simulator.hotline.year import Calls, gathered, gone, joined
from dashboard.worktime import DAY, EPOCH, HOUR
from dashboard.yearfigures import CALL_COUNTS

CALLS_LAST: Final = 4
ORDERS_LAST: Final = 12
"""Days after which nothing more is told of what began on a day."""
MINUTE: Final = 60_000
HASTE: Final = 0.006
"""How many hang up while they are greeted, of all who wait."""
SURGES: Final = 4.0
"""Rushes 突发 in a calling day, on average: a burst main, an outage, a storm."""
SURGE_MS: Final = (6 * MINUTE, 14 * MINUTE)
SURGE_HOURS: Final = (1, 15)
"""After 07:00."""
SURGE_RATE: Final = 0.16
"""Calls a minute in a rush, for each agent on duty, beside the usual ones."""
SHARES: Final = {"feedback_due": 0.08, "callback_due": 0.08, "called_back": 0.95, "satisfied": 0.96}
LAG_MS: Final = 250
LATE: Final = 0.003
AGAIN: Final = 0.006
"""Of single steps: up to half an hour late, or sent twice."""


class CallingDay:
    """Everything that happens on the hotline in the 24 hours from a city day's 07:00 on."""

    def __init__(self, profile: Profile, seed: int, day: int) -> None:
        size = profile.simulation.hotline
        assert size is not None
        self._seed, self._day = seed, day
        self.begin = profile.day_start(day) + DAY_BEGINS
        rng = np.random.default_rng([seed, day, 11])
        crew = crew_of(size)
        mean = size.calls_per_day * busyness(profile.calendar, day, [seed], crew.rough)
        usual = draw(rng, self.begin, int(rng.poisson(mean)), crew.handling)
        rush = self._rush(rng, crew.agents)
        callers = _together(usual, draw(rng, self.begin, len(rush), crew.handling), rush)
        self._stints = stints(size.agents, day)
        shifts = [
            Piece(self.begin + a, self.begin + b, agent) for a, b, agent in pieces(self._stints)
        ]
        served = serve(callers, shifts, crew.places)
        hasty = hang_ups(rng, self.begin, int(rng.poisson(HASTE * len(callers))))
        self.calls: Calls = gathered([joined(callers, served), gone(*hasty)])
        self.care = self._aftercare(rng, profile)
        stamp = f"{date.fromordinal(day + EPOCH):%Y%m%d}"
        numbers = [f"H{stamp}-{n:05d}" for n in range(1, len(self.calls) + 1)]
        self._sender = sender_of(profile, "hotline_12319")
        self._teller = Teller(self.calls, self.care, numbers, self._sender)

    def _rush(self, rng: np.random.Generator, agents: int) -> np.ndarray:
        """The instants of the calls of a day's rushes."""
        parts = [np.empty(0, dtype=np.int64)]
        for _ in range(int(rng.poisson(SURGES))):
            start = self.begin + int(rng.uniform(*SURGE_HOURS) * HOUR)
            length = int(rng.integers(*SURGE_MS))
            n = rng.poisson(SURGE_RATE * agents * 0.28 * length / MINUTE)
            parts.append(start + rng.integers(0, length, n))
        return np.sort(np.concatenate(parts))

    def _aftercare(self, rng: np.random.Generator, profile: Profile) -> Aftercare:
        answered = int((self.calls.outcome == ANSWERED).sum())
        counts = dict.fromkeys(CALL_COUNTS, 0)
        counts["feedback_due"] = counts["fed_back"] = round(SHARES["feedback_due"] * answered)
        counts["callback_due"] = round(SHARES["callback_due"] * answered)
        counts["called_back"] = counts["rated"] = round(
            SHARES["called_back"] * counts["callback_due"]
        )
        counts["satisfied"] = round(SHARES["satisfied"] * counts["rated"])
        return aftercare(rng, self.calls, counts, self.begin + 4 * DAY)

    def steps(self) -> list[Told]:
        """Every step as it is sent, and what follows the calls: late ones, second copies too."""
        rng = np.random.default_rng([self._seed, self._day, 12])
        out: list[Told] = []
        for i in range(len(self._teller)):
            for at, event in (*self._teller.steps(i), *self._teller.after(i)):
                out.extend(_posted(rng, at, event))
        for change in self._changes():
            out.append((change[0] + LAG_MS, told(change, self._sender)))
        return sorted(out, key=instant)

    def rows(self, now: int) -> Iterator[Event]:
        """What is known by `now`, in few events: finished calls as rows, steps of the others."""
        for i in range(len(self._teller)):
            at, row = self._teller.row(i)
            if at + LAG_MS <= now:
                yield row
            else:
                yield from (e for at, e in self._teller.steps(i) if at + LAG_MS <= now)
            yield from (e for at, e in self._teller.after(i) if at + LAG_MS <= now)

    def agents(self, now: int) -> Iterator[Event]:
        """Every change of an agent's state until `now`."""
        for change in self._changes():
            if change[0] + LAG_MS <= now:
                yield told(change, self._sender)

    def _changes(self) -> list[Change]:
        return changes(self._stints, self.begin, self.calls)


def _posted(rng: np.random.Generator, at: int, event: Event) -> Iterator[Told]:
    chance = rng.random()
    sent = at + LAG_MS
    if chance < LATE and event["rev"] > 1:
        sent += int(rng.exponential(8 * MINUTE))
    yield sent, event
    if chance > 1 - AGAIN:
        yield sent + int(rng.integers(1_000, HOUR)), event


def _together(usual: Callers, more: Callers, rush: np.ndarray) -> Callers:
    """Both, in the order they come; the `more` come at the instants `rush`."""
    offered = np.concatenate([usual.offered, rush])
    order = np.argsort(offered, kind="stable")
    offered = offered[order]
    rest = (
        np.concatenate([getattr(usual, name), getattr(more, name)])[order]
        for name in ("patience", "ring", "talk", "wrap")
    )
    return Callers(offered, offered + GREETING_MS, *rest)


class LiveHotline:
    """The hotline with a place in time, as `LiveCity` is for the cases: calls, agents, orders."""

    def __init__(self, profile: Profile, seed: int = 1) -> None:
        self._profile, self._seed = profile, seed
        self._orders_a_day = orders_a_day(profile)
        self._streams: list[Daily] = []
        if profile.simulation.hotline is not None:
            self._streams.append(Daily(self._calls, self._calling_day, CALLS_LAST))
        if self._orders_a_day:
            self._streams.append(Daily(self._orders, profile.day, ORDERS_LAST))

    def records(self, first_day: int, now: int, end_day: int | None = None) -> Iterator[Event]:
        """What has been told from a city day on until `now`; of agents, the last day and a half;
        with `end_day` only of the days before it."""
        last = self._calling_day(now)
        after = self._profile.day(now) + 1
        for day in range(first_day, after if end_day is None else min(after, end_day)):
            if self._profile.simulation.hotline is not None and day <= last:
                one = CallingDay(self._profile, self._seed, day)
                yield from one.rows(now)
                if day >= last - 1:
                    yield from one.agents(now)
            if self._orders_a_day:
                yield from (event for at, event in self._orders(day) if at <= now)

    def resume(self, since: int) -> None:
        """Take up the stream where everything until `since` has been told."""
        for stream in self._streams:
            stream.resume(since)

    def due(self, now: int) -> list[Event]:
        """What has been told since the last call."""
        return [event for stream in self._streams for event in stream.due(now)]

    def _calls(self, day: int) -> list[Told]:
        return CallingDay(self._profile, self._seed, day).steps()

    def _orders(self, day: int) -> list[Told]:
        sender = sender_of(self._profile, "transfer_12345")
        return orders_of_day(self._profile, self._seed, day, self._orders_a_day, sender)

    def _calling_day(self, ms: int) -> int:
        return self._profile.day(ms - DAY_BEGINS)


def orders_a_day(profile: Profile) -> float:
    """12345 work orders on an ordinary day: those of the latest year with any."""
    known = [(y, t.hotline.count("orders")) for y, t in profile.years.items()]
    return max(((y, n) for y, n in known if n), default=(0, 0))[1] / 365
