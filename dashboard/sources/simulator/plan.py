"""What becomes of the cases of a year 年度计划: exactly as many of each fate as the totals need.

A fate is where a case stands at the end of the year. The published and chosen totals of the profile
determine how many cases have each fate; days and fates are then dealt out at random, those that
stay open mostly to the last weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.cityparts import YearTotals
from dashboard.profile import Profile
from dashboard.sources.simulator.rhythm import CLASSES, day_weight, rhythm_class
from dashboard.worktime import EPOCH

(
    REJECTED,
    CANCELLED,
    REFUSED,
    PASSED_ON,
    UNDISPATCHED,
    OPEN,
    UNCLOSED,
    LATE,
    CLOSED_LATE,
    ON_TIME,
    SELF_DONE,
    SELF_CANCELLED,
) = range(12)
FATES: Final = (
    "不予受理",
    "作废",
    "不予立案",
    "有效而转送其他单位",
    "待派遣",
    "处置中",
    "待结案",
    "超期处置后结案",
    "按期处置而逾期结案",
    "按期处置按期结案",
    "自行处置",
    "自行处置作废",
)

Whole = NDArray[np.int64]


class SimulationError(ValueError):
    """Totals that no set of cases can have; the text names them."""


@dataclass(frozen=True)
class YearPlan:
    """Every case of a year: its city day (rising), channel (index into `channels`) and fate."""

    year: int
    channels: tuple[str, ...]
    day: Whole
    channel: Whole
    fate: Whole

    def counts(self, separate: frozenset[str] = frozenset()) -> dict[str, int]:
        """Cases by fate, in the words of FATES; those of `separate` channels are left out."""
        apart = np.isin(self.channel, [i for i, c in enumerate(self.channels) if c in separate])
        found = np.bincount(self.fate[~apart], minlength=len(FATES))
        return dict(zip(FATES, found.tolist(), strict=True))


class _Funnel(NamedTuple):
    """How many cases get as far as each step, self-handled ones left out."""

    reported: int
    accepted: int
    filed: int
    dispatched: int
    disposed: int
    closed: int
    on_time: int

    @property
    def passed_on(self) -> int:
        """有效而转送其他单位: filed beyond what was accepted."""
        return max(0, self.filed - self.accepted)

    def fates(self, totals: YearTotals) -> list[int]:
        """How many have each of the first ten fates; `SimulationError` if one were negative."""
        cancelled = totals.count("cancelled") or 0
        closed_late = totals.count("closed_late") or 0
        own = self.filed - self.passed_on
        fates = [
            self.reported - self.accepted - self.passed_on - cancelled,
            cancelled,
            self.accepted - own,
            self.passed_on,
            own - self.dispatched,
            self.dispatched - self.disposed,
            self.disposed - self.closed,
            self.closed - self.on_time,
            closed_late,
            self.on_time - closed_late,
        ]
        for name, count in zip(FATES, fates, strict=False):
            if count < 0:
                raise SimulationError(f"{totals.year}: {name} would be {count} cases")
        return fates


def fates_of(totals: YearTotals, profile: Profile) -> list[int]:
    """How many non-self-handled cases have each of the first ten fates, from a year's totals.

    What the totals leave open is filled in: nothing cancelled, everything filed dispatched, and so
    on. Raises `SimulationError` where a later step would need more cases than an earlier one.
    """
    quick = totals.channels.get("self_handled", 0)
    self_done = quick - (totals.count("self_cancelled") or 0)
    counted = profile.self_handled_counts_as

    def main(key: str, default: int) -> int:
        count = totals.count(key)
        if count is None:
            return default
        switch = "closed" if key == "closed_on_time" else key
        return count - (self_done if switch in counted else 0)

    reported = sum(totals.channels.values()) - quick
    stated = totals.count("reported")
    if stated is not None and stated != reported + (quick if "reported" in counted else 0):
        raise SimulationError(f"{totals.year}: channels {reported}, reported {stated}")
    accepted = main("accepted", reported)
    filed = main("filed", main("valid", accepted))
    dispatched = main("dispatched", min(filed, accepted))
    disposed = main("disposed", dispatched)
    closed = main("closed", disposed)
    on_time = main("closed_on_time", closed)
    funnel = _Funnel(reported, accepted, filed, dispatched, disposed, closed, on_time)
    return funnel.fates(totals)


def separate_fates(counts: Mapping[str, int], year: int) -> list[int]:
    """The same for a channel counted apart 单列来源, from its own counts."""
    values: list[int] = []
    for step in (*_Funnel._fields[:-1], "closed_on_time"):
        values.append(counts.get(step, values[-1] if values else 0))
    return _Funnel(*values).fates(YearTotals(year, ""))


def plan_year(profile: Profile, year: int, seed: int) -> YearPlan:
    """Deals days and fates to every case of the year; raises `SimulationError` without totals."""
    totals = profile.years.get(year)
    if totals is None:
        length = date(year + 1, 1, 1).toordinal() - date(year, 1, 1).toordinal()
        totals = usual_totals(profile, length)
    rng = np.random.default_rng([seed, year])
    first = date(year, 1, 1).toordinal() - EPOCH
    end = date(year + 1, 1, 1).toordinal() - EPOCH
    quick = totals.channels.get("self_handled", 0)
    main = {c: n for c, n in totals.channels.items() if c != "self_handled"}
    self_cancelled = totals.count("self_cancelled") or 0
    self_fates = {SELF_DONE: quick - self_cancelled, SELF_CANCELLED: self_cancelled}
    groups: list[tuple[dict[str, int], dict[int, int]]] = [
        (main, dict(enumerate(fates_of(totals, profile)))),
        ({"self_handled": quick}, self_fates),
    ]
    for channel, counts in totals.separate.items():
        fates = separate_fates(counts, year)
        groups.append(({channel: sum(fates)}, dict(enumerate(fates))))
    channels = tuple(dict.fromkeys(name for group, _ in groups for name in group))
    weights = np.array([day_weight(profile.calendar, day) for day in range(first, end)])
    parts = [_deal(rng, group, fates, channels, weights) for group, fates in groups]
    days, kinds, fated = (np.concatenate([part[i] for part in parts]) for i in range(3))
    order = np.argsort(days, kind="stable")
    return YearPlan(year, channels, days[order] + first, kinds[order], fated[order])


def usual_totals(profile: Profile, days: int) -> YearTotals:
    """Totals of days nobody stated any for: the profile's cases a day, in the usual shares."""
    total = round(profile.simulation.cases_per_day * days)
    shares = usual_channels(profile)
    channels = {name: int(total * share) for name, share in shares.items()}
    reported = sum(n for name, n in channels.items() if name != "self_handled")
    quick = channels.get("self_handled", 0)
    chosen = {}
    for key, share in USUAL.items():
        also = quick if key in profile.self_handled_counts_as else 0
        also = (
            quick
            if key == "closed_on_time" and "closed" in profile.self_handled_counts_as
            else also
        )
        chosen[key] = int(reported * share) + also
    return YearTotals(0, "未公布", chosen=chosen, channels=channels)


