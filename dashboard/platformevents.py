"""Events of the platform 平台事件: probe, outage, maintenance, ticket, correction, checked.

A probe is a point; `from` and `every_ms` make it a row of equal points, which is how senders keep
a long quiet time short. The others are partial updates of a record, merged by revision.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from dashboard.events import LATEST, Rejected, Wire, instant, short
from dashboard.uptime.points import FAILED, NO_LATENCY
from dashboard.uptime.records import FIELDS
from dashboard.uptime.spans import STATES

LONGEST_ROW: Final = 100_000
"""Probes in one event."""
HIGHEST_LATENCY: Final = 86_400_000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Probe(NamedTuple):
    """Probes first, first + step … last (ms), all with the same answer (see `uptime.points`)."""

    first: int
    last: int
    step: int
    answer: int


class Update(NamedTuple):
    """Fields of a record to set; None clears one."""

    id: str
    changes: dict[str, Any]


class _Probe(msgspec.Struct, gc=False):
    component: _Code
    ok: bool
    latency_ms: Annotated[float, msgspec.Meta(ge=0, le=HIGHEST_LATENCY)] | None = None
    from_: Any = msgspec.field(name="from", default=None)
    every_ms: Annotated[int, msgspec.Meta(ge=1)] | None = None


_probe = msgspec.json.Decoder(_Probe)
_record = msgspec.json.Decoder(dict[str, Any])


def check_probe(wire: Wire, line: bytes, at: int, latest: int) -> tuple[str, Probe]:
    """(component, what was seen)."""
    try:
        said = _probe.decode(line)
    except msgspec.DecodeError as error:
        raise Rejected(f"probe: {error}") from None
    if _CONTROL.search(said.component):
        raise Rejected("component contains control characters")
    if not said.ok:
        answer = FAILED
    else:
        answer = NO_LATENCY if said.latency_ms is None else round(said.latency_ms)
    if said.from_ is None and said.every_ms is None:
        return said.component, Probe(at, at, 1, answer)
    if said.from_ is None or said.every_ms is None:
        raise Rejected("from, every_ms: expected both or neither")
    first = instant(said.from_, "from", latest)
    length, rest = divmod(at - first, said.every_ms)
    if at < first or rest:
        raise Rejected(f"every_ms: {said.every_ms} does not lead from `from` to `at`")
    if length >= LONGEST_ROW:
        raise Rejected(f"every_ms: {length + 1} probes, expected at most {LONGEST_ROW}")
    return said.component, Probe(first, at, said.every_ms, answer)


def check_record(kind: str) -> Callable[[Wire, bytes, int, int], tuple[str, Update]]:
    """The check of one kind of record; its subject in the archive is its number."""

    def check(wire: Wire, line: bytes, at: int, latest: int) -> tuple[str, Update]:
        given = _record.decode(line)
        id = given.get(kind, wire.id)
        _text(id, kind, 128)
        changes = {
            name: None if given[name] is None else _CHECKS[name](given[name], name, latest)
            for name in FIELDS[kind]
            if name in given and name != "made_at"
        }
        if kind == "outage" and changes.get("state") not in (None, "down", "degraded"):
            raise Rejected(f"state: {changes['state']}, expected down or degraded")
        if not changes:
            raise Rejected(f"{kind}: no known field, expected some of {', '.join(FIELDS[kind])}")
        if kind == "correction":
            _whole_correction(changes)
            changes["made_at"] = at
        _in_order(changes)
        return id, Update(id, changes)

    return check


def _whole_correction(changes: dict[str, Any]) -> None:
    """A correction stands alone: everything said at once, and by whom."""
    needed = ["who", "why"]
    if not changes.get("void"):
        needed += ["component", "from", "to", "state"]
    for name in needed:
        if changes.get(name) is None:
            raise Rejected(f"{name}: missing, a correction says {', '.join(needed)}")


def _in_order(changes: dict[str, Any]) -> None:
    start, end = changes.get("from"), changes.get("to")
    if start is not None and end is not None and end <= start:
        raise Rejected(f"to: {end} is not after from {start}")


def _text(value: Any, name: str, longest: int) -> str:
    if type(value) is not str or not 0 < len(value) <= longest:
        raise Rejected(f"{name}: {short(value)}, expected text of 1–{longest} characters")
    if _CONTROL.search(value):
        raise Rejected(f"{name}: {short(value)} contains control characters")
    return value


def _short_text(longest: int) -> Callable[[Any, str, int], Any]:
    return lambda value, name, latest: _text(value, name, longest)


def _flag(value: Any, name: str, latest: int) -> bool:
    if type(value) is not bool:
        raise Rejected(f"{name}: {short(value)}, expected true or false")
    return value


def _past(value: Any, name: str, latest: int) -> int:
    return instant(value, name, latest)


def _any_time(value: Any, name: str, latest: int) -> int:
    return instant(value, name, LATEST)


def _state(value: Any, name: str, latest: int) -> str:
    if value not in STATES:
        raise Rejected(f"{name}: {short(value)}, expected one of {', '.join(STATES)}")
    return str(value)


_CHECKS: Final[dict[str, Callable[[Any, str, int], Any]]] = {
    "component": _short_text(64),
    "from": _any_time,
    "to": _any_time,
    "state": _state,
    "planned": _flag,
    "approved": _flag,
    "void": _flag,
    "cause": _short_text(200),
    "level": _short_text(32),
    "opened": _past,
    "responded": _past,
    "restored": _past,
    "closed": _past,
    "title": _short_text(200),
    "why": _short_text(200),
    "who": _short_text(64),
    "role": _short_text(32),
}
