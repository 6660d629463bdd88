"""The city profile 城市档案: everything that differs from city to city, as one frozen object."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from dashboard import terms
from dashboard.alarms.rules import AlarmSettings
from dashboard.annualprofile import Annual
from dashboard.assessment.choice import Assessment
from dashboard.cases import PLACED
from dashboard.cityparts import (
    Area,
    Department,
    RepeatRule,
    Simulation,
    Source,
    Target,
    YearTotals,
)
from dashboard.hotlineprofile import Hotline
from dashboard.limits import SAMPLE_LIMITS, Limit, LimitTable
from dashboard.places import OUTSIDE, Places
from dashboard.platformparts import Platform
from dashboard.tally import Rules
from dashboard.terms import Channel
from dashboard.worktime import HOUR, WorkCalendar

KEY_RATES: Final = (
    "cases.on_time_disposal_rate",
    "cases.closure_rate",
    "cases.on_time_closure_rate",
)
USUAL: Final = Hotline().folded
CONNECT_RATE: Final = "calls.connect_rate"
SOURCES: Final = (Source("case-system", "案件系统"),)


@dataclass(frozen=True)
class Profile:
    """One city: its areas, departments, calendar, limits, and its choices among the measures."""

    id: str
    code: str
    name: str
    title: str
    districts: tuple[Area, ...]
    streets: tuple[Area, ...] = ()
    timezone: str = "Asia/Shanghai"
    area_km2: float | None = None
    meridian: int | None = None
    """中央经线 of the plane its grid is generated in; None: the zone of its middle."""
    facts: Mapping[str, float] = field(default_factory=dict)
    departments: tuple[Department, ...] = ()
    sources: tuple[Source, ...] = SOURCES
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    limits: tuple[Limit, ...] = SAMPLE_LIMITS
    self_handled_counts_as: frozenset[str] = frozenset()
    separate_channels: frozenset[str] = frozenset()
    """单列来源: cases of these channels are shown by channel, outside the city's main counts."""
    attribution: str = "own"
    attribution_by: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    key_rates: tuple[str, ...] = KEY_RATES
    categories: Mapping[str, str] = field(default_factory=lambda: terms.CATEGORIES)
    channels: Mapping[str, Channel] = field(default_factory=lambda: terms.CHANNELS)
    channel_groups: Mapping[str, str] = field(default_factory=lambda: terms.CHANNEL_GROUPS)
    years: Mapping[int, YearTotals] = field(default_factory=dict)
    repeat: RepeatRule = field(default_factory=RepeatRule)
    alarms: AlarmSettings = field(default_factory=AlarmSettings)
    simulation: Simulation = field(default_factory=Simulation)
    hotline: Hotline | None = None
    """热线; None: this city's wall has none."""
    platform: Platform = field(default_factory=Platform)
    annual: Annual = field(default_factory=Annual)
    """年度: the form the wall shows."""
    assessment: Assessment = field(default_factory=Assessment)
    """考评: the formulas by which districts, departments and posts are ranked."""

    @property
    def parts(self) -> frozenset[str]:
        """What the city has beside cases: `hotline` 热线, `platform` 平台."""
        found = {"hotline": self.hotline is not None, "platform": bool(self.platform.vital)}
        return frozenset(name for name, there in found.items() if there)

    def day(self, ms: int) -> int:
        """The city day of an instant: days since 1970-01-01 in the city's zone."""
        return self.calendar.day(ms)

    def day_start(self, day: int) -> int:
        """The first instant of a city day, epoch ms."""
        return self.calendar.day_start(day)

    def due_at(
        self,
        category: str | None,
        condition: str | None,
        department: str | None,
        dispatched_at: int,
        postponed_h: float,
    ) -> int | None:
        """处置截止: the limit that applies, from dispatch on, plus postponed hours; or None."""
        limit = self.limit_table.find(category, condition, department)
        if limit is None:
            return None
        due = self.calendar.deadline(dispatched_at, limit.amount, limit.unit)
        return due + round(postponed_h * HOUR) if postponed_h else due

    @cached_property
    def limit_table(self) -> LimitTable:
        """The limits, ready to be looked up."""
        return LimitTable(self.limits)

    @cached_property
    def rules(self) -> Rules:
        """What folding events needs of the city; a grid is added by whoever opens the ledger."""
        places = Places(datums=self.datums)
        return Rules(
            self.due_at, self.calendar.day, self.separate_channels, self._rules_version(), places,
            policy=self.platform.policy,
            hotline=self.hotline or Hotline(),
        )  # fmt: skip

    @property
    def datums(self) -> dict[str, str]:
        """Sending system → the datum of its positions, where that is not WGS-84."""
        return {one.id: one.datum for one in self.sources if one.datum != "wgs84"}

    def in_year(self, year: int) -> Profile:
        """The choices of a year: its own variant and target of the connect rate, if it has any."""
        own = self.hotline.years.get(year) if self.hotline else None
        if own is None:
            return self
        variants, targets = dict(self.variants), dict(self.targets)
        if own.variant is not None:
            variants[CONNECT_RATE] = own.variant
        if own.target is not None:
            targets[CONNECT_RATE] = Target(">=", own.target, 0.0, own.source)
        return replace(self, variants=variants, targets=targets)

    def _rules_version(self) -> str:
        """A short name of everything a stored record's deadline and tally follow from."""
        calendar = self.calendar
        given = (
            sorted(map(repr, self.limits)),
            (calendar.timezone, calendar.sessions, calendar.holidays),
            sorted(self.separate_channels),
            *([sorted(self.datums.items())] if self.datums else []),
            *([self.hotline.folded] if self.hotline and self.hotline.folded != USUAL else []),
        )
        return hashlib.sha256(repr(given).encode()).hexdigest()[:16]

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Dimension → code → Chinese name."""
        return {
            "district": {area.code: area.name for area in self.districts},
            "street": {area.code: area.name for area in self.streets},
            "department": {one.code: one.name for one in self.departments},
            "category": self.categories,
            "channel": {code: one.name for code, one in self.channels.items()},
            "component": {one.id: one.name for one in self.platform.components},
        }

    def label(self, dimension: str, code: str | None) -> str:
        """The Chinese name of a member of a dimension; an unknown code is its own name."""
        if not code:
            return "未填"
        if code == OUTSIDE and dimension in PLACED:
            return "网格外"
        return self.names.get(dimension, {}).get(code, code)

    def parent_channel(self, code: str | None) -> str:
        """The channel group 来源大类 a channel adds up to; unknown channels are `other`."""
        channel = self.channels.get(code or "")
        return channel.parent if channel else "other"
