"""The platform's part of the worker 平台: the section of the frame, and the report on itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

import orjson

from dashboard.bus import BusDown, BusFull
from dashboard.ledger import Applied, Ledger, uptimereading
from dashboard.ledger.uptime import UptimeChanges
from dashboard.platformcounts import History
from dashboard.platformlive import PlatformState
from dashboard.platformlive.painting import Painter
from dashboard.platformlive.state import Seen
from dashboard.platformparts import SELF, WORK
from dashboard.profile import Profile
from dashboard.snapshot import Frame

log = logging.getLogger(__name__)

BEAT_MS: Final = 60_000
"""How often the worker says that it works."""
_FAR: Final = 1 << 62


class PlatformWork:
    """The section `平台` of the frame."""

    def __init__(self, profile: Profile, ledger: Ledger) -> None:
        self._profile, self._ledger = profile, ledger
        self._state: PlatformState | None = None
        self._painted: tuple[Any, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] | None
        self._painted = None
        self.next_at = _FAR

    def reset(self, now: int) -> None:
        """Everything anew from the ledger."""
        profile, ledger = self._profile, self._ledger
        state = PlatformState(profile.platform, profile.day, profile.day_start, now)
        history = History(ledger, profile.platform, profile)
        state.load(
            uptimereading.spans(ledger, state.start, _FAR),
            uptimereading.records(ledger),
            {id: Seen(*one) for id, one in uptimereading.last_probes(ledger).items()},
            history.under_way(profile.platform.vital, state.start),
        )
        self._state, self._painted, self.next_at = state, None, state.next_at

    def apply(self, applied: Applied) -> None:
        """Moves by one committed batch."""
        part = applied.parts.get("uptime")
        if part is None or self._state is None:
            return
        changes: UptimeChanges = part.changes
        for component, one in changes.probed.items():
            seen = Seen(one.last_at, one.answer)
            self._state.probed(component, one.start, one.end, one.spans, seen)
        self._state.settle(changes.records)
        self.next_at = self._state.next_at

    def advance(self, now: int) -> bool:
        """Lets time pass; a new day is loaded anew."""
        if self._state is None:
            return False
        if self._profile.day(max(now, self._state.now)) != self._state.today:
            self.reset(now)
            return True
        moved = self._state.advance(now)
        self.next_at = self._state.next_at
        return moved

    def paint(self, frame: Frame) -> None:
        """Adds the platform to the frame; what has not changed since is not made again."""
        state = self._state
        if state is None:
            return
        key = (state.changed, state.as_of)
        if self._painted is None or self._painted[0] != key:
            painter = Painter(state, self._profile, self._profile.targets)
            self._painted = (key, (painter.cells(), painter.series(), painter.tables()))
        cells, series, tables = self._painted[1]
        frame["m"] |= cells
        frame["s"] |= series
        frame["t"] |= tables


class SelfReport:
    """本系统自报: a probe of the component `wall` a minute while the worker works.

    A worker that is dead, without Redis or without its ledger says nothing, and nothing is what
    the timeline then knows of that time.
    """

    def __init__(self, send: Callable[[list[bytes]], object], build: str) -> None:
        self._send, self._build = send, build
        self.next_at = 0

    def reset(self, now: int) -> None:
        """Nothing is loaded."""

    def apply(self, applied: Applied) -> None:
        """Nothing follows from events."""

    def advance(self, now: int) -> bool:
        """Says so when it is time."""
        if now < self.next_at <= now + BEAT_MS:
            return False
        self.next_at = now + BEAT_MS
        event = {"id": f"{WORK}-{now}", "type": "probe", "at": now, "sent_by": WORK}
        try:
            self._send([orjson.dumps(event | {"component": SELF, "ok": True})])
        except (BusDown, BusFull) as error:
            log.debug("自报未送出: %s", error)
        return False

    def paint(self, frame: Frame) -> None:
        """Nothing of its own."""
