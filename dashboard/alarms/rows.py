"""How alarms are shown 告警行: the rows of `t.alarms` and the summary `s.alarms` of the frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from dashboard.alarms.engine import Alarm
from dashboard.alarms.rules import SEVERITIES, WATCHED, Rule, quantity

ROWS: Final = 20
_RANK: Final = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_STATE_RANK: Final = {"active": 0, "acked": 1, "cleared": 2}


def state_of(alarm: Alarm) -> str:
    """active 未确认, acked 已确认, cleared 已解除."""
    if alarm.cleared_at is not None:
        return "cleared"
    return "active" if alarm.acked_at is None else "acked"


def rows(alarms: Iterable[Alarm], rules: Mapping[str, Rule]) -> list[dict[str, Any]]:
    """Rows in the order of the screen: unacknowledged first, then by severity, then the newest."""
    known = [(alarm, rules[alarm.rule]) for alarm in alarms if alarm.rule in rules]
    known.sort(
        key=lambda one: (_STATE_RANK[state_of(one[0])], _RANK[one[1].severity], -one[0].since)
    )
    return [row(alarm, rule) for alarm, rule in known[:ROWS]]


def row(alarm: Alarm, rule: Rule) -> dict[str, Any]:
    """One alarm as the wall shows it: no name of a person, only a role."""
    return {
        "id": alarm.id,
        "rule": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "text": f"{alarm.label}：{rule.text}" if alarm.label else rule.text,
        "scene": rule.scene or None,
        "since": alarm.since,
        "state": state_of(alarm),
        "acked_by_role": alarm.acked_by_role or None,
        "acked_at": alarm.acked_at,
        "cleared_at": alarm.cleared_at,
        "value": alarm.said or quantity(alarm.value, rule.unit),
        "limit": rule.limit(),
        "leave": rule.end(),
        "card": None if rule.watch in WATCHED else rule.watch,
    }


def summary(
    alarms: Iterable[Alarm], rules: Mapping[str, Rule], quiet: bool, quiet_hours: str
) -> dict[str, Any]:
    """How many last, how many nobody acknowledged, the worst, and whether it is quiet now."""
    lasting = [alarm for alarm in alarms if alarm.rule in rules and alarm.cleared_at is None]
    worst = min(
        (rules[alarm.rule].severity for alarm in lasting),
        key=lambda severity: _RANK[severity],
        default=None,
    )
    return {
        "active": len(lasting),
        "unacked": sum(alarm.acked_at is None for alarm in lasting),
        "worst": worst,
        "quiet": quiet,
        "quiet_hours": quiet_hours,
    }