USUAL: Final = {
    "accepted": 0.972,
    "filed": 0.936,
    "dispatched": 0.9355,
    "disposed": 0.922,
    "closed": 0.914,
    "closed_on_time": 0.862,
    "closed_late": 0.006,
    "cancelled": 0.008,
}
"""Shares of what is reported, where a profile states nothing."""


def usual_channels(profile: Profile) -> dict[str, float]:
    """Shares of the channels: those of the profile's latest year, else a common mixture."""
    if profile.years:
        latest = profile.years[max(profile.years)]
        counts = dict(latest.channels)
        for channel, own in latest.separate.items():
            counts[channel] = own.get("reported", 0)
        total = sum(counts.values()) or 1
        return {name: n / total for name, n in counts.items()}
    usual = {"collector": 0.84, "self_handled": 0.06, "hotline_12319": 0.05, "other": 0.05}
    return {name: share for name, share in usual.items() if name in profile.channels}


def _deal(
    rng: np.random.Generator,
    group: Mapping[str, int],
    fates: Mapping[int, int],
    channels: tuple[str, ...],
    weights: NDArray[np.float64],
) -> tuple[Whole, Whole, Whole]:
    """Days, channels and fates of one group of cases, sorted by day."""
    days: list[Whole] = []
    kinds: list[Whole] = []
    for name in dict.fromkeys(CLASSES.get(channel, "public") for channel in group):
        members = {c: n for c, n in group.items() if rhythm_class(c) == name}
        noisy = weights * rng.lognormal(0.0, 0.07, len(weights))
        per_day = rng.multinomial(sum(members.values()), noisy / noisy.sum())
        days.append(np.repeat(np.arange(len(weights)), per_day))
        kind = np.repeat([channels.index(c) for c in members], list(members.values()))
        kinds.append(rng.permutation(kind.astype(np.int64)))
    day, channel = np.concatenate(days), np.concatenate(kinds)
    order = np.argsort(day, kind="stable")
    day, channel = day[order], channel[order]
    return day, channel, _deal_fates(rng, day, len(weights), fates)


def _deal_fates(rng: np.random.Generator, day: Whole, days: int, fates: Mapping[int, int]) -> Whole:
    """Exactly `fates[f]` cases of each fate; unfinished ones lean towards the end of the year."""
    left = (days - 1 - day).astype(float)
    lean = {
        OPEN: 1 + 25 * np.exp(-left / 4),
        UNCLOSED: 0.05 + 30 * np.exp(-left / 3),
        UNDISPATCHED: 0.01 + 50 * np.exp(-left / 2),
        LATE: np.where(left < 6, 0.02, 1.0),
        CLOSED_LATE: np.where(left < 3, 0.02, 1.0),
    }
    out: Whole = np.full(len(day), -1, dtype=np.int64)
    free = np.arange(len(day))
    for fate, weight in lean.items():
        count = fates.get(fate, 0)
        if count:
            key = -np.log(rng.random(len(free))) / weight[free]
            chosen = np.argpartition(key, count - 1)[:count]
            out[free[chosen]] = fate
            free = np.delete(free, chosen)
    rest = [f for f in fates if f not in lean]
    dealt = np.repeat(rest, [fates[f] for f in rest])
    out[free] = rng.permutation(dealt)
    return out
