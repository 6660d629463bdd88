"""The tally 台账: how many cases show which pattern of counters, by day and dimension member.

A row is (dimension, day, member, pattern) → n, where a pattern is the set of counters a case adds
to on that day. Ten dimensions times a day or two per case stay ten to twenty rows however many
counters there are, and a new measure over known counters needs no migration. The tally is the
difference of contributions: for every changed record, minus what it gave before, plus what it
gives now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dashboard import cases as c
from dashboard.cases import DueRule, Row, derive
from dashboard.counters import day_masks, names
from dashboard.hotlineprofile import Hotline
from dashboard.places import Places
from dashboard.uptime.policy import Policy

DIMENSIONS: Final[dict[str, int]] = {
    "district": c.DISTRICT,
    "street": c.STREET,
    "community": c.COMMUNITY,
    "duty_grid": c.DUTY_GRID,
    "unit_cell": c.UNIT_CELL,
    "department": c.DEPARTMENT,
    "category": c.CATEGORY,
    "channel": c.CHANNEL,
    "collector": c.COLLECTOR,
}
"""Dimension 维度 → the column it groups by. Number 0 is the whole city; see `DIM`."""
DIM: Final[dict[str, int]] = {"all": 0, **{name: i + 1 for i, name in enumerate(DIMENSIONS)}}
DIM_NAMES: Final = tuple(DIM)
_FIELDS: Final = tuple((i + 1, field) for i, field in enumerate(DIMENSIONS.values()))

Key = tuple[int, int, str, int]
"""(dimension number, city day, member code, counter mask); an unknown member is the empty text."""
Delta = dict[Key, int]
Change = tuple[str, Row | None, Row]
"""(case number, the row before or None, the row after)."""


@dataclass(frozen=True)
class Rules:
    """What the city profile contributes to folding and counting.

    `apart` 单列来源: cases of these channels count under their channel only, not in the city's or
    any other dimension's figures.
    """

    due_at: DueRule
    day: Callable[[int], int]
    apart: frozenset[str] = frozenset()
    version: str = ""
    """Names the deadlines, calendar, channels apart and datums a ledger was folded with."""
    places: Places = field(default_factory=Places)
    """Where cases count 落格; the ledger remembers the version of its grid beside `version`."""
    hotline: Hotline = field(default_factory=Hotline)
    """How calls are counted 热线口径."""
    policy: Callable[[str], Policy] = lambda component: Policy()
    """How the probes of a component are read; spans derived otherwise are derived anew."""

    def derive(self, rows: Sequence[Row]) -> None:
        """Sets the derived columns of records, in one go."""
        for row in rows:
            derive(row, self.due_at)
        self.places.settle(rows)


def add(delta: Delta, row: Row, sign: int, rules: Rules) -> None:
    """Add (+1) or take back (−1) one record's contributions."""
    get = delta.get
    apart = row[c.CHANNEL] in rules.apart
    for day, mask in day_masks(row, rules.day).items():
        if apart:
            key: Key = (DIM["channel"], day, row[c.CHANNEL], mask)
            delta[key] = get(key, 0) + sign
            continue
        key = (0, day, "", mask)
        delta[key] = get(key, 0) + sign
        for dim, column in _FIELDS:
            key = (dim, day, row[column] or "", mask)
            delta[key] = get(key, 0) + sign


def difference(changes: Iterable[Change], rules: Rules) -> Delta:
    """What a set of changed records does to the tally; zero entries are left out."""
    delta: Delta = {}
    for _, old, new in changes:
        if old is not None:
            add(delta, old, -1, rules)
        add(delta, new, 1, rules)
    return {key: n for key, n in delta.items() if n}


def recount(rows: Iterable[Row], rules: Rules) -> Delta:
    """The tally made anew from records: what the stored one must equal (对账)."""
    delta: Delta = {}
    for row in rows:
        add(delta, row, 1, rules)
    return delta


def expand(patterns: Mapping[int, int]) -> dict[str, int]:
    """Counter mask → n becomes counter name → n."""
    counts: dict[str, int] = {}
    for mask, n in patterns.items():
        for name in names(mask):
            counts[name] = counts.get(name, 0) + n
    return counts
