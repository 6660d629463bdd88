"""An alarm rule 告警规则: what it watches, when it enters and leaves, what the wall then does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Severity = Literal["bad", "warn", "info"]
SEVERITIES: Final[dict[str, str]] = {"bad": "严重", "warn": "警告", "info": "提示"}
"""In falling rank."""
WATCHED: Final[dict[str, str]] = {
    "source": "来源系统静默了几个上报间隔",
    "component": "关键平台组件中断（1）或正常（0）",
    "gap": "事件流有数据缺口（1）",
    "lag_s": "入账落后的秒数",
    "rejected": "今日拒收的事件数",
    "surge:category": "类别最近一小时的上报，相对过去八周同一时段",
    "surge:duty_grid": "责任网格，同上",
    "surge:district": "区，同上",
}
"""What a rule may watch besides a cell of the frame (its key, e.g. `now.calls.waiting_now`)."""
_CONDITION: Final = re.compile(r"(>=|<=|>|<)\s*(-?[0-9]+(?:\.[0-9]+)?)")


class BadRule(ValueError):
    """A rule that could never work; the text says what was expected."""


@dataclass(frozen=True)
class Condition:
    """A comparison with a number, e.g. `> 5`; the number is in the unit of what is watched."""

    op: str
    number: float

    def holds(self, value: float) -> bool:
        """Whether `value` satisfies it."""
        if self.op == ">":
            return value > self.number
        if self.op == ">=":
            return value >= self.number
        return value < self.number if self.op == "<" else value <= self.number

    @property
    def upward(self) -> bool:
        """True for > and ≥."""
        return self.op[0] == ">"

    def said(self, unit: str) -> str:
        """As shown: `> 5 人`, `≥ 95 %`, `> 1:00`."""
        op = {">=": "≥", "<=": "≤"}.get(self.op, self.op)
        return f"{op} {quantity(self.number, unit)}"


def condition(text: str) -> Condition:
    """Reads `> 5`, `>=0.95`, …; raises `BadRule`."""
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        raise BadRule(f"{text!r}：应为比较与数字，如 > 5、<= 0.95")
    return Condition(found[1], float(found[2]))


@dataclass(frozen=True)
class Rule:
    """One rule. Rates are shares 0–1, durations seconds.

    It enters 进入 after `enter` has held for `enter_hold_s` and leaves 解除 after `leave` has held
    for `leave_hold_s`; between the two thresholds nothing changes, and neither does it while the
    watched figure is stale or missing.
    """

    id: str
    title: str
    text: str
    watch: str
    enter: Condition
    leave: Condition
    enter_hold_s: float = 0
    leave_hold_s: float = 60
    severity: Severity = "warn"
    scene: str = ""
    """The scene to pin while it lasts; empty: none."""
    unit: str = ""
    least: int = 10
    """突增: fewer cases than this in an hour are no surge."""

    def __post_init__(self) -> None:
        if len(self.title) > 8:
            raise BadRule(f"title {self.title!r}：应至多 8 个字")
        if self.enter.upward == self.leave.upward:
            raise BadRule(f"leave {self.leave.op} {self.leave.number:g}：应与 enter 方向相反")
        between = self.enter.number - self.leave.number
        apart = between if self.enter.upward else -between
        touching = self.enter.op in (">=", "<=") and self.leave.op in (">=", "<=")
        if apart < 0 or (apart == 0 and touching):
            raise BadRule(f"leave {self.leave.op} {self.leave.number:g}：与 enter 重叠，会来回跳")

    @property
    def surge(self) -> str:
        """The dimension whose members it watches for surges; empty for other rules."""
        kind, _, dimension = self.watch.partition(":")
        return dimension if kind == "surge" else ""

    def limit(self) -> str:
        """进入条件 as shown."""
        return _with_hold(self.enter.said(self.unit), self.enter_hold_s)

    def end(self) -> str:
        """解除条件 as shown."""
        return _with_hold(self.leave.said(self.unit), self.leave_hold_s)


@dataclass(frozen=True)
class QuietHours:
    """夜间静音: minutes of the city's day, from … to; may go over midnight."""

    start_min: int = 0
    end_min: int = 0

    def covers(self, minute: int) -> bool:
        """Whether a minute of the day is quiet."""
        if self.start_min <= self.end_min:
            return self.start_min <= minute < self.end_min
        return minute >= self.start_min or minute < self.end_min

    def __str__(self) -> str:
        if self.start_min == self.end_min:
            return ""
        return f"{_clock(self.start_min)}–{_clock(self.end_min)}"


@dataclass(frozen=True)
class AlarmSettings:
    """A city's rules by id, and when its walls make no sound."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    quiet: QuietHours = QuietHours()


def quantity(number: float, unit: str) -> str:
    """A number in its unit as shown: seconds as m:ss, shares in percent, others plain."""
    if unit == "秒":
        whole = round(number)
        hours, rest = divmod(whole, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    if unit == "%":
        return f"{number * 100:.2f}".rstrip("0").rstrip(".") + " %"
    shown = f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"
    return f"{shown} {unit}".rstrip()


def _with_hold(said: str, seconds: float) -> str:
    if not seconds:
        return said
    lasting = f"{seconds:g} 秒" if seconds < 120 else f"{seconds / 60:g} 分"
    return f"{said} 持续 {lasting}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
