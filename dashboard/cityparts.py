"""What a city profile 城市档案 is made of: areas, departments, sources, targets, yearly totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from dashboard.yearfigures import Figures


@dataclass(frozen=True)
class Area:
    """A district 区 (or, in a county, a street or town 街道·镇) that the city is divided into.

    `parent` is the district code of a street, empty for a district. `lon`, `lat`: its centre,
    WGS-84 degrees. `weight`: its share of simulated cases relative to its neighbours.
    """

    code: str
    name: str
    parent: str = ""
    lon: float | None = None
    lat: float | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Department:
    """A department 部门 that disposes of cases; `kind` is one of terms.DEPARTMENT_KINDS.

    `district`: the district it works in (empty = the whole city). `handles`: the category codes or
    beginnings of codes (`B01`, `E0402`) that are its business; empty = whatever is left.
    """

    code: str
    name: str
    kind: str = "bureau"
    district: str = ""
    handles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A sending system 来源系统: `id` is its `sent_by`; silent for longer than expected it is late.

    `channels`: the channels whose reports it sends; the first source sends everything else.
    `datum` 坐标系: what its positions are in where its events do not say.
    """

    id: str
    name: str
    expected_every_s: int = 600
    channels: tuple[str, ...] = ()
    datum: str = "wgs84"


Judgement = Literal["good", "warn", "bad"]
"""达标 临界 未达标"""


@dataclass(frozen=True)
class Target:
    """A target 目标值 of a measure; within `warn` (same unit) on the wrong side it is 临界."""

    op: Literal[">=", "<="]
    value: float
    warn: float = 0.0
    source: str = ""

    def judge(self, value: float | None) -> Judgement | None:
        """达标 good, 临界 warn, 未达标 bad; None without a value."""
        if value is None:
            return None
        short = self.value - value if self.op == ">=" else value - self.value
        if short <= 1e-12:
            return "good"
        return "warn" if short <= self.warn + 1e-12 else "bad"


COUNTS: Final[dict[str, str]] = {
    "reported": "上报",
    "valid": "有效上报",
    "accepted": "受理",
    "filed": "立案",
    "dispatched": "派遣",
    "disposed": "处置",
    "closed": "结案",
    "closed_on_time": "按期结案",
}
"""What a year's totals may state, in the words of `self_handled_counts_as`."""
CHOSEN: Final[dict[str, str]] = {
    **COUNTS,
    "closed_late": "处置按期而结案逾期",
    "cancelled": "作废（不含自行处置）",
    "self_cancelled": "自行处置作废",
}


@dataclass(frozen=True)
class YearTotals:
    """The case totals of a year 年度案件总数, which the simulator reproduces exactly.

    `published` are figures printed by the city, `chosen` what nobody printed and the simulator
    needs: keys as in COUNTS, chosen ones also as in CHOSEN. Both follow the profile's
    `self_handled_counts_as`. `channels` 来源 are reports by channel; `separate` are the counts of
    the channels the city keeps apart 单列来源, by channel. `hotline`, `platform`: see yearfigures.
    """

    year: int
    source: str
    published: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    separate: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    hotline: Figures = field(default_factory=Figures)
    platform: Figures = field(default_factory=Figures)

    def count(self, key: str) -> int | None:
        """The published figure, else the chosen one, else None."""
        return self.published.get(key, self.chosen.get(key))


@dataclass(frozen=True)
class CrewSize:
    """A simulated hotline 模拟热线: agents in all, places to wait, calls on an ordinary day.

    `talk_s`, `wrap_s`: mean talk and wrap-up time 通话、话后 of an ordinary day, in seconds.
    """

    agents: int
    calls_per_day: float
    places: int = 40
    talk_s: float = 170.0
    wrap_s: float = 70.0


@dataclass(frozen=True)
class Simulation:
    """How the simulated city looks 模拟参数.

    Cases a day (all channels), public roads for places, the share of checks 核查 that come late;
    `hotline`: None where the city has none.
    """

    cases_per_day: float = 200.0
    roads: tuple[str, ...] = ()
    late_checks: float = 0.012
    hotline: CrewSize | None = None


@dataclass(frozen=True)
class RepeatRule:
    """顽疾点位: the same category in the same unit cell at least `times` within `days`."""

    times: int = 5
    days: int = 30
