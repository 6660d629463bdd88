"""From calls to events 话务事件: a finished row of the call log, or each step as it happens.

Call numbers count up within a day; an agent is a number, never a name; nobody's telephone number
is anywhere. The recorded greeting is told as 语音导航, which is where systems play it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dashboard.sources.simulator.daily import Event, Told
from dashboard.sources.simulator.hotline.aftercare import Aftercare
from dashboard.sources.simulator.hotline.queue import ANSWERED, OVERFLOWED, RANG_OUT
from dashboard.sources.simulator.hotline.year import HUNG_UP, Calls

TRANSFERRED: Final = 25
"""Of a thousand answered calls."""
ROW_REV: Final = 10
"""Above every step of the call, below what follows it."""


def agent_code(number: int) -> str:
    """The number an agent 坐席 is known by."""
    return f"A{number + 1:03d}"


def passed_on(answered: int) -> bool:
    """Whether the agent who answered at that instant (ms) had to pass the call on 转接."""
    return answered % 1_000 < TRANSFERRED


class Teller:
    """Tells calls one by one; `numbers` are their call numbers, `sender` who reports them."""

    def __init__(self, calls: Calls, care: Aftercare, numbers: list[str], sender: str) -> None:
        self._columns = [
            getattr(calls, name).tolist()
            for name in ("offered", "queued", "rang", "answered", "ended", "wrapped", "agent")
        ]
        self._outcome: list[int] = calls.outcome.tolist()
        self._care = [
            getattr(care, name).tolist()
            for name in ("feedback_due", "fed_back", "callback_due", "called_back", "satisfaction")
        ]
        self._numbers = numbers
        self._sender = sender

    def __len__(self) -> int:
        return len(self._numbers)

    def row(self, i: int) -> Told:
        """The finished call in one event."""
        offered, queued, rang, answered, ended, wrapped, agent = (c[i] for c in self._columns)
        outcome = self._outcome[i]
        given: dict[str, Any] = {"offered_at": offered, "ivr_enter_at": offered}
        if outcome == HUNG_UP:
            given["abandoned_at"] = ended
            return ended, self._event(i, ended, ROW_REV, None, given)
        given["ivr_exit_at"] = given["queued_at"] = queued
        if outcome == ANSWERED:
            given["ringing_at"] = rang
            given["answered_at"] = answered
            given["ended_at"] = ended
            given["wrapped_at"] = wrapped
            if passed_on(answered):
                given["transferred_at"] = answered + (ended - answered) // 2
            given["agent"] = agent_code(agent)
            given.update(self._due(i))
        elif outcome == OVERFLOWED:
            given["overflow_at"] = ended
            given["reason"] = "full"
        else:
            if outcome == RANG_OUT:
                given["ringing_at"] = rang
            given["abandoned_at"] = ended
        return wrapped, self._event(i, wrapped, ROW_REV, None, given)

    def steps(self, i: int) -> Iterator[Told]:
        """The call as it happens, a step at a time."""
        offered, queued, rang, answered, ended, wrapped, agent = (c[i] for c in self._columns)
        outcome = self._outcome[i]
        yield offered, self._event(i, offered, 1, "offered", {"ivr_enter_at": offered})
        if outcome == HUNG_UP:
            yield ended, self._event(i, ended, 2, "abandoned")
            return
        yield queued, self._event(i, queued, 2, "queued", {"ivr_exit_at": queued})
        if outcome == OVERFLOWED:
            yield ended, self._event(i, ended, 3, "overflow", {"reason": "full"})
            return
        who = {"agent": agent_code(agent)}
        if outcome in (ANSWERED, RANG_OUT):
            yield rang, self._event(i, rang, 3, "ringing", who if outcome == ANSWERED else None)
        if outcome == ANSWERED:
            yield answered, self._event(i, answered, 4, "answered")
            if passed_on(answered):
                at = answered + (ended - answered) // 2
                yield at, self._event(i, at, 5, "transferred")
            yield ended, self._event(i, ended, 6, "ended")
            yield wrapped, self._event(i, wrapped, 7, "wrapped", self._due(i) or None)
        else:
            yield ended, self._event(i, ended, 4, "abandoned")

    def after(self, i: int) -> Iterator[Told]:
        """What follows the call: 反馈, 应回访, 回访 and 满意度."""
        _, fed_back, due, called_back, satisfaction = (column[i] for column in self._care)
        if fed_back:
            yield fed_back, self._event(i, fed_back, ROW_REV + 1, "fed_back")
        if due:
            yield due, self._event(i, due, ROW_REV + 2, "callback_due")
        if called_back:
            given = None
            if satisfaction:
                given = {"rated_at": called_back, "satisfaction": satisfaction}
            yield called_back, self._event(i, called_back, ROW_REV + 3, "called_back", given)

    def _due(self, i: int) -> dict[str, Any]:
        feedback = self._care[0][i]
        return {"feedback_due_at": feedback} if feedback else {}

    def _event(
        self, i: int, at: int, rev: int, step: str | None, given: dict[str, Any] | None = None
    ) -> Event:
        call = self._numbers[i]
        event: Event = {
            "id": f"{call}.{rev}",
            "type": "call",
            "at": at,
            "sent_by": self._sender,
            "call": call,
            "rev": rev,
        }
        if step is not None:
            event["step"] = step
        if given:
            event["set"] = given
        return event
