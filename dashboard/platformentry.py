"""What people enter about the platform 人工录入, as events: the same for the command and the desk.

Each function returns one checked event line, ready for the stream or the ledger.
"""

from __future__ import annotations

import secrets
from typing import Any

import orjson

from dashboard.eventkinds import read_event
from dashboard.events import Rejected
from dashboard.platformparts import DESK, SCREEN, Platform
from dashboard.uptime.records import EVERY


def correction(
    platform: Platform,
    now: int,
    *,
    component: str,
    start: int,
    end: int,
    state: str,
    why: str,
    who: str,
    role: str = "",
) -> bytes:
    """更正: in start ≤ t < end the component was in `state`. Raises `Rejected`."""
    if end > now:
        raise Rejected("to: 更正只能针对已经过去的时段")
    said = {"component": component, "from": start, "to": end, "state": state}
    said |= {"why": why, "who": who} | ({"role": role} if role else {})
    return entry(platform, now, "correction", _number("C"), said)


def withdrawal(platform: Platform, now: int, *, number: str, why: str, who: str) -> bytes:
    """撤销更正: the record stays, with who withdrew it and why. Raises `Rejected`."""
    return entry(platform, now, "correction", number, {"void": True, "why": why, "who": who})


def entry(
    platform: Platform, now: int, kind: str, number: str | None, fields: dict[str, Any]
) -> bytes:
    """An update of an outage, maintenance, ticket or correction; without a number, a new one.

    Raises `Rejected`, also where the profile does not know the component.
    """
    component = fields.get("component")
    if component is not None and not _known(platform, component):
        known = "、".join(one.id for one in platform.components)
        raise Rejected(f"component: {component}，档案中有 {known}，全平台为 {EVERY}")
    number = number or _number(kind[0].upper())
    said = {"id": f"{number}-{now}-{secrets.token_hex(3)}", "type": kind, "at": now}
    line = orjson.dumps(said | {"sent_by": DESK, kind: number} | fields)
    read_event(line, now)
    return line


def _number(letter: str) -> str:
    return f"{letter}-{secrets.token_hex(4)}"


def _known(platform: Platform, component: str) -> bool:
    if component == EVERY or component.startswith(SCREEN):
        return True
    return any(one.id == component for one in platform.components)
