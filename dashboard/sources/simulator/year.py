"""A whole simulated year 模拟全年, in the order in which its events arrive.

Made day by day: the events of a case that arrive on later days wait in a bucket for that day, so
memory holds the weeks in progress and not the year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import numpy as np
import orjson

from dashboard.profile import Profile
from dashboard.sources.simulator.ground import Ground
from dashboard.sources.simulator.plan import Whole, YearPlan, plan_year
from dashboard.sources.simulator.post import Post
from dashboard.sources.simulator.rhythm import rhythm_class, times_of_day
from dashboard.sources.simulator.stories import Stories, uniforms
from dashboard.worktime import DAY, EPOCH

Line = tuple[int, int, bytes]
LAST_DAY_SHARE: Final = 0.75
"""On 31 December nothing is reported after 18:00, so that everything can come to its fate."""


def year_lines(profile: Profile, year: int, seed: int = 1) -> Iterator[list[bytes]]:
    """JSON event lines (without line ends), a day's arrivals at a time; same seed, same bytes.

    Raises `SimulationError` if the profile's totals for the year contradict each other.
    """
    plan = plan_year(profile, year, seed)
    first = date(year, 1, 1).toordinal() - EPOCH
    end = date(year + 1, 1, 1).toordinal() - EPOCH
    begin = profile.day_start(first)
    ground = Ground(profile)
    rng = np.random.default_rng([seed, year, 1])
    stories = Stories(profile, ground, rng, horizon=profile.day_start(end) - 60_000)
    post = Post(profile, uniforms(np.random.default_rng([seed, year, 2])))
    buckets: dict[int, list[Line]] = {}
    emitted = 0
    for day, cases in _days(plan, first, end):
        scale = LAST_DAY_SHARE if day == end - 1 else 1.0
        _tell_day(profile, plan, day, cases, scale, rng, ground, stories, post, buckets, begin)
        while emitted < (profile.day_start(day + 1) - begin) // DAY:
            yield [line for _, _, line in sorted(buckets.pop(emitted, ()))]
            emitted += 1
    for bucket in sorted(buckets):
        yield [line for _, _, line in sorted(buckets[bucket])]


def _days(plan: YearPlan, first: int, end: int) -> Iterator[tuple[int, slice]]:
    edges = np.searchsorted(plan.day, np.arange(first, end + 1)).tolist()
    for offset, day in enumerate(range(first, end)):
        yield day, slice(edges[offset], edges[offset + 1])


def _tell_day(
    profile: Profile,
    plan: YearPlan,
    day: int,
    cases: slice,
    scale: float,
    rng: np.random.Generator,
    ground: Ground,
    stories: Stories,
    post: Post,
    buckets: dict[int, list[Line]],
    begin: int,
) -> None:
    """Every case reported on a day, its whole life, into the buckets of the days of arrival."""
    channels, fates = plan.channel[cases], plan.fate[cases]
    clock = _clock(plan, channels, rng) * scale
    order = np.argsort(clock, kind="stable")
    start = profile.day_start(day)
    longest = profile.day_start(day + 1) - start - 1
    cells = ground.draw_cells(rng, len(order))
    categories = ground.draw_categories(rng, len(order))
    prefix = f"{profile.id[:2].upper()}{date.fromordinal(day + EPOCH):%Y%m%d}"
    dumps = orjson.dumps
    for number, index in enumerate(order.tolist()):
        channel = plan.channels[channels[index]]
        at = start + min(int(clock[index]), longest)
        steps = stories.tell(at, channel, int(fates[index]), cells[number], categories[number])
        for arrives, count, event in post.deliveries(f"{prefix}{number + 1:05d}", channel, steps):
            line = (arrives, count, dumps(event))
            buckets.setdefault((arrives - begin) // DAY, []).append(line)


def _clock(plan: YearPlan, channels: Whole, rng: np.random.Generator) -> np.ndarray:
    """Times of day in ms, each channel in its own rhythm."""
    clock = np.empty(len(channels))
    points = rng.random(len(channels))
    classes = [rhythm_class(name) for name in plan.channels]
    for name in dict.fromkeys(classes):
        mine = np.isin(channels, [i for i, other in enumerate(classes) if other == name])
        clock[mine] = times_of_day(name, points[mine])
    return clock
