"""Who answers when 排班: the agents of a hotline in four shifts, with their breaks.

The hotline's day runs from 07:00 to 07:00, so that no shift is cut. A calling day's stints are made
from the number of the day alone. An agent moves from an earlier to a later shift and then has days
off; nobody goes from the night into the morning.
"""

from __future__ import annotations

from typing import Final, NamedTuple

MINUTE: Final = 60_000
DAY_BEGINS: Final = 7 * 60 * MINUTE
"""When a calling day begins, ms of the city day."""
OVERLAP: Final = 10 * MINUTE
"""How long the night shift stays after the early one has come."""


class Shift(NamedTuple):
    """A shift 班次: its share of the day's agents, its begin and end in minutes after 07:00."""

    name: str
    share: float
    begin: int
    end: int


SHIFTS: Final = (
    Shift("早班", 0.25, 0, 8 * 60 + 10),
    Shift("中班", 0.27, 90, 9 * 60 + 30),
    Shift("晚班", 0.33, 8 * 60, 16 * 60),
    Shift("夜班", 0.15, 15 * 60 + 45, 24 * 60 + 10),
)
ON_DUTY: Final = 0.66
"""The share of all agents who work on a day: five days of seven, and leave."""
STRIDE: Final = 0.34


class Piece(NamedTuple):
    """A stretch of work between breaks, ms after the calling day begins."""

    begin: int
    end: int
    agent: int


class Stint(NamedTuple):
    """An agent's shift on one day: login, logout, and the breaks 小休 between."""

    agent: int
    login: int
    logout: int
    breaks: tuple[tuple[int, int], ...]


def strengths(agents: int) -> list[int]:
    """How many work in each shift of a day; at least one wherever there are enough for that."""
    working = max(1, round(agents * ON_DUTY))
    exact = [shift.share * working for shift in SHIFTS]
    counts = [max(1, int(one)) for one in exact]
    while sum(counts) < working:
        counts[max(range(len(counts)), key=lambda i: exact[i] - counts[i])] += 1
    while sum(counts) > working:
        counts[counts.index(max(counts))] -= 1
    return counts


def stints(agents: int, day: int) -> list[Stint]:
    """Everybody's shift on a calling day, with a meal and two short breaks, staggered."""
    out: list[Stint] = []
    place = 0
    offset = day * max(1, round(agents * STRIDE))
    for shift, count in zip(SHIFTS, strengths(agents), strict=True):
        for nth in range(count):
            agent = (place - offset) % agents
            out.append(_stint(agent, shift, nth, count))
            place += 1
    return out


def _stint(agent: int, shift: Shift, nth: int, count: int) -> Stint:
    """The breaks of neighbours come one after the other, so that few are away at once; who works
    a shift alone stays at the desk."""
    begin, end = shift.begin * MINUTE, shift.end * MINUTE
    if count == 1:
        return Stint(agent, begin, end, ())
    shift_by = round(90 * MINUTE * (nth / count))
    meal = begin + 180 * MINUTE + shift_by
    first = begin + 60 * MINUTE + shift_by
    last = begin + 330 * MINUTE + shift_by
    breaks = (
        (first, first + 10 * MINUTE),
        (meal, meal + 30 * MINUTE),
        (last, last + 10 * MINUTE),
    )
    return Stint(agent, begin, end, breaks)


def pieces(day: list[Stint]) -> list[Piece]:
    """The stretches of work of all stints, by their beginning."""
    out: list[Piece] = []
    for stint in day:
        at = stint.login
        for begin, end in (*stint.breaks, (stint.logout, stint.logout)):
            out.append(Piece(at, begin, stint.agent))
            at = end
    return sorted(out)
