"""The alarms as the desk asks for them 告警页的后台: what lasts, the log, acknowledging."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.access.identity import Identity
from dashboard.access.policy import ACTIONS, may
from dashboard.access.roles import NAMES
from dashboard.alarms.engine import Alarm
from dashboard.alarms.rows import state_of
from dashboard.alarms.rules import SEVERITIES, Rule, quantity
from dashboard.ledger import Ledger
from dashboard.ledger import alarms as log_of
from dashboard.profile import Profile
from layouts.alarmlog import AlarmBoard, AlarmRow

ACK: Final = "alarms.acknowledge"
SHOWN: Final = 200
DAY_MS: Final = 86_400_000
RECORDED_MS: Final = 2 * 60_000
Trail = Callable[[str, str, str, str], None]
"""审计: (account, act, subject, detail)."""


class NotAllowed(ValueError):
    """Somebody who may not acknowledge 确认; says who may."""


class AlarmDesk:
    """One per web process; every call says who asks."""

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        profile: Profile,
        now: Callable[[], int],
        trail: Trail,
        replay_days: int = 0,
    ) -> None:
        self._replay_ms = replay_days * DAY_MS
        self._open, self._profile, self._now, self._trail = open_ledger, profile, now, trail
        self._zone = ZoneInfo(profile.timezone)

    def board(self, who: Identity) -> AlarmBoard:
        """Everything the page shows now."""
        ledger, now = self._open(), self._now()
        lasting = log_of.lasting(ledger, now + 1)
        past = [alarm for alarm in log_of.log(ledger, SHOWN) if alarm.cleared_at is not None]
        ranks = list(SEVERITIES)
        lasting.sort(
            key=lambda one: (
                one.acked_at is not None,
                ranks.index(self._severity(one)),
                -one.since,
            )
        )
        return AlarmBoard(
            lasting=tuple(self._row(alarm, now) for alarm in lasting),
            past=tuple(self._row(alarm, now) for alarm in past),
            may_acknowledge=may(who, ACK),
        )

    def acknowledge(self, who: Identity, id: str) -> str:
        """确认 an alarm; what to tell. The first acknowledgement stays. Raises `NotAllowed`."""
        if not may(who, ACK):
            allowed = "、".join(NAMES[role] for role in NAMES if role in ACTIONS[ACK].roles)
            raise NotAllowed(f"您的角色不能确认告警；{allowed}角色可以")
        now, name = self._now(), who.name or who.user
        role = next(NAMES[role] for role in NAMES if role in ACTIONS[ACK].roles & who.roles)
        alarm = log_of.acknowledge(self._open(), id, now, name, role)
        if alarm is None:
            return "这条告警已经解除，不用确认了"
        title = self._titled(alarm)
        if (alarm.acked_at, alarm.acked_by) != (now, name):
            return f"{title} 已由 {alarm.acked_by} 于 {self._clock(alarm.acked_at)} 先确认"
        self._trail(who.user, "acknowledge", alarm.id, title)
        return f"{title} 已确认，大屏显示“{role}已确认”"

    def _row(self, alarm: Alarm, now: int) -> AlarmRow:
        rule = self._rule(alarm)
        unit = rule.unit if rule else ""
        acked = alarm.acked_at is not None
        return AlarmRow(
            id=alarm.id,
            severity=self._severity(alarm),
            severity_name=SEVERITIES[self._severity(alarm)],
            title=rule.title if rule else alarm.rule,
            text=": ".join(filter(None, (alarm.label, rule.text if rule else "规则已停用"))),
            state=state_of(alarm),
            since=self._clock(alarm.since),
            cleared=self._clock(alarm.cleared_at),
            lasted=lasted((alarm.cleared_at or now) - alarm.since),
            value=alarm.said or quantity(alarm.value, unit),
            peak=quantity(alarm.peak, unit),
            limit=rule.limit() if rule else "",
            acked_at=self._clock(alarm.acked_at),
            acked_by=f"{alarm.acked_by}（{alarm.acked_by_role}）" if acked else "",
            replay=self._replay(alarm.since, now),
        )

    def _replay(self, at: int, now: int) -> str:
        """The wall of that minute, where it is recorded by now and kept still."""
        return f"/wall?at={at}" if RECORDED_MS <= now - at <= self._replay_ms else ""

    def _rule(self, alarm: Alarm) -> Rule | None:
        return self._profile.alarms.rules.get(alarm.rule)

    def _severity(self, alarm: Alarm) -> str:
        rule = self._rule(alarm)
        return rule.severity if rule else "info"

    def _titled(self, alarm: Alarm) -> str:
        rule = self._rule(alarm)
        return " ".join(filter(None, (rule.title if rule else alarm.rule, alarm.label)))

    def _clock(self, at: int | None) -> str:
        """As the city's clock says; the date where it is another day."""
        if at is None:
            return ""
        when = datetime.datetime.fromtimestamp(at / 1000, self._zone)
        today = datetime.datetime.fromtimestamp(self._now() / 1000, self._zone).date()
        day = "" if when.date() == today else f"{when.month}月{when.day}日 "
        year = f"{when.year}年" if when.year != today.year else ""
        return f"{year}{day}{when:%H:%M:%S}"


def lasted(ms: int) -> str:
    """How long, to the minute: 不到 1 分、5 分、2 小时 5 分、3 天."""
    minutes = max(0, ms) // 60_000
    if minutes < 1:
        return "不到 1 分"
    if minutes < 60:
        return f"{minutes} 分"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} 小时 {minutes} 分" if hours < 24 else f"{hours // 24} 天 {hours % 24} 小时"
