"""Work orders from 12345 转办工单: transferred, accepted, closed, as many of each as printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import numpy as np

from dashboard.profile import Profile
from dashboard.sources.simulator.daily import Told
from dashboard.sources.simulator.hotline.callers import Whole
from dashboard.sources.simulator.plan import SimulationError
from dashboard.sources.simulator.rhythm import day_weight, times_of_day
from dashboard.worktime import DAY, EPOCH

MINUTE: Final = 60_000
ACCEPTED: Final = 0.985
CLOSED: Final = 0.98
"""Of those transferred on a day like today."""
ROOM: Final = 12 * DAY


def orders(
    rng: np.random.Generator,
    at: Whole,
    accepted: int,
    closed: int,
    horizon: int,
    prefix: str,
    sender: str,
) -> Iterator[Told]:
    """Every step of the orders transferred at the instants `at`, in no order.

    So many of them are accepted, and of those so many `closed`, all before `horizon`. Raises
    `SimulationError` for impossible numbers.
    """
    if not closed <= accepted <= len(at):
        raise SimulationError(f"12345: {len(at)} transferred, {accepted} accepted, {closed} closed")
    place = rng.permutation(len(at))
    room = horizon - MINUTE - at
    taken = at + np.minimum(rng.exponential(40 * MINUTE, len(at)), room * 0.3).astype(np.int64)
    done = taken + np.minimum(rng.gamma(2.0, 1.3 * DAY, len(at)), room * 0.6).astype(np.int64)
    rows = zip(at.tolist(), place.tolist(), taken.tolist(), done.tolist(), strict=True)
    for number, (transferred, rank, accept, close) in enumerate(rows, 1):
        steps = [("order_transferred", transferred)]
        if rank < accepted:
            steps.append(("order_accepted", accept))
        if rank < closed:
            steps.append(("order_closed", close))
        order = f"{prefix}{number:06d}"
        for rev, (step, when) in enumerate(steps, 1):
            event = {
                "id": f"{order}.{rev}",
                "type": "call",
                "at": when,
                "sent_by": sender,
                "call": order,
                "rev": rev,
                "step": step,
            }
            yield when, event


def orders_of_day(profile: Profile, seed: int, day: int, a_day: float, sender: str) -> list[Told]:
    """The orders transferred on a city day; `a_day`: how many on an ordinary one."""
    rng = np.random.default_rng([seed, day, 13])
    count = int(rng.poisson(a_day * day_weight(profile.calendar, day)))
    start = profile.day_start(day)
    at = np.sort(start + times_of_day("public", rng.random(count)).astype(np.int64))
    prefix = f"W{date.fromordinal(day + EPOCH):%Y%m%d}-"
    accepted, closed = round(ACCEPTED * count), round(CLOSED * count)
    return list(orders(rng, at, accepted, closed, start + ROOM, prefix, sender))
