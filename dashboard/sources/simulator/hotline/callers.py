"""Who calls and how they are 来电: arrivals by an inhomogeneous Poisson process, patience, matter.

The rhythm of the day, week and season is that of the public; a day of rain, snow or a burst main
has half as many calls again, and its bad hours more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.sources.simulator.hotline.shifts import DAY_BEGINS
from dashboard.sources.simulator.rhythm import Reals, day_weight, share_before, times_of_day
from dashboard.worktime import DAY, WorkCalendar

Whole = NDArray[np.int64]

GREETING_MS: Final = 7_000
"""「您好，这里是……，通话将被录音」: no menu, GB/T 33358 advises against one."""
PATIENCE_S: Final = 105.0
"""Mean patience of those who wait; what they would wait, not what they do."""
HASTY: Final = 0.012
"""The share whose patience is a matter of seconds."""
RING_MS: Final = (1_500, 4_500)
BAD_DAYS: Final = 0.03
CALMEST: Final = 1.15
WORST: Final = 1.5

Part = tuple[int, int]
"""From and to, ms of the city day: the part of a calling day to be drawn."""
WHOLE: Final[Part] = (0, DAY)


class Handling(NamedTuple):
    """Mean talk and wrap-up time 通话、话后整理, seconds."""

    talk_s: float = 205.0
    wrap_s: float = 85.0


@dataclass
class Callers:
    """Those who want to speak to a person, by the time they are put through to the queue.

    All arrays have one entry a caller: `offered` when the call comes in, `queued` when the greeting
    is over, `patience` how long they wait for an answer, `ring` how long an agent lets it ring,
    `talk` and `wrap` how long call and wrap-up 话后整理 take (ms, for handling at factor 1).
    """

    offered: Whole
    queued: Whole
    patience: Whole
    ring: Whole
    talk: Whole
    wrap: Whole

    def __len__(self) -> int:
        return len(self.offered)


def busyness(calendar: WorkCalendar, day: int, seed: list[int], rough: float) -> float:
    """How many calls a calling day has against an ordinary one; `rough` scales its bad luck."""
    rng = np.random.default_rng([*seed, day, 7])
    usual = day_weight(calendar, day) * rng.lognormal(0.0, 0.05 * rough)
    if rng.random() < BAD_DAYS:
        usual *= 1 + rough * (rng.uniform(CALMEST, WORST) - 1)
    return float(usual)


def clock_times(rng: np.random.Generator, n: int, part: Part = WHOLE) -> Whole:
    """Rising times of n calls of (a part of) a calling day, ms after it begins."""
    first, last = (share_before("public", at) for at in part)
    clock = times_of_day("public", rng.uniform(first, last, n)).astype(np.int64)
    return np.sort((np.clip(clock, part[0], part[1] - 1) - DAY_BEGINS) % DAY)


def draw(
    rng: np.random.Generator, begin: int, n: int, handling: Handling, part: Part = WHOLE
) -> Callers:
    """n callers of the calling day that begins at `begin` (epoch ms)."""
    offered = begin + clock_times(rng, n, part)
    queued = offered + GREETING_MS
    patience = rng.exponential(PATIENCE_S * 1000, n)
    patience = np.where(rng.random(n) < HASTY, rng.uniform(500, 12_000, n), patience + 8_000)
    return Callers(
        offered,
        queued,
        patience.astype(np.int64),
        rng.integers(*RING_MS, n),
        _lasting(rng, n, handling.talk_s, 0.62),
        _lasting(rng, n, handling.wrap_s, 0.5),
    )


def hang_ups(
    rng: np.random.Generator, begin: int, n: int, part: Part = WHOLE
) -> tuple[Whole, Whole]:
    """n callers who hang up while they are greeted 秒挂: when offered and when gone."""
    offered = begin + clock_times(rng, n, part)
    stay = np.minimum(rng.gamma(2.0, 1_700.0, n), GREETING_MS - 200).astype(np.int64)
    return offered, offered + np.maximum(stay, 300)


def _lasting(rng: np.random.Generator, n: int, mean_s: float, sigma: float) -> Whole:
    """Log-normal lengths of the given mean, from 8 s on."""
    ms: Reals = rng.lognormal(np.log(mean_s * 1000) - sigma**2 / 2, sigma, n)
    return np.maximum(ms, 8_000).astype(np.int64)
