"""The hotline's part of the worker 热线: the section of the frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from dashboard.callcounts import rolled
from dashboard.calls.agents import Change as StateChange
from dashboard.calls.daypoints import calls_of
from dashboard.calls.record import Row
from dashboard.calls.rolling import Calls, Rolled
from dashboard.calls.standing import Counts
from dashboard.hotlinelive import HotlineState
from dashboard.hotlinelive.painting import Painter
from dashboard.hotlineprofile import Hotline
from dashboard.ledger import Applied, Ledger
from dashboard.ledger import callreading as reading
from dashboard.ledger.calls import CallsApplied
from dashboard.ledger.reading import heard
from dashboard.profile import Profile
from dashboard.snapshot import Frame, State

_FAR: Final = 1 << 62
_FAR_DAY: Final = 1 << 30
KINDS: Final = frozenset({"call", "agent"})
ORDER: Final[tuple[State, ...]] = ("live", "late", "offline")


class LedgerCalls:
    """What the live state asks of the ledger."""

    def __init__(self, ledger: Ledger, profile: Profile) -> None:
        self._ledger, self._profile = ledger, profile

    def days(self, first_day: int) -> Mapping[int, Counts]:
        return reading.call_sums(self._ledger, first_day, _FAR_DAY, "day")

    def agent_quarters(self, day: int) -> Mapping[int, Counts]:
        return reading.quarter_sums(self._ledger, day)

    def touched(self, since: int) -> Iterable[tuple[str, Row]]:
        return reading.calls_since(self._ledger, since)

    def agents(self, since: int) -> Mapping[str, Sequence[StateChange]]:
        return reading.agent_changes(self._ledger, since, _FAR)

    def calls(self, first_day: int, end_day: int) -> Calls:
        return calls_of(reading.day_points(self._ledger, first_day, end_day))

    def least(self, start: int, end: int) -> Mapping[str, Rolled | None]:
        return rolled(self._ledger, self._profile, start, end).least


class HotlineWork:
    """The section `热线` of the frame, in cities that have one."""

    def __init__(self, profile: Profile, ledger: Ledger) -> None:
        self._profile, self._ledger = profile, ledger
        self._rules = profile.hotline or Hotline()
        self._state: HotlineState | None = None
        self._senders: dict[str, int] = {}
        self._heard = 0
        self.next_at = _FAR

    def reset(self, now: int) -> None:
        """Everything anew from the ledger."""
        history = LedgerCalls(self._ledger, self._profile)
        self._state = HotlineState(self._profile, self._rules, history, now)
        self._listen()
        self.next_at = self._state.next_at

    def _listen(self) -> None:
        """Who sends of the hotline, and when a call was last heard of."""
        found = heard(self._ledger)
        self._senders = {sender: at for (kind, sender), at in found.items() if kind in KINDS}
        self._heard = max((at for (kind, _), at in found.items() if kind == "call"), default=0)

    def apply(self, applied: Applied) -> None:
        """Moves by one committed batch."""
        part = applied.parts.get("calls")
        if part is None or self._state is None:
            return
        changes: CallsApplied = part.changes
        self._state.apply(changes.calls, changes.agents, changes.delta)
        self._listen()
        self.next_at = self._state.next_at

    def advance(self, now: int) -> bool:
        """Lets time pass."""
        if self._state is None:
            return False
        moved = self._state.advance(now)
        self.next_at = self._state.next_at
        return moved

    def paint(self, frame: Frame) -> None:
        """Adds the hotline to the frame."""
        state = self._state
        if state is None:
            return
        state.refresh_past()
        states = {one["state"] for one in frame["sources"] if one["id"] in self._senders}
        feed: State = next((one for one in ORDER if one in states), "nodata")
        painter = Painter(self._profile, state, feed, self._heard)
        frame["m"] |= painter.cells()
        frame["s"] |= painter.series()
        frame["t"] |= painter.tables()
