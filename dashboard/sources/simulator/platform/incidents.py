"""What goes wrong and what is planned 故障与维护: outages, slow times, windows, tickets.

All instants are whole probe steps of their component, so that what probes see and what people
enter are the same interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.sources.simulator.daily import Told
from dashboard.worktime import HOUR

MINUTE: Final = 60_000

CAUSES: Final = (
    "应用服务无响应，重启恢复",
    "数据库连接池耗尽",
    "专线闪断",
    "磁盘写满，清理后恢复",
    "证书到期，更换后恢复",
    "上游接口超时",
    "交换机端口故障，切换备用",
)
WORKS: Final = ("补丁更新", "数据库备份演练", "版本升级", "存储扩容", "双机切换演练", "安全加固")
WISHES: Final = ("终端无法登录", "地图图层更新", "统计报表模板调整", "账号权限调整", "话机更换")


@dataclass(frozen=True)
class Part:
    """A component as it is probed: every so many ms, `offset` ms after the whole step.

    `slow`: above this many ms it answers slowly, by the profile.
    """

    id: str
    every: int
    vital: bool
    offset: int = 0
    slow: int | None = None

    def tick(self, ms: int) -> int:
        """The first probe at or after an instant."""
        return -(-(ms - self.offset) // self.every) * self.every + self.offset


@dataclass(frozen=True)
class Spell:
    """A stretch in which a component does not answer, or slowly: start ≤ t < end, whole steps."""

    part: Part
    start: int
    end: int
    ok: bool = False
    cause: str = ""


@dataclass(frozen=True)
class Window:
    """计划维护: planned and approved; the component does not answer in its middle."""

    part: Part
    start: int
    end: int
    cause: str


@dataclass(frozen=True)
class Ticket:
    """工单: what was wrong, how urgent, and its instants after opening (ms)."""

    part: Part
    opened: int
    level: str
    respond: int
    restore: int
    close: int
    title: str


def outage(rng: np.random.Generator, part: Part, at: int, minutes: tuple[float, float]) -> Spell:
    """An outage from about `at` on, between the given minutes long and at least three probes."""
    start = part.tick(at)
    steps = max(3, round(rng.uniform(*minutes) * MINUTE / part.every))
    return Spell(part, start, start + steps * part.every, False, str(rng.choice(CAUSES)))


def ticket_of(rng: np.random.Generator, spell: Spell, late: bool = False) -> Ticket:
    """The ticket of an outage: urgent where the component is vital; `late`: nobody came in time."""
    level = "urgent" if spell.part.vital else "normal"
    opened = spell.start + MINUTE
    respond = round(MINUTE * rng.uniform(0.5, 6))
    restore = max(respond + MINUTE, spell.end - opened)
    if late:
        respond, restore = 3 * HOUR, 26 * HOUR
    close = restore + round(HOUR * rng.uniform(0.3, 5))
    return Ticket(spell.part, opened, level, respond, restore, close, spell.cause)


def small_ticket(rng: np.random.Generator, part: Part, at: int, late: bool = False) -> Ticket:
    """A wish or a small trouble of a user: nothing is down."""
    respond, restore = (
        (4 * HOUR, 30 * HOUR)
        if late
        else (round(MINUTE * rng.uniform(3, 80)), round(HOUR * rng.uniform(1.5, 18)))
    )
    close = restore + round(HOUR * rng.uniform(0.2, 5))
    return Ticket(part, at, "minor", respond, restore, close, str(rng.choice(WISHES)))


def tell_outage(spell: Spell, sender: str) -> Iterator[Told]:
    """An outage as it is entered: when noticed, when over."""
    number = f"O-{spell.part.id}-{spell.start // 1000}"
    head = {"type": "outage", "sent_by": sender, "outage": number}
    noticed = spell.start + 2 * MINUTE
    first = {"component": spell.part.id, "from": spell.start, "planned": False}
    yield noticed, {"id": f"{number}.1", **head, "at": noticed, **first, "cause": spell.cause}
    over = spell.end + MINUTE
    yield over, {"id": f"{number}.2", **head, "at": over, "to": spell.end}


def tell_window(window: Window, sender: str) -> Iterator[Told]:
    """A maintenance window, entered two days before."""
    number = f"M-{window.part.id}-{window.start // 1000}"
    at = window.start - 48 * HOUR
    yield (
        at,
        {
            "id": f"{number}.1",
            "type": "maintenance",
            "at": at,
            "sent_by": sender,
            "maintenance": number,
            "component": window.part.id,
            "from": window.start,
            "to": window.end,
            "planned": True,
            "approved": True,
            "cause": window.cause,
        },
    )


def tell_ticket(ticket: Ticket, sender: str) -> Iterator[Told]:
    """A ticket step by step: opened, responded, restored, closed."""
    number = f"T-{ticket.part.id}-{ticket.opened // 1000}"
    head = {"type": "ticket", "sent_by": sender, "ticket": number}
    first = {"component": ticket.part.id, "level": ticket.level, "title": ticket.title}
    at = ticket.opened
    yield at, {"id": f"{number}.1", **head, "at": at, **first, "opened": at}
    later = (("responded", ticket.respond), ("restored", ticket.restore), ("closed", ticket.close))
    for nth, (step, after) in enumerate(later, 2):
        when = at + after
        yield when, {"id": f"{number}.{nth}", **head, "at": when, step: when}


def downs(spells: Sequence[Spell], windows: Sequence[Window]) -> list[Spell]:
    """All stretches in which probes do not see an ordinary answer, windows' middles included."""
    inside = [
        Spell(w.part, w.part.tick(w.start + 5 * MINUTE), w.part.tick(w.end - 10 * MINUTE))
        for w in windows
    ]
    return sorted([*spells, *inside], key=lambda one: one.start)
