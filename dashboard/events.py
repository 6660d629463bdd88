"""The event contract 事件契约: bytes in, a checked `CaseEvent` out, or a `Rejected` that says why.

An event is a partial update of a record: the fields a step writes, the fields in `set`, and the
revision both carry. The whole text is kept by the archive; here only what the record knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from dashboard.cases import (
    CODE_FIELDS,
    COUNT_FIELDS,
    DATUM,
    FUTURE_FIELDS,
    INDEX,
    STEPS,
    TIME_FIELDS,
)
from geo.datum import DATUMS

MAX_BYTES: Final = 65_536
EARLIEST: Final = 946_656_000_000  # 2000-01-01 00:00 in Shanghai
LATEST: Final = 4_102_416_000_000  # 2100-01-01 00:00 in Shanghai
FUTURE_TOLERANCE_MS: Final = 300_000


class Rejected(ValueError):
    """An event that cannot be counted; the text names what was found and what was expected."""


class CaseEvent(msgspec.Struct, gc=False):
    """A checked partial update of one case: `changes` are (field index, value) at `rev`."""

    id: str
    case: str
    at: int
    rev: int
    step: str
    sent_by: str
    changes: list[tuple[int, Any]]
    body: bytes


_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
_Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Wire(msgspec.Struct, gc=False):
    """What every kind of event has at its head, and what a case event has besides."""

    id: _Id
    type: str
    at: int | Annotated[datetime, msgspec.Meta(tz=True)]
    case: _Code | None = None
    rev: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None
    step: str | None = None
    sent_by: Annotated[str, msgspec.Meta(max_length=64)] = ""
    set: dict[str, Any] = {}


_decoder = msgspec.json.Decoder(Wire)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def instant(value: Any, name: str, latest: int) -> int:
    """Epoch-ms int or RFC 3339 text with offset → epoch ms; `Rejected` outside 2000 … `latest`."""
    if type(value) is str:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Rejected(f"{name}: {short(value)} is not RFC 3339 with an offset") from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise Rejected(f"{name}: {value.isoformat()} has no offset, expected e.g. +08:00")
        value = _epoch_ms(value)
    if type(value) is not int:
        raise Rejected(f"{name}: {short(value)} is not a time (epoch ms or RFC 3339 with offset)")
    if not EARLIEST <= value < latest:
        raise Rejected(_impossible(name, value, latest))
    return value


def _epoch_ms(when: datetime) -> int:
    try:
        return round(when.timestamp() * 1000)
    except (OverflowError, ValueError):
        return LATEST


def _impossible(name: str, value: int, latest: int) -> str:
    if EARLIEST <= value * 1000 < LATEST:
        return f"{name}: {value} looks like epoch seconds, expected milliseconds"
    if value >= latest:
        about = latest - FUTURE_TOLERANCE_MS
        return f"{name}: {short(value)} lies in the future (now is about {about})"
    return f"{name}: {short(value)} is before 2000-01-01"


def short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _time(name: str) -> Callable[[Any, int], Any]:
    ahead = name in FUTURE_FIELDS

    def check(value: Any, latest: int) -> Any:
        bound = LATEST if ahead else latest
        if type(value) is int and EARLIEST <= value < bound:
            return value
        return instant(value, name, bound)

    return check


def _text(name: str, longest: int) -> Callable[[Any, int], Any]:
    def check(value: Any, latest: int) -> Any:
        if type(value) is str and 0 < len(value) <= longest and not _CONTROL.search(value):
            return value
        if type(value) is not str:
            raise Rejected(f"{name}: {short(value)} is not text")
        if _CONTROL.search(value):
            raise Rejected(f"{name}: {short(value)} contains control characters")
        raise Rejected(f"{name}: {len(value)} characters, expected 1–{longest}")

    return check


def _number(name: str, low: float, high: float, whole: bool) -> Callable[[Any, int], Any]:
    kind = "a whole number" if whole else "a number"

    def check(value: Any, latest: int) -> Any:
        kind_ok = type(value) is int or (not whole and type(value) is float)
        if not kind_ok or not low <= value <= high:
            raise Rejected(f"{name}: {short(value)}, expected {kind} {low:g} … {high:g}")
        return value if whole else float(value)

    return check


def _flag(value: Any, latest: int) -> Any:
    if type(value) is bool:
        return int(value)
    raise Rejected(f"self_handled: {short(value)}, expected true or false")


_CHECKS: Final[dict[str, tuple[int, Callable[[Any, int], Any]]]] = {
    **{name: (INDEX[name], _time(name)) for name in TIME_FIELDS},
    **{name: (INDEX[name], _number(name, 0, 100_000, True)) for name in COUNT_FIELDS},
    **{name: (INDEX[name], _text(name, 40 if name == "place" else 64)) for name in CODE_FIELDS},
    "postponed_h": (INDEX["postponed_h"], _number("postponed_h", 0, 100_000, False)),
    "satisfaction": (INDEX["satisfaction"], _number("satisfaction", 1, 5, True)),
    "self_handled": (INDEX["self_handled"], _flag),
    "lon": (INDEX["lon"], _number("lon", -180, 180, False)),
    "lat": (INDEX["lat"], _number("lat", -90, 90, False)),
}


def decode(line: bytes, now: int) -> CaseEvent:
    """One case event from its JSON bytes; `now` is epoch ms. Raises `Rejected` and nothing else."""
    wire = read_wire(line)
    if wire.type != "case":
        raise Rejected(f"type: {short(wire.type)}, expected case")
    return case_event(wire, line, now)


def read_wire(line: bytes) -> Wire:
    """The head of an event of any kind; its type is still to be looked at. Raises `Rejected`."""
    if len(line) > MAX_BYTES:
        raise Rejected(f"{len(line)} bytes, expected at most {MAX_BYTES}")
    try:
        if not line.isascii():
            line.decode()  # the decoder does not look into what it skips
        wire = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"not an event: {error}") from None
    if _CONTROL.search(wire.id) or _CONTROL.search(wire.sent_by):
        raise Rejected("id or sent_by contains control characters")
    return wire


def id_of(line: bytes) -> str:
    """The id of an event that was refused, where it can be read; "" where not."""
    try:
        said: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    id = said.get("id") if isinstance(said, dict) else None
    return id[:128] if isinstance(id, str) else ""


def happened(wire: Wire, latest: int) -> int:
    """`at` as epoch ms, between 2000 and `latest`. Raises `Rejected`."""
    at = wire.at
    if not isinstance(at, int):
        at = _epoch_ms(at)
    if not EARLIEST <= at < latest:
        raise Rejected(_impossible("at", at, latest))
    return at


def case_event(wire: Wire, line: bytes, now: int) -> CaseEvent:
    """The checked update of a case. Raises `Rejected`."""
    case = wire.case
    if case is None:
        raise Rejected("case: missing, expected the case number")
    if _CONTROL.search(case):
        raise Rejected("case contains control characters")
    latest = now + FUTURE_TOLERANCE_MS
    at = happened(wire, latest)
    return CaseEvent(
        wire.id,
        case,
        at,
        wire.rev or at,
        wire.step or "",
        wire.sent_by,
        _changes(wire, at, latest),
        line,
    )


def _changes(wire: Wire, at: int, latest: int) -> list[tuple[int, Any]]:
    step, given = wire.step, wire.set
    changes: list[tuple[int, Any]] = []
    for name, value in given.items():
        found = _CHECKS.get(name)
        if found is not None:
            index, check = found
            changes.append((index, None if value is None else check(value, latest)))
    if "lon" in given or "lat" in given or "datum" in given:
        changes.append((DATUM, _datum(given, wire.sent_by)))
    if step is not None:
        fields = STEPS.get(step)
        if fields is None:
            raise Rejected(f"step: {short(step)}, expected one of {', '.join(STEPS)}")
        explicit = {index for index, _ in changes} if changes else ()
        for index, set_to_at in fields:
            if index not in explicit:
                changes.append((index, at if set_to_at else None))
    if not changes:
        raise Rejected("neither a step nor a known field in set: nothing to update")
    return changes


def _datum(given: dict[str, Any], sent_by: str) -> str | None:
    """What the position of an event is in; it stands and falls with the position as a whole."""
    lon, lat, said = given.get("lon"), given.get("lat"), given.get("datum")
    if "lon" not in given or "lat" not in given or (lon is None) != (lat is None):
        raise Rejected("lon, lat: expected both or neither, and datum only with them")
    if said is not None and said not in DATUMS:
        raise Rejected(f"datum: {short(said)}, expected one of {', '.join(DATUMS)}")
    if lon is None:
        return None
    return said or f"@{sent_by}"
