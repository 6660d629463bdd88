"""What stands at a moment 此刻: who waits, what the agents do, the rolling connect rate. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.callmeasures import (
    LONGEST_WAIT,
    ON_DUTY,
    PENDING,
    PERSON_PENDING,
    WAITING,
    agent_counter,
    rolling,
)
from dashboard.calls import record as r
from dashboard.calls.agents import LOGOUT, NAMES
from dashboard.calls.counting import wait_from, wanted_person
from dashboard.calls.record import Row
from dashboard.calls.rolling import Rolled
from dashboard.hotlineprofile import Hotline

HOUR_MS = 3_600_000
Counts = dict[str, int]


@dataclass(frozen=True)
class Rolling:
    """By variant: the 24 hours before a moment, and the least 24 hours that end in a period."""

    last: dict[str, Rolled]
    least: dict[str, Rolled | None]

    def counts(self) -> Counts:
        out: Counts = {}
        for variant, last in self.last.items():
            for found, is_least in ((last, False), (self.least[variant], True)):
                if found is not None:
                    num, den = rolling(variant, least=is_least)
                    out[num], out[den] = found.num, found.den
        return out


@dataclass(frozen=True)
class Waiting:
    """One who waits 等待者: since when, and whether a person was asked for."""

    since: int
    offered: int
    person: bool


def undecided(row: Row, rules: Hotline, as_of: int) -> Waiting | None:
    """A call offered and not decided at the as-of time, or None; one older than the longest
    plausible wait has lost its end 丢失结局 and is none."""
    offered = row[r.OFFERED]
    if offered is None or offered >= as_of or offered < as_of - rules.max_wait_s * 1000:
        return None
    if r.outcome(row):
        return None
    since = wait_from(row, rules)
    return Waiting(offered if since is None else since, offered, wanted_person(row, rules))


def waiting_counts(waiting: Iterable[Waiting], as_of: int) -> Counts:
    """The counters of those who are undecided, and of those among them who wait for a person."""
    every = list(waiting)
    persons = [one for one in every if one.person]
    oldest = min((one.since for one in persons), default=as_of)
    return {
        PENDING: len(every),
        PERSON_PENDING: len(persons),
        WAITING: len(persons),
        LONGEST_WAIT: max(0, as_of - oldest) // 1000,
    }


def agent_counts(newest: Mapping[str, tuple[int, int]], rules: Hotline, as_of: int) -> Counts:
    """Agents by state; a state older than the city's `max_state_h` is over."""
    out = dict.fromkeys((agent_counter(name) for name in NAMES), 0)
    cap = rules.max_state_h * HOUR_MS
    for at, state in newest.values():
        state = state if as_of - at < cap else LOGOUT
        out[agent_counter(NAMES[state])] += 1
    out[ON_DUTY] = sum(n for name, n in out.items() if name != agent_counter("logout"))
    return out
