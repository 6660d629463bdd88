"""`[alarms]` of the city profile 告警规则: the usual rules, changed, switched off or added to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dashboard.alarms.rules import (
    SEVERITIES,
    WATCHED,
    AlarmSettings,
    BadRule,
    Condition,
    QuietHours,
    Rule,
    Severity,
    condition,
)
from dashboard.measures import MEASURES
from dashboard.tomltable import Table

USUAL: Final[dict[str, Rule]] = {
    rule.id: rule
    for rule in (
        Rule(
            "queue",
            "排队告警",
            "热线排队人数超过上限",
            "now.calls.waiting_now",
            condition("> 5"),
            condition("<= 3"),
            enter_hold_s=30,
            severity="bad",
            scene="hotline",
            unit="人",
        ),
        Rule(
            "longest-wait",
            "久等告警",
            "热线最长等待超过上限",
            "now.calls.longest_wait_s",
            condition("> 60"),
            condition("<= 30"),
            enter_hold_s=30,
            severity="bad",
            scene="hotline",
            unit="秒",
        ),
        Rule(
            "component",
            "平台中断",
            "关键组件中断",
            "component",
            condition("> 0"),
            condition("<= 0"),
            severity="bad",
            scene="platform",
        ),
        Rule(
            "gap",
            "数据缺口",
            "事件流有缺口，可能有事件未入账",
            "gap",
            condition("> 0"),
            condition("<= 0"),
            severity="bad",
            scene="platform",
        ),
        Rule(
            "source",
            "来源断线",
            "来源系统长时间没有数据",
            "source",
            condition("> 10"),
            condition("<= 3"),
            enter_hold_s=30,
            unit="个间隔",
            scene="platform",
        ),
        Rule(
            "lag",
            "入账落后",
            "事件入账落后于到达",
            "lag_s",
            condition("> 60"),
            condition("<= 5"),
            enter_hold_s=30,
            leave_hold_s=30,
            unit="秒",
            scene="platform",
        ),
        Rule(
            "surge-category",
            "类别突增",
            "最近一小时上报明显多于过去八周同一时段",
            "surge:category",
            condition("> 4"),
            condition("<= 2"),
            enter_hold_s=60,
            leave_hold_s=300,
            least=10,
            unit="倍离差",
        ),
        Rule(
            "surge-grid",
            "网格突增",
            "最近一小时上报明显多于过去八周同一时段",
            "surge:duty_grid",
            condition("> 4"),
            condition("<= 2"),
            enter_hold_s=60,
            leave_hold_s=300,
            severity="info",
            least=6,
            unit="倍离差",
        ),
    )
}
"""The rules of a city that says nothing. Those about the hotline and the platform rest in a city
without: their cells never come."""
PERIODS: Final = ("today", "month", "year", "now", "open", "quarter")
_NEW = Rule("", "", "", "gap", Condition(">", 0), Condition("<=", 0))


def read_alarms(table: Table) -> AlarmSettings:
    """The settings from `[alarms]`; raises `ProfileError`."""
    quiet = _quiet(table)
    off = table.texts("off", "规则编号：" + "、".join(USUAL), _any(USUAL))
    rules = {id: rule for id, rule in USUAL.items() if id not in off}
    for one in table.tables("rules"):
        rule = _rule(one)
        rules[rule.id] = rule
        one.done()
    table.done()
    return AlarmSettings(rules, quiet)


def _any(words: Iterable[str]) -> str:
    return "|".join(words)


def _quiet(table: Table) -> QuietHours:
    expected = "时段，如 22:00-07:00"
    text = table.optional_text("quiet_hours", expected, r"[012]\d:[0-5]\d-[012]\d:[0-5]\d")
    if text is None:
        return QuietHours()
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    if max(start, end) >= 24 * 60 or start == end:
        raise table.error("quiet_hours", text, expected)
    return QuietHours(start, end)


def _rule(one: Table) -> Rule:
    """A rule of `[[rules]]`; what it leaves out is that of the usual rule of the same id."""
    id = one.text("id", "规则编号，小写字母、数字、横线", r"[a-z][a-z0-9-]{0,31}")
    usual = USUAL.get(id)
    base = usual or _NEW
    given = usual is not None
    watch = one.text("watch", _watchable(), default=base.watch if given else None)
    unit = _unit(one, watch) if not given or "watch" in one else base.unit
    try:
        return Rule(
            id,
            one.text("title", "短题，至多 8 个字", r".{1,8}", base.title if given else None),
            one.text("text", "一行说明，至多 60 字", r".{1,60}", base.text if given else None),
            watch,
            _condition(one, "enter", base.enter if given else None),
            _condition(one, "leave", base.leave if given else None),
            one.number("enter_hold_s", 0, 86_400, base.enter_hold_s),
            one.number("leave_hold_s", 0, 86_400, base.leave_hold_s),
            _severity(one, base),
            one.text("scene", "画面编号，如 hotline", r"[a-z][a-z_-]{0,31}|", base.scene),
            one.text("unit", "单位", r".{0,6}", unit),
            int(one.number("least", 1, 100_000, base.least, whole=True)),
        )
    except BadRule as error:
        raise one.error("leave", one.get("leave"), str(error)) from error


def _severity(one: Table, base: Rule) -> Severity:
    word = one.choice("severity", SEVERITIES, base.severity)
    return "bad" if word == "bad" else "warn" if word == "warn" else "info"


def _condition(one: Table, key: str, usual: Condition | None) -> Condition:
    expected = "比较与数字，如 > 5、<= 0.95（率用 0–1，时长用秒）"
    if usual is not None and key not in one:
        return usual
    text = one.text(key, expected)
    try:
        return condition(text)
    except BadRule as error:
        raise one.error(key, text, expected) from error


def _watchable() -> str:
    cells = "、".join(f"{period}.<指标>" for period in PERIODS)
    return f"{'、'.join(WATCHED)}，或画面中的一格：{cells}"


def _unit(one: Table, watch: str) -> str:
    """The unit of what is watched; refuses what no frame has."""
    if watch in WATCHED:
        return ""
    period, _, measure = watch.partition(".")
    known = MEASURES.get(measure.partition("@")[0])
    if period == "open":
        return "件"
    if period not in PERIODS or known is None:
        raise one.error("watch", watch, _watchable())
    return known.unit
