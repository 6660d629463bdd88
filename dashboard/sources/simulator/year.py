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
from dashboard.sources.simulator.rhythm import Reals, rhythm_class, times_of_day
from dashboard.sources.simulator.stories import Stories, uniforms
from dashboard.worktime import DAY, EPOCH

Line = tuple[int, int, bytes]
LAST_DAY_SHARE: Final = 0.75
"""On 31 December nothing is reported after 18:00, so that everything can come to its fate."""


def year_lines(profile: Profile, year: int, seed: int = 1) -> Iterator[list[bytes]]:
    """JSON event lines (without line ends), a day's arrivals at a time; same seed, same bytes.

    Raises `SimulationError` if the profile's totals for the year contradict each other.
    """
    making = _Making(profile, plan_year(profile, year, seed), seed)
    emitted = 0
    for day in range(making.first, making.end):
        making.tell(day)
        while emitted < making.bucket(profile.day_start(day + 1)):
            yield making.take(emitted)
            emitted += 1
    while making.buckets:
        yield making.take(min(making.buckets))


class _Making:
    """A year being made: `buckets` hold the lines that arrive in each 24 hours from its start."""

    def __init__(self, profile: Profile, plan: YearPlan, seed: int) -> None:
        self._profile = profile
        self._plan = plan
        self.first, self.end = (
            date(year, 1, 1).toordinal() - EPOCH for year in (plan.year, plan.year + 1)
        )
        self._begin = profile.day_start(self.first)
        self._edges = np.searchsorted(plan.day, np.arange(self.first, self.end + 1)).tolist()
        self._rng = np.random.default_rng([seed, plan.year, 1])
        self._ground = Ground(profile)
        horizon = profile.day_start(self.end) - 60_000
        self._stories = Stories(profile, self._ground, self._rng, horizon)
        self._post = Post(profile, uniforms(np.random.default_rng([seed, plan.year, 2])))
        self.buckets: dict[int, list[Line]] = {}

    def bucket(self, ms: int) -> int:
        """The number of the bucket of an instant."""
        return (ms - self._begin) // DAY

    def take(self, bucket: int) -> list[bytes]:
        """The lines of a bucket in the order of arrival; it is empty afterwards."""
        return [line for _, _, line in sorted(self.buckets.pop(bucket, ()))]

    def tell(self, day: int) -> None:
        """Every case reported on a day, its whole life, into the buckets of the days of arrival."""
        profile, plan, ground = self._profile, self._plan, self._ground
        cases = slice(self._edges[day - self.first], self._edges[day - self.first + 1])
        channels, fates = plan.channel[cases], plan.fate[cases]
        clock = _clock(plan, channels, self._rng)
        if day == self.end - 1:
            clock *= LAST_DAY_SHARE
        order = np.argsort(clock, kind="stable").tolist()
        start = profile.day_start(day)
        longest = profile.day_start(day + 1) - start - 1
        cells = ground.draw_cells(self._rng, len(order))
        categories = ground.draw_categories(self._rng, len(order))
        prefix = f"{profile.id[:2].upper()}{date.fromordinal(day + EPOCH):%Y%m%d}"
        for number, index in enumerate(order):
            channel = plan.channels[channels[index]]
            at = start + min(int(clock[index]), longest)
            fate = int(fates[index])
            steps = self._stories.tell(at, channel, fate, cells[number], categories[number])
            case = f"{prefix}{number + 1:05d}"
            for arrives, count, event in self._post.deliveries(case, channel, steps):
                line = (arrives, count, orjson.dumps(event))
                self.buckets.setdefault(self.bucket(arrives), []).append(line)


def _clock(plan: YearPlan, channels: Whole, rng: np.random.Generator) -> Reals:
    """Times of day in ms, each channel in its own rhythm."""
    clock = np.empty(len(channels))
    points = rng.random(len(channels))
    classes = [rhythm_class(name) for name in plan.channels]
    for name in dict.fromkeys(classes):
        mine = np.isin(channels, [i for i, other in enumerate(classes) if other == name])
        clock[mine] = times_of_day(name, points[mine])
    return clock
