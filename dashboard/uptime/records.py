"""What people enter 人工记录: outages, maintenance windows, tickets, corrections, and their merge.

A record is merged as a case is: per field the greater revision wins, of equal revisions the greater
value, so order and repetition change nothing. A field set to nothing is cleared; `void` withdraws
the record as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashboard.uptime.spans import DEGRADED, DOWN, STATES

KINDS: Final = ("outage", "maintenance", "ticket", "correction")
EVERY: Final = "*"
"""As the component of a record: all of the platform."""
_TIMES: Final = ("from", "to")
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "outage": ("component", *_TIMES, "state", "planned", "cause", "void"),
    "maintenance": ("component", *_TIMES, "planned", "approved", "cause", "void"),
    "ticket": ("component", "level", "opened", "responded", "restored", "closed", "title", "void"),
    "correction": ("component", *_TIMES, "state", "why", "who", "role", "made_at", "void"),
}

Fields = dict[str, tuple[int, Any]]
"""Field → (revision, value)."""


def merge(record: Fields, rev: int, changes: Mapping[str, Any]) -> bool:
    """Writes changes of one revision into a record; True if a value changed."""
    changed = False
    for name, value in changes.items():
        had = record.get(name)
        if had is None or (rev, _rank(value)) > (had[0], _rank(had[1])):
            record[name] = (rev, value)
            changed = changed or had is None or had[1] != value
    return changed


def _rank(value: Any) -> tuple[bool, str, Any]:
    return value is not None, type(value).__name__, value


@dataclass(frozen=True)
class Outage:
    """中断 entered by hand: from ≤ t < to (None: still going); planned ones are maintenance."""

    id: str
    component: str
    start: int
    end: int | None
    state: int = DOWN
    planned: bool = False
    cause: str = ""


@dataclass(frozen=True)
class Maintenance:
    """维护窗口; it counts only when planned and approved, otherwise it is a note."""

    id: str
    component: str
    start: int
    end: int | None
    planned: bool = True
    approved: bool = False
    cause: str = ""


@dataclass(frozen=True)
class Ticket:
    """故障工单 with its four instants, epoch ms."""

    id: str
    component: str
    opened: int
    level: str = ""
    responded: int | None = None
    restored: int | None = None
    closed: int | None = None
    title: str = ""


@dataclass(frozen=True)
class Correction:
    """人工更正: in from ≤ t < to the component was `state`; who entered it, when and why.

    The wall shows the role, never the name.
    """

    id: str
    component: str
    start: int
    end: int
    state: int
    why: str
    who: str
    made_at: int
    role: str = ""


Record = Outage | Maintenance | Ticket | Correction


def record_of(kind: str, id: str, fields: Fields) -> Record | None:
    """The record the fields make; None while something needed is missing, or when withdrawn."""
    value = {name: found for name, (_, found) in fields.items() if found is not None}
    if value.get("void") or not value.get("component"):
        return None
    if kind == "ticket":
        return _ticket(id, value)
    start, end = value.get("from"), value.get("to")
    if start is None or (end is not None and end <= start):
        return None
    if kind == "outage":
        state = DEGRADED if value.get("state") == "degraded" else DOWN
        planned = bool(value.get("planned"))
        return Outage(id, value["component"], start, end, state, planned, value.get("cause", ""))
    if kind == "maintenance":
        planned, approved = bool(value.get("planned", True)), bool(value.get("approved"))
        cause = value.get("cause", "")
        return Maintenance(id, value["component"], start, end, planned, approved, cause)
    if end is None or not value.keys() >= {"state", "why", "who", "made_at"}:
        return None
    state = STATES.index(value["state"])
    return Correction(
        id,
        value["component"],
        start,
        end,
        state,
        value["why"],
        value["who"],
        value["made_at"],
        value.get("role", ""),
    )


def _ticket(id: str, value: Mapping[str, Any]) -> Ticket | None:
    if value.get("opened") is None:
        return None
    names = ("component", "opened", "level", "responded", "restored", "closed", "title")
    return Ticket(id, **{name: value[name] for name in names if name in value})
