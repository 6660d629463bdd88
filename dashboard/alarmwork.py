"""The alarms' part of the worker 告警: rules over every frame, incidents kept in the ledger."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final, Protocol

from dashboard.alarmreadings import readings
from dashboard.alarms.engine import SHOWN_CLEARED_MS, Alarm, Change, Engine
from dashboard.alarms.rows import row, rows, summary
from dashboard.ledger import Applied, Ledger
from dashboard.ledger import alarms as log_of
from dashboard.profile import Profile
from dashboard.snapshot import Frame
from dashboard.surgewatch import SurgeWatch

log = logging.getLogger(__name__)

LOOK_MS: Final = 1_000
"""How often acknowledgements are looked for while somebody should make one."""
_FAR: Final = 1 << 62


class Post(Protocol):
    """Who else is told 通知: a webhook, or nobody."""

    def send(self, told: dict[str, Any]) -> None:
        """Takes a message and returns at once."""


class AlarmWork:
    """The section `告警` of the frame; painted last, because it reads what the others painted."""

    def __init__(
        self, profile: Profile, ledger: Ledger, surges: SurgeWatch, post: Post | None = None
    ) -> None:
        self._profile, self._ledger, self._surges, self._post = profile, ledger, surges, post
        self._settings = profile.alarms
        self._engine = Engine()
        self._now = 0
        self._look_at = 0
        self.next_at = _FAR

    def reset(self, now: int) -> None:
        """The lasting incidents from the ledger; those of rules that are no more end."""
        self._now = now
        self._engine = Engine(log_of.lasting(self._ledger, now - SHOWN_CLEARED_MS))
        self._settle(self._engine.retire(now, self._settings.rules))
        self._surges.reset(now)

    def apply(self, applied: Applied) -> None:
        self._surges.apply(applied.changes)

    def advance(self, now: int) -> bool:
        self._now = now
        self._surges.advance(now)
        unacked = [one for one in self._engine.alarms.values() if one.acked_at is None]
        if not unacked or abs(now - self._look_at) < LOOK_MS:
            return False
        self._look_at = now
        return self._acknowledged()

    def paint(self, frame: Frame) -> None:
        now, rules = self._now, self._settings.rules
        surging = [
            (rules[one.rule].surge, one.member)
            for one in self._engine.alarms.values()
            if one.rule in rules and rules[one.rule].surge
        ]
        found = readings(rules.values(), frame, self._surges.members(surging))
        self._settle(self._engine.step(now, found))
        alarms = [*self._engine.alarms.values(), *self._engine.cleared]
        minute = (now - self._profile.day_start(self._profile.day(now))) // 60_000
        quiet = self._settings.quiet
        frame["s"]["alarms"] = summary(alarms, rules, quiet.covers(minute), str(quiet))
        frame["t"]["alarms"] = rows(alarms, rules)

    def _acknowledged(self) -> bool:
        """Takes over what the desk wrote into the ledger."""
        changed = False
        for stored in log_of.lasting(self._ledger, self._now):
            mine = self._engine.alarms.get(stored.key)
            if stored.acked_at is None or mine is None or mine.acked_at is not None:
                continue
            by, role = stored.acked_by, stored.acked_by_role
            changed |= self._engine.acknowledge(stored.id, stored.acked_at, by, role) is not None
        return changed

    def _settle(self, changes: Sequence[Change]) -> None:
        """The ledger first: an incident that it does not have was never shown."""
        if not changes:
            return
        log_of.record(self._ledger, [alarm for _, alarm in changes])
        for what, alarm in changes:
            log.warning("告警%s: %s", "进入" if what == "entered" else "解除", alarm.key)
            self._tell(what, alarm)

    def _tell(self, what: str, alarm: Alarm) -> None:
        rule = self._settings.rules.get(alarm.rule)
        if self._post is not None and rule is not None:
            self._post.send({"event": what, "city": self._profile.id, **row(alarm, rule)})
