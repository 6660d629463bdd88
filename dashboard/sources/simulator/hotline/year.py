"""A year of calls 全年通话: the queue runs, and offered and answered are exactly the year's totals.

How: handling times are scaled until about the right share gives up in the queue; then callers who
hang up while they are greeted make up the rest of the unanswered, and the last few answered calls
are put where an agent had long been idle. Neither changes anything for anybody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from dashboard.sources.simulator.hotline.callers import (
    GREETING_MS,
    WHOLE,
    Callers,
    Handling,
    Part,
    Whole,
    busyness,
    draw,
    hang_ups,
)
from dashboard.sources.simulator.hotline.queue import ANSWERED, NOBODY, Served, serve
from dashboard.sources.simulator.hotline.shifts import DAY_BEGINS, Piece, pieces, stints
from dashboard.sources.simulator.plan import SimulationError
from dashboard.sources.simulator.rhythm import share_before
from dashboard.worktime import DAY, EPOCH, WorkCalendar

HUNG_UP: Final = 4
"""An outcome beside those of the queue: gone while being greeted."""
IN_QUEUE: Final = (0.62, 0.3, 0.1, 0.0)
"""About which share of the unanswered give up in the queue; less where agents are mostly idle."""
SPARE: Final = 0.004
"""Which share of the answered is put into idle time."""
SAMPLE_EVERY: Final = 7
TURNS: Final = 8
SLOWEST: Final = (0.2, 3.0)
"""Between what handling times may lie, as factors."""
TRIES: Final = 4


class Crew(NamedTuple):
    """A hotline 热线: how many agents there are in all, and how many callers can wait."""

    agents: int
    places: int
    handling: Handling = Handling()
    rough: float = 0.8
    """How uneven the days are; 0: no bad days at all."""


@dataclass
class Calls:
    """Calls by the time they came in, one entry a call in each array (epoch ms; 0 = never).

    `outcome` as in queue.OUTCOMES or `HUNG_UP`; `queued` when the greeting was over; `ended` when
    caller or agent hung up; `wrapped` when the agent was free again.
    """

    offered: Whole
    queued: Whole
    rang: Whole
    answered: Whole
    ended: Whole
    wrapped: Whole
    agent: Whole
    outcome: Whole

    def __len__(self) -> int:
        return len(self.offered)

    def take(self, chosen: Whole) -> Calls:
        """Some of them, in the order given."""
        return Calls(*(getattr(self, one.name)[chosen] for one in fields(self)))


class Block(NamedTuple):
    """A calling day or, at the ends of a year, the part of it inside: its weight and its begin."""

    day: int
    begin: int
    part: Part
    weight: float


def blocks_of(calendar: WorkCalendar, year: int, seed: int, crew: Crew) -> list[Block]:
    """The calling days of a year, the first and the last only in part."""
    first, end = (date(y, 1, 1).toordinal() - EPOCH for y in (year, year + 1))
    out = []
    for day in range(first - 1, end):
        part = (0, DAY_BEGINS) if day < first else (DAY_BEGINS, DAY) if day == end - 1 else WHOLE
        share = share_before("public", part[1]) - share_before("public", part[0])
        busy = busyness(calendar, day, [seed, year], crew.rough)
        out.append(Block(day, calendar.day_start(day) + DAY_BEGINS, part, busy * share))
    return out


def pieces_of(crew: Crew, block: Block) -> list[Piece]:
    """The agents' stretches of work on a calling day, epoch ms."""
    return [
        Piece(block.begin + begin, block.begin + end, agent)
        for begin, end, agent in pieces(stints(crew.agents, block.day))
    ]


def calls_of_year(
    calendar: WorkCalendar, year: int, seed: int, crew: Crew, offered: int, answered: int
) -> Calls:
    """Every call of a year: `offered` of them, of which exactly `answered` are answered.

    Raises `SimulationError` if the agents cannot do that.
    """
    if not 0 < answered <= offered:
        raise SimulationError(f"{year}: {answered} calls answered of {offered} offered")
    blocks = blocks_of(calendar, year, seed, crew)
    weights = np.array([block.weight for block in blocks])
    for share in IN_QUEUE:
        rng = np.random.default_rng([seed, year, 3])
        patient = answered + round(share * (offered - answered)) - round(SPARE * answered)
        day = rng.multinomial(patient, weights / weights.sum()).tolist()
        parts = [
            (block, draw(rng, block.begin, n, crew.handling, block.part))
            for block, n in zip(blocks, day, strict=True)
        ]
        done = _run(parts, crew, share * (offered - answered) / patient, answered, offered)
        if done:
            break
    else:
        raise SimulationError(
            f"{year}: {crew.agents} agents cannot answer {answered} of {offered} calls"
        )
    found = sum(int((served.outcome == ANSWERED).sum()) for _, served in done)
    calls = [joined(callers, served) for callers, served in done]
    extra = _in_idle_time(rng, [served for _, served in done], answered - found)
    gone_early = _hung_up(rng, blocks, weights, offered - answered - (patient - found))
    return gathered([*calls, extra, *gone_early])


