"""What a call or an agent event must look like 来电与坐席事件的校验; a caller's number is masked.

Pure: the head of the event is read by `events`; here what these kinds carry besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Annotated, Any, Final

import msgspec
import orjson

from dashboard.calls.agents import STATE
from dashboard.calls.record import (
    CODE_FIELDS,
    DURATION_FIELDS,
    INDEX,
    OUTCOMES,
    STEPS,
    TIME_FIELDS,
)
from dashboard.events import EARLIEST, Rejected, Wire, instant, short

Changes = list[tuple[int, Any]]
_Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class _Call(msgspec.Struct, gc=False):
    call: _Code


class _Agent(msgspec.Struct, gc=False):
    agent: _Code
    state: str


_calls, _agents = msgspec.json.Decoder(_Call), msgspec.json.Decoder(_Agent)


def check_call(wire: Wire, line: bytes, at: int, latest: int) -> tuple[str, Changes]:
    """(call, changes) of a call event. Raises `Rejected`."""
    try:
        call = _calls.decode(line).call
    except msgspec.DecodeError as error:
        raise Rejected(f"call: {error}") from None
    call = _own("call", call)
    changes: Changes = []
    for name, value in wire.set.items():
        check = _CHECKS.get(name)
        if check is not None:
            changes.append((INDEX[name], None if value is None else check(name, value, latest)))
    step = wire.step
    if step is not None:
        index = STEPS.get(step)
        if index is None:
            raise Rejected(f"step: {short(step)}, expected one of {', '.join(STEPS)}")
        if all(index != given for given, _ in changes):
            changes.append((index, at))
    if not changes:
        raise Rejected("neither a step nor a known field in set: nothing to update")
    return call, changes


def check_agent(wire: Wire, line: bytes, at: int, latest: int) -> tuple[str, int]:
    """(agent, state number) of an agent event. Raises `Rejected`."""
    try:
        found = _agents.decode(line)
    except msgspec.DecodeError as error:
        raise Rejected(f"agent, state: {error}") from None
    state = STATE.get(found.state)
    if state is None:
        raise Rejected(f"state: {short(found.state)}, expected one of {', '.join(STATE)}")
    return _own("agent", found.agent), state


def _own(name: str, value: str) -> str:
    """A number by which a record is known. One with a telephone number in it becomes a hash."""
    if _CONTROL.search(value):
        raise Rejected(f"{name} contains control characters")
    if _PHONE.search(value):
        return f"#{blake2b(value.encode(), digest_size=12).hexdigest()}"
    return value


def _time(name: str, value: Any, latest: int) -> int:
    if type(value) is int and EARLIEST <= value < latest:
        return value
    return instant(value, name, latest)


def _duration(name: str, value: Any, latest: int) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 86_400:
        raise Rejected(f"{name}: {short(value)}, expected seconds 0 … 86400")
    return float(value)


def _text(name: str, value: Any, latest: int) -> str:
    if type(value) is not str or not 0 < len(value) <= 64:
        raise Rejected(f"{name}: {short(value)}, expected text of 1–64 characters")
    if name in _KEYS:
        return _own(name, value)
    if _CONTROL.search(value):
        raise Rejected(f"{name} contains control characters")
    return _hidden(value)


def _outcome(name: str, value: Any, latest: int) -> str:
    if value not in OUTCOMES:
        raise Rejected(f"{name}: {short(value)}, expected one of {', '.join(OUTCOMES)}")
    return str(value)


def _whole(low: int, high: int) -> Callable[[str, Any, int], int]:
    def check(name: str, value: Any, latest: int) -> int:
        if type(value) is not int or not low <= value <= high:
            raise Rejected(f"{name}: {short(value)}, expected a whole number {low} … {high}")
        return value

    return check


_CHECKS: Final[dict[str, Callable[[str, Any, int], Any]]] = {
    **dict.fromkeys(TIME_FIELDS, _time),
    **dict.fromkeys(DURATION_FIELDS, _duration),
    **dict.fromkeys(CODE_FIELDS, _text),
    "outcome": _outcome,
    "transfers": _whole(0, 1000),
    "satisfaction": _whole(1, 5),
}

_NUMBER: Final = (
    r"[018](?<![0-9].)"  # begins here and not earlier: a search by first character is the quick one
    r"(?:(?<=1)[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"  # mobile
    r"|(?<=8)6[- ]?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"  # mobile with the country's code
    r"|(?<=0)[1-9][0-9]{1,2}[- ]?[0-9]{7,8})"  # area code and number
    r"(?![0-9])"
)
_PHONE = re.compile(_NUMBER)
_PHONE_BYTES = re.compile(_NUMBER.encode())
_KEYS: Final = frozenset({"agent", "order", "case"})
KEPT: Final = frozenset({"id", "type", "at", "rev", "sent_by"})


def masked(body: bytes) -> bytes:
    """The event with every telephone number in it shortened to its last four digits: that is how
    the archive keeps it. Nothing else is touched, and most bodies come back as they are."""
    if _PHONE_BYTES.search(body) is None:
        return body
    event = orjson.loads(body)
    return orjson.dumps({k: v if k in KEPT else _mask(v) for k, v in event.items()})


def _mask(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _mask(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_mask(one) for one in value]
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    text = str(value)
    hidden = _hidden(text)
    return value if hidden == text else hidden


def _hidden(text: str) -> str:
    return _PHONE.sub(lambda found: f"****{found.group()[-4:]}", text)
