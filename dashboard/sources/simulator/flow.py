"""A steady stream of simulated cases 案件流: any stretch of time can be made, and made again.

Time is cut into blocks; the cases reported in a block follow from the seed and the block alone, so
the past can be made anew at any time and joins on to the present.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from dashboard.cityparts import YearTotals
from dashboard.profile import Profile
from dashboard.sources.simulator.ground import Ground
from dashboard.sources.simulator.plan import (
    SELF_CANCELLED,
    SELF_DONE,
    fates_of,
    separate_fates,
    usual_channels,
    usual_totals,
)
from dashboard.sources.simulator.post import Delivery, Post
from dashboard.sources.simulator.rhythm import (
    day_weight,
    rhythm_class,
    share_before,
    times_of_day,
)
from dashboard.sources.simulator.stories import EXPLICIT, Step, Stories, uniforms
from dashboard.worktime import DAY, EPOCH

BLOCKS_S: Final = (86_400, 21_600, 3_600, 600, 60, 10, 2, 1)
CASES_IN_BLOCK: Final = 2_500
TIMES: Final = (
    "accepted_at",
    "filed_at",
    "disposed_at",
    "check_sent_at",
    "check_due_at",
    "verify_due_at",
    "deadline",
)
"""Fields of events that are instants."""


@dataclass(frozen=True)
class Case:
    """A case of the stream: its channel and its events in the order of arrival."""

    id: str
    deliveries: list[Delivery]


class Flow:
    """Cases of one city at `cases_per_day`; `tag` keeps case numbers of different flows apart.

    `squeeze` ≥ 1 shortens every case's life (and its deadlines) by that factor, so that a flow far
    above the city's own does not pile up open cases. `flat`: no rhythm of day and week.
    """

    def __init__(
        self,
        profile: Profile,
        ground: Ground,
        seed: int,
        cases_per_day: float,
        tag: str = "",
        squeeze: float = 1.0,
        flat: bool = False,
    ) -> None:
        self._profile = profile
        self._ground = ground
        self._key = [seed, len(tag), *tag.encode()]
        self._prefix = f"{profile.id[:2].upper()}{tag}"
        self._per_day = cases_per_day
        self._squeeze = squeeze
        self._flat = flat
        self._channels = usual_channels(profile)
        self._fates = {name: _fate_shares(profile, name) for name in self._channels}
        per_s = cases_per_day / 86_400
        self.block_ms = 1000 * next(
            (s for s in BLOCKS_S if s * per_s <= CASES_IN_BLOCK), BLOCKS_S[-1]
        )

    def blocks(self, from_ms: int) -> Iterator[tuple[int, int, int]]:
        """(start ms, city day, number in the day) of the blocks from the one holding `from_ms`."""
        day = self._profile.day(from_ms)
        number = (from_ms - self._profile.day_start(day)) // self.block_ms
        while True:
            start, end = self._profile.day_start(day), self._profile.day_start(day + 1)
            while start + number * self.block_ms < end:
                yield start + number * self.block_ms, day, number
                number += 1
            day, number = day + 1, 0

    def cases(self, day: int, number: int) -> list[Case]:
        """Every case reported in a block, with its whole life, in the order of reporting."""
        rng = np.random.default_rng([*self._key, day, number])
        start = self._profile.day_start(day)
        length = self._profile.day_start(day + 1) - start
        low, high = number * self.block_ms, min((number + 1) * self.block_ms, length)
        busy = 1.0 if self._flat else day_weight(self._profile.calendar, day)
        reports: list[tuple[int, str, int]] = []
        for channel, share in self._channels.items():
            name = rhythm_class(channel)
            first, last = (share_before(name, at, self._flat) for at in (low, high))
            n = rng.poisson(self._per_day * share * busy * (last - first))
            clock = times_of_day(name, rng.uniform(first, last, n), self._flat)
            fates = rng.choice(len(self._fates[channel]), n, p=self._fates[channel])
            at = np.clip(clock, low, high - 1).astype(np.int64) + start
            reports.extend(zip(at.tolist(), [channel] * n, fates.tolist(), strict=True))
        reports.sort()
        return self._tell(reports, rng, f"{date.fromordinal(day + EPOCH):%Y%m%d}", number)

    def _tell(
        self, reports: list[tuple[int, str, int]], rng: np.random.Generator, day: str, number: int
    ) -> list[Case]:
        explicit = 1.0 if self._squeeze > 1 else EXPLICIT
        stories = Stories(self._profile, self._ground, rng, explicit=explicit)
        post = Post(self._profile, uniforms(rng), self._squeeze)
        cells = self._ground.draw_cells(rng, len(reports))
        categories = self._ground.draw_categories(rng, len(reports))
        block = f"{number:05d}-" if self.block_ms < DAY else ""
        out: list[Case] = []
        for index, (at, channel, fate) in enumerate(reports):
            steps = stories.tell(at, channel, fate, cells[index], categories[index])
            if self._squeeze > 1:
                steps = [_squeezed(step, at, self._squeeze) for step in steps]
            case = f"{self._prefix}{day}{block}{index + 1:05d}"
            out.append(Case(case, sorted(post.deliveries(case, channel, steps))))
        return out


def _squeezed(step: Step, origin: int, factor: float) -> Step:
    at, name, given = step
    if given:
        given = {
            key: origin + int((value - origin) / factor) if key in TIMES else value
            for key, value in given.items()
        }
    return origin + int((at - origin) / factor), name, given


def _fate_shares(profile: Profile, channel: str) -> list[float]:
    """How often a case of a channel comes to each fate."""
    totals: YearTotals = (
        profile.years[max(profile.years)] if profile.years else usual_totals(profile, 365)
    )
    if channel == "self_handled":
        quick = totals.channels.get(channel, 0) or 1
        cancelled = (totals.count("self_cancelled") or 0) / quick
        shares = [0.0] * (SELF_CANCELLED + 1)
        shares[SELF_DONE], shares[SELF_CANCELLED] = 1 - cancelled, cancelled
        return shares
    own = totals.separate.get(channel)
    fates = separate_fates(own, totals.year) if own else fates_of(totals, profile)
    return [count / (sum(fates) or 1) for count in fates]


def folded(events: list[dict[str, Any]], clears: dict[str, tuple[tuple[str, bool], ...]]) -> Any:
    """The fields a case has after some of its events, in the order of `rev`."""
    fields: dict[str, Any] = {}
    for event in events:
        for name, sets in clears.get(event.get("step", ""), ()):
            fields[name] = event["at"] if sets else None
        fields.update(event.get("set", {}))
    return fields
