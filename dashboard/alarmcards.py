"""What the card of an alarm says 告警的口径卡: what it watches, its limits, how a surge counts."""

from __future__ import annotations

from typing import Final

from dashboard.alarms.rules import WATCHED, AlarmSettings, Rule
from dashboard.alarms.surge import NEEDED, WEEKS
from layouts.definition import Definition

SURGE: Final = (
    "最近六十分钟的上报，减去过去 {weeks} 周同一星期几、同一时段的中位数，除以离差；离差取 "
    "1.4826 × 绝对离差的中位数与中位数平方根中较大者，至少为 1。没有一件上报的周不算，"
    "不足 {needed} 周不判断；不足 {least} 件不算突增"
)


def alarm_cards(settings: AlarmSettings) -> dict[str, Definition]:
    """`alarms.<rule>` → its card, for every rule of the city."""
    return {f"alarms.{id}": _card(rule) for id, rule in settings.rules.items()}


def _card(rule: Rule) -> Definition:
    text = f"看 {rule.watch} 这一格：{rule.text}"
    if rule.surge:
        text = SURGE.format(weeks=WEEKS, needed=NEEDED, least=rule.least)
    elif rule.watch in WATCHED:
        text = f"{WATCHED[rule.watch]}：{rule.text}"
    return Definition(
        rule.title,
        rule.unit,
        text,
        source="城市档案 [alarms]",
        note=f"进入 {rule.limit()}；解除 {rule.end()}；其间没有数据或数据陈旧，不算依据",
    )
