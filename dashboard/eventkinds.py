"""Every kind of event 事件种类: cases, and the records beside them, checked in their own rooms.

To add a kind: its check in a pure room, an entry in `KINDS`, a part of the ledger that folds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from dashboard.calls.checking import check_agent, check_call
from dashboard.events import (
    FUTURE_TOLERANCE_MS,
    CaseEvent,
    Rejected,
    Wire,
    case_event,
    happened,
    read_wire,
    short,
)
from dashboard.platformevents import check_probe, check_record
from dashboard.uptime.records import KINDS as PLATFORM_KINDS


class OtherEvent(msgspec.Struct, gc=False):
    """A checked event of a record beside the cases: `data` is what its room reads from it."""

    kind: str
    id: str
    subject: str
    """What it is about, e.g. a call or a component; with `id` its key in the archive."""
    at: int
    rev: int
    sent_by: str
    data: Any
    body: bytes


Event = CaseEvent | OtherEvent
Check = Callable[[Wire, bytes, int, int], tuple[str, Any]]
"""(head, whole line, `at`, latest possible instant) → (subject, data); raises `Rejected`."""

KINDS: Final[dict[str, Check]] = {
    "call": check_call,
    "agent": check_agent,
    "probe": check_probe,
    **{kind: check_record(kind) for kind in PLATFORM_KINDS},
}
TYPES: Final = ("case", *KINDS)


def read_event(line: bytes, now: int) -> Event:
    """One event of any kind; `now` is epoch ms. Raises `Rejected` and nothing else."""
    wire = read_wire(line)
    if wire.type == "case":
        return case_event(wire, line, now)
    check = KINDS.get(wire.type)
    if check is None:
        raise Rejected(f"type: {short(wire.type)}, expected one of {', '.join(TYPES)}")
    latest = now + FUTURE_TOLERANCE_MS
    at = happened(wire, latest)
    subject, data = check(wire, line, at, latest)
    return OtherEvent(wire.type, wire.id, subject, at, wire.rev or at, wire.sent_by, data, line)


def kind_of(event: Event) -> str:
    """The `type` an event came with."""
    return "case" if isinstance(event, CaseEvent) else event.kind


def newest(events: Iterable[Event]) -> dict[tuple[str, str], int]:
    """(kind, sending system) → the newest event time among `events`."""
    out: dict[tuple[str, str], int] = {}
    for event in events:
        key = (kind_of(event), event.sent_by)
        if event.at > out.get(key, 0):
            out[key] = event.at
    return out
