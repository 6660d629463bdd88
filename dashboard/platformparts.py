"""What a platform is made of 平台档案: components, what is vital, what a normal day is."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dashboard.uptime.layers import FOREVER, Service
from dashboard.uptime.policy import Policy

KINDS: Final[dict[str, str]] = {
    "system": "业务系统",
    "database": "数据库",
    "call": "呼叫平台",
    "exchange": "数据交换",
    "message": "消息与短信",
    "video": "视频",
    "map": "地图服务",
    "network": "网络",
    "district": "二级平台",
    "self": "本系统",
    "screen": "大屏终端",
    "other": "其他",
}
SCREEN: Final = "screen:"
"""How the id of a wall screen begins: screens come and go without the profile naming each."""
SELF: Final = "wall"
"""The component that is this system; its worker reports for it."""
WORK, WEB, PROBE, DESK = "cityops-work", "cityops-web", "cityops-probe", "desk"
"""Who sends what this system reports itself: the worker, the web server for its screens, `cityops
probe`, people at the desk."""
OWN_SENDERS: Final = {WORK: "城市运行墙自报", WEB: "大屏心跳", PROBE: "平台探测", DESK: "页面录入"}
"""Their names on the wall; no profile has them."""
_EPOCH: Final = datetime.date(1970, 1, 1)


@dataclass(frozen=True)
class Endpoint:
    """Where `cityops probe` asks 探测地址: a URL, or a file with it where it holds a password."""

    url: str = ""
    file: str = ""
    every_s: int = 60
    timeout_s: float = 10.0


@dataclass(frozen=True)
class Component:
    """One part of the platform 组件; `vital` ones make up the platform's own state.

    `on_record` 以人工记录为准: no probes; up where nobody entered anything.
    """

    id: str
    name: str
    kind: str = "system"
    vital: bool = False
    since: datetime.date | None = None
    until: datetime.date | None = None
    on_record: bool = False
    policy: Policy = field(default_factory=Policy)
    endpoint: Endpoint | None = None

    def service(self, day_start: Callable[[int], int]) -> Service:
        """When it is to be up; both days in."""
        since = 0 if self.since is None else day_start((self.since - _EPOCH).days)
        until = FOREVER if self.until is None else day_start((self.until - _EPOCH).days + 1)
        return Service(since, until, self.on_record)


@dataclass(frozen=True)
class DayRule:
    """正常日: unplanned outages of at most `outage_ms` together and `single_ms` each; unknown for
    longer than `unknown_ms` is 待核, not normal. Pieces of an outage count within their day."""

    outage_ms: int = 30 * 60_000
    single_ms: int = 15 * 60_000
    unknown_ms: int = 60 * 60_000


@dataclass(frozen=True)
class Due:
    """工单时限 from its opening: until somebody responds, until it is restored."""

    respond_ms: int = 30 * 60_000
    restore_ms: int = 4 * 3_600_000


DUE: Final[Mapping[str, Due]] = {
    "urgent": Due(15 * 60_000, 2 * 3_600_000),
    "normal": Due(),
    "minor": Due(2 * 3_600_000, 24 * 3_600_000),
}


@dataclass(frozen=True)
class Platform:
    """平台: its components as shown; `quorum`: how many vital ones must work, None all."""

    components: tuple[Component, ...] = (Component(SELF, "城市运行墙", "self"),)
    quorum: int | None = None
    day: DayRule = field(default_factory=DayRule)
    due: Mapping[str, Due] = field(default_factory=lambda: DUE)
    screens: Policy = field(default_factory=lambda: Policy(gap_ms=90_000, failures=1))

    @property
    def vital(self) -> tuple[Component, ...]:
        return tuple(one for one in self.components if one.vital)

    def policy(self, id: str) -> Policy:
        """How probes of a component are read, whether the profile names it or not."""
        for one in self.components:
            if one.id == id:
                return one.policy
        return self.screens if id.startswith(SCREEN) else Policy()

    def due_of(self, level: str) -> Due:
        """The time limits of a ticket; those of `normal` where its level has none."""
        return self.due.get(level) or self.due.get("normal") or Due()

    def rule_text(self) -> str:
        """The definition of a normal day in words."""
        minutes = (self.day.outage_ms, self.day.single_ms, self.day.unknown_ms)
        total, single, unknown = (ms // 60_000 for ms in minutes)
        return f"非计划中断合计 ≤ {total} 分钟且单次 ≤ {single} 分钟；未知 > {unknown} 分钟为待核"
