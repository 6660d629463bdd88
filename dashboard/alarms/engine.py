"""The incidents 告警事件: one alarm from the moment a rule enters until it has left.

Pure: readings and the time come in, changes come out. What is missing or stale is no evidence:
a hold that is running starts again, an active alarm stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from dashboard.alarms.rules import Rule

SHOWN_CLEARED_MS: Final = 60_000
"""How long an alarm that has left stays on the screen as 已解除."""


@dataclass(frozen=True)
class Reading:
    """What a rule sees now: the watched value of one member, None while unknown."""

    rule: Rule
    value: float | None
    member: str = ""
    label: str = ""
    """The member's Chinese name, empty for a rule over the whole city."""
    said: str = ""
    """The value as shown, where the unit alone does not say it."""

    @property
    def key(self) -> str:
        return f"{self.rule.id}:{self.member}" if self.member else self.rule.id


@dataclass(frozen=True)
class Alarm:
    """One incident. Times are epoch ms; `peak` is the worst value so far."""

    id: str
    key: str
    rule: str
    member: str
    label: str
    since: int
    value: float
    peak: float
    said: str = ""
    cleared_at: int | None = None
    acked_at: int | None = None
    acked_by: str = ""
    acked_by_role: str = ""


@dataclass
class _Watch:
    """Where one key stands: since when the condition to enter (or leave) has held."""

    enter_since: int | None = None
    leave_since: int | None = None


Change = tuple[Literal["entered", "cleared"], Alarm]


class Engine:
    """The incidents of one city."""

    def __init__(self, alarms: Iterable[Alarm] = ()) -> None:
        self.alarms: dict[str, Alarm] = {}
        """Active ones by key."""
        self.cleared: list[Alarm] = []
        """Those that left a moment ago, for the screen."""
        for alarm in alarms:
            if alarm.cleared_at is None:
                self.alarms[alarm.key] = alarm
            else:
                self.cleared.append(alarm)
        self._watches: dict[str, _Watch] = {}

    def step(self, now: int, readings: Iterable[Reading]) -> list[Change]:
        """Lets the readings of this moment work; what entered and what cleared."""
        changes: list[Change] = []
        seen = set()
        for reading in readings:
            key = reading.key
            seen.add(key)
            watch = self._watches.setdefault(key, _Watch())
            alarm = self.alarms.get(key)
            change = (
                self._outside(now, reading, watch)
                if alarm is None
                else self._inside(now, reading, watch, alarm)
            )
            if change is not None:
                changes.append(change)
        for key in self._watches.keys() - seen - self.alarms.keys():
            del self._watches[key]
        self.cleared = [
            one for one in self.cleared if now - (one.cleared_at or 0) <= SHOWN_CLEARED_MS
        ]
        return changes

    def retire(self, now: int, keep: Iterable[str]) -> list[Change]:
        """Ends alarms of rules that are no more (`keep` are the ids that are)."""
        kept = frozenset(keep)
        gone = [alarm for alarm in self.alarms.values() if alarm.rule not in kept]
        return [self._clear(now, alarm) for alarm in gone]

    def acknowledge(self, id: str, at: int, by: str, role: str) -> Alarm | None:
        """确认: the first acknowledgement stays; None where there is no such active alarm."""
        for key, alarm in self.alarms.items():
            if alarm.id == id:
                if alarm.acked_at is None:
                    alarm = replace(alarm, acked_at=at, acked_by=by, acked_by_role=role)
                    self.alarms[key] = alarm
                return alarm
        return None

    def _outside(self, now: int, reading: Reading, watch: _Watch) -> Change | None:
        value = reading.value
        if value is None or not reading.rule.enter.holds(value):
            watch.enter_since = None
            return None
        if watch.enter_since is None or watch.enter_since > now:
            watch.enter_since = now
        if now - watch.enter_since < reading.rule.enter_hold_s * 1000:
            return None
        watch.enter_since = watch.leave_since = None
        key = reading.key
        alarm = Alarm(
            f"{key}@{now}",
            key,
            reading.rule.id,
            reading.member,
            reading.label,
            now,
            value,
            value,
            reading.said,
        )
        self.alarms[key] = alarm
        return "entered", alarm

    def _inside(self, now: int, reading: Reading, watch: _Watch, alarm: Alarm) -> Change | None:
        value, rule = reading.value, reading.rule
        if value is None:
            watch.leave_since = None
            return None
        worse = max if rule.enter.upward else min
        alarm = replace(
            alarm, value=value, peak=worse(alarm.peak, value), said=reading.said or alarm.said
        )
        self.alarms[alarm.key] = alarm
        if not rule.leave.holds(value):
            watch.leave_since = None
            return None
        if watch.leave_since is None or watch.leave_since > now:
            watch.leave_since = now
        if now - watch.leave_since < rule.leave_hold_s * 1000:
            return None
        return self._clear(now, alarm)

    def _clear(self, now: int, alarm: Alarm) -> Change:
        over = replace(alarm, cleared_at=now)
        self.alarms.pop(alarm.key, None)
        self._watches.pop(alarm.key, None)
        self.cleared.append(over)
        return "cleared", over
