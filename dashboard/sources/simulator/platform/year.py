"""A year of the platform 全年平台: as many outages, windows and tickets as its figures say.

Every outage is of a vital component, on a day of its own, and short: by the usual rule such a day
is still a normal one, and the platform's faults can be counted without its days being lost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
import orjson

from dashboard.profile import Profile
from dashboard.sources.simulator.plan import SimulationError
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
from dashboard.sources.simulator.platform.parts import monitor_of, parts_of
from dashboard.sources.simulator.platform.probes import rows
from dashboard.worktime import DAY, EPOCH, HOUR
from dashboard.yearfigures import Figures

SHORT: Final = (3.0, 12.0)
"""Minutes an outage lasts: below the 15 minutes that cost a normal day."""
LONG: Final = (40.0, 70.0)
"""Minutes an outage lasts that costs its day."""
COUNTS: Final = ("outages", "maintenance", "tickets", "tickets_in_time")
QUIET: Final = 3
"""Days at both ends of a year without an incident, so that tickets are closed by its end."""


def plan(
    rng: np.random.Generator, figures: Figures, parts: Sequence[Part], starts: Sequence[int]
) -> tuple[list[Spell], list[Window], list[Ticket]]:
    """Outages, windows and tickets of the year whose days begin at `starts` (and its end)."""
    vital = [part for part in parts if part.vital] or list(parts)
    n = {name: figures.count(name) for name in COUNTS}
    lost = len(starts) - 1 - figures.count("normal_days") if figures.count("normal_days") else 0
    days = len(starts) - 1 - 2 * QUIET
    if not 0 <= lost <= n["outages"] or n["outages"] + n["maintenance"] > days:
        raise SimulationError(
            f"{lost} days lost, {n['outages']} outages, {n['maintenance']} windows in {days} days"
        )
    chosen = QUIET + rng.choice(days, n["outages"] + n["maintenance"], replace=False)
    spells = []
    for number, day in enumerate(chosen[: n["outages"]].tolist()):
        part = vital[int(rng.integers(len(vital)))]
        at = starts[day] + round(rng.uniform(6, 22) * HOUR)
        spells.append(outage(rng, part, at, LONG if number < lost else SHORT))
    windows = []
    for number, day in enumerate(sorted(chosen[n["outages"] :].tolist())):
        part = parts[number % len(parts)]
        start = starts[day] + HOUR
        length = round(rng.uniform(60, 150)) * MINUTE
        windows.append(Window(part, start, start + length, WORKS[number % len(WORKS)]))
    return spells, windows, _tickets(rng, n, spells, parts, starts)


def _tickets(
    rng: np.random.Generator,
    n: dict[str, int],
    spells: Sequence[Spell],
    parts: Sequence[Part],
    starts: Sequence[int],
) -> list[Ticket]:
    if n["tickets"] < len(spells) or n["tickets_in_time"] > n["tickets"]:
        raise SimulationError(
            f"{n['tickets']} tickets, {n['tickets_in_time']} in time, {len(spells)} outages"
        )
    late = rng.permutation(n["tickets"]) < n["tickets"] - n["tickets_in_time"]
    out = [ticket_of(rng, spell, bool(late[i])) for i, spell in enumerate(spells)]
    for i in range(len(spells), n["tickets"]):
        day = int(rng.integers(QUIET, len(starts) - 1 - QUIET))
        at = starts[day] + round(rng.uniform(8.5, 17.5) * HOUR)
        part = parts[int(rng.integers(len(parts)))]
        out.append(small_ticket(rng, part, at, bool(late[i])))
    return out


def platform_lines(
    profile: Profile, year: int, seed: int = 1, parts: Sequence[Part] = ()
) -> Iterator[list[bytes]]:
    """A year of the platform as JSON lines, a day's arrivals at a time; same seed, same bytes.

    `parts`: its components, where not those of the profile.

    Raises `SimulationError` where the profile has no figures or they contradict each other.
    """
    totals = profile.years.get(year)
    if totals is None or not totals.platform:
        raise SimulationError(f"{year}: 城市档案没有 [years.{year}.platform]")
    parts = parts or parts_of(profile)
    sender = monitor_of(profile)
    if not parts:
        raise SimulationError(f"{year}: 城市档案的 [platform] 没有组件")
    first, end = (date(y, 1, 1).toordinal() - EPOCH for y in (year, year + 1))
    starts = [profile.day_start(day) for day in range(first, end + 1)]
    rng = np.random.default_rng([seed, year, 21])
    spells, windows, tickets = plan(rng, totals.platform, parts, starts)
    told = [one for spell in spells for one in tell_outage(spell, sender)]
    told += [one for window in windows for one in tell_window(window, sender)]
    told += [one for ticket in tickets for one in tell_ticket(ticket, sender)]
    unseen = downs(spells, windows)
    for start, stop in pairwise(starts):
        mine = [one for one in unseen if one.start < stop and one.end > start - DAY]
        for part in parts:
            since = start - part.every if start == starts[0] else start
            told += [(e["at"] + MINUTE, e) for e in rows(part, since, stop, mine, sender)]
        told.sort(key=lambda one: one[0])
        cut = bisect_left(told, stop, key=lambda one: one[0])
        yield [orjson.dumps(event) for _, event in told[:cut]]
        del told[:cut]
    yield [orjson.dumps(event) for _, event in told]
