"""Probes 探测: rows of equal answers for a quiet time, or one at a time as they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from dashboard.sources.simulator.daily import Event
from dashboard.sources.simulator.platform.incidents import Part, Spell
from dashboard.worktime import DAY

SLOW_MS: Final = 3_000
"""The answer of a slow component that the profile has no limit for."""


def latency_ms(part: Part, at: int) -> int:
    """How long a component takes to answer: its own time, longer in office hours, by the minute."""
    own = 12 + sum(part.id.encode()) % 60
    office = 1.5 if DAY // 24 <= at % DAY < DAY * 10 // 24 else 1.0  # 09:00–18:00 in UTC+8
    flutter = (at // part.every * 2_654_435_761 % 2**32) / 2**32
    return round(own * office * (0.8 + 0.5 * flutter**3))


def slow_ms(part: Part) -> int:
    """How long an answer takes that is slow by the profile."""
    return SLOW_MS if part.slow is None else part.slow + part.slow // 2


def rows(
    part: Part, start: int, end: int, spells: Iterable[Spell], sender: str, every: int = 0
) -> Iterator[Event]:
    """All probes of start ≤ t < end, equal ones in one event.

    `every`: a wider step (ms) for quiet times, where not every probe need be told.
    """
    at = start
    for spell in spells:
        if spell.part != part or spell.end <= at or spell.start >= end:
            continue
        yield from _row(part, at, min(spell.start, end), True, sender, every)
        yield from _row(part, max(at, spell.start), min(spell.end, end), spell.ok, sender, 0, spell)
        at = spell.end
    yield from _row(part, at, end, True, sender, every)


def _row(
    part: Part, start: int, end: int, ok: bool, sender: str, every: int, spell: Spell | None = None
) -> Iterator[Event]:
    """The probes of start ≤ t < end in one event, and the last of them where the step is wide."""
    step = max(every // part.every, 1) * part.every
    first, last = part.tick(start), part.tick(end) - part.every
    if last < first:
        return
    edge = first + (last - first) // step * step
    event: Event = {
        "id": f"{part.id}:{first}-{edge}",
        "type": "probe",
        "at": edge,
        "sent_by": sender,
        "component": part.id,
        "ok": ok,
        "from": first,
        "every_ms": step,
    }
    if ok:
        event["latency_ms"] = slow_ms(part) if spell else latency_ms(part, first)
    yield event
    if edge < last:
        yield one(part, last, spell, sender)


def one(part: Part, at: int, spell: Spell | None, sender: str) -> Event:
    """A single probe; `spell`: the one it falls into."""
    ok = spell is None or spell.ok
    event: Event = {
        "id": f"{part.id}:{at}",
        "type": "probe",
        "at": at,
        "sent_by": sender,
        "component": part.id,
        "ok": ok,
    }
    if ok:
        event["latency_ms"] = slow_ms(part) if spell else latency_ms(part, at)
    return event