def _run(
    parts: list[tuple[Block, Callers]], crew: Crew, wanted: float, answered: int, offered: int
) -> list[tuple[Callers, Served]]:
    """The queue with about the `wanted` share unanswered; nothing where no handling time does it.

    At most `answered` are answered, and no more are lost than may be.
    """
    patient = sum(len(callers) for _, callers in parts)
    factor = _fitting(parts, crew, wanted)
    for _ in range(TRIES):
        done = [(callers, _served(block, callers, crew, factor)) for block, callers in parts]
        found = sum(int((served.outcome == ANSWERED).sum()) for _, served in done)
        if patient - found <= offered - answered and found <= answered:
            return done
        factor *= 0.96 if found <= answered else 1.03
    return []


def _served(block: Block, callers: Callers, crew: Crew, factor: float) -> Served:
    return serve(callers, pieces_of(crew, block), crew.places, factor)


def _fitting(parts: list[tuple[Block, Callers]], crew: Crew, wanted: float) -> float:
    """The factor on handling times at which about the `wanted` share is not answered."""
    some = parts[1::SAMPLE_EVERY] or parts
    total = sum(len(callers) for _, callers in some)
    low, high = SLOWEST
    for _ in range(TURNS):
        middle = (low * high) ** 0.5
        lost = sum(
            int((_served(block, callers, crew, middle).outcome != ANSWERED).sum())
            for block, callers in some
        )
        low, high = (low, middle) if lost > wanted * total else (middle, high)
    return float((low * high) ** 0.5)


def joined(callers: Callers, served: Served) -> Calls:
    """Callers with what became of them."""
    return Calls(
        callers.offered,
        callers.queued,
        served.rang,
        served.answered,
        served.ended,
        served.wrapped,
        served.agent,
        served.outcome,
    )


def _in_idle_time(rng: np.random.Generator, done: list[Served], count: int) -> Calls:
    """`count` calls more, each answered by an agent who was idle from before it until after it."""
    idle, rang, agent, ring, talk, wrap = (
        np.concatenate([_of_answered(served)[i] for served in done]) for i in range(6)
    )
    whole = ring + talk + wrap
    usual = np.argsort(np.abs(whole - np.quantile(whole, 0.3)), kind="stable")[: 4 * count + 1]
    model = usual[rng.integers(0, len(usual), count)]
    need = int(whole[usual].max(initial=0)) + 2 * GREETING_MS
    gaps = np.flatnonzero(idle > need)
    if len(gaps) < count:
        raise SimulationError(f"agents idle {len(gaps)} times, {count} calls to be put there")
    gap = rng.choice(gaps, count, replace=False)
    room = idle[gap] - whole[model] - 2 * GREETING_MS
    begin = rang[gap] - idle[gap] + GREETING_MS + (rng.random(count) * room).astype(np.int64)
    answer = begin + ring[model]
    end = answer + talk[model]
    free = end + wrap[model]
    none = np.full(count, ANSWERED, dtype=np.int64)
    return Calls(begin - GREETING_MS, begin, begin, answer, end, free, agent[gap], none)


def _of_answered(served: Served) -> tuple[Whole, ...]:
    mine = served.outcome == ANSWERED
    rang, answered, ended = served.rang[mine], served.answered[mine], served.ended[mine]
    return (
        served.idle[mine],
        rang,
        served.agent[mine],
        answered - rang,
        ended - answered,
        served.wrapped[mine] - ended,
    )


def _hung_up(
    rng: np.random.Generator, blocks: list[Block], weights: np.ndarray, count: int
) -> Iterator[Calls]:
    """`count` callers who are gone before the greeting is over."""
    days = rng.multinomial(count, weights / weights.sum()).tolist()
    for block, n in zip(blocks, days, strict=True):
        yield gone(*hang_ups(rng, block.begin, n, block.part))


def gone(offered: Whole, ended: Whole) -> Calls:
    """Callers who hung up while they were greeted."""
    zero = np.zeros(len(offered), dtype=np.int64)
    return Calls(offered, zero, zero, zero, ended, ended, zero + NOBODY, zero + HUNG_UP)


def gathered(parts: list[Calls]) -> Calls:
    """All of them, by the time they came in."""
    whole = Calls(
        *(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Calls))
    )
    return whole.take(np.argsort(whole.offered, kind="stable"))
