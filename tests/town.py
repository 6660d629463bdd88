"""青石镇, the town of the tests: two districts, deadlines of four hours, a day in Shanghai."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from dashboard.eventkinds import Event, read_event
from dashboard.events import CaseEvent, decode
from dashboard.tally import Rules

HOUR = 3_600_000
DAY = 24 * HOUR
OFFSET = 8 * HOUR
MONDAY = 1_767_542_400_000
"""2026-01-05 00:00 in Shanghai, a Monday; city day 20458."""
NOW = MONDAY + 300 * DAY


def day(instant: int) -> int:
    return (instant + OFFSET) // DAY


def due_at(
    category: str | None,
    condition: str | None,
    department: str | None,
    dispatched_at: int,
    postponed_h: float,
) -> int | None:
    """Four hours for everything, none for category E9999."""
    if category == "E9999":
        return None
    return dispatched_at + 4 * HOUR + round(postponed_h * HOUR)


RULES = Rules(due_at, day)


@dataclass(frozen=True)
class Town:
    """What measures need of a profile."""

    id: str = "qingshi"
    self_handled_counts_as: frozenset[str] = frozenset()
    attribution: str = "own"
    attribution_by: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)

    def in_year(self, year: int) -> Town:
        return self

    def day(self, instant: int) -> int:
        return day(instant)

    def day_start(self, city_day: int) -> int:
        return city_day * DAY - OFFSET


def line(case: str, rev: int, at: int, step: str | None = None, **fields: object) -> bytes:
    event: dict[str, object] = {
        "id": f"{case}-{rev}",
        "type": "case",
        "case": case,
        "rev": rev,
        "at": at,
        "sent_by": "town",
    }
    if step:
        event["step"] = step
    if fields:
        event["set"] = fields
    return orjson.dumps(event)


def event(case: str, rev: int, at: int, step: str | None = None, **fields: object) -> CaseEvent:
    return decode(line(case, rev, at, step, **fields), NOW)


def read_lines(lines: list[bytes]) -> list[Event]:
    """Events of every kind from their lines."""
    return [read_event(one, NOW) for one in lines]


def life(case: str = "A1", start: int = MONDAY + 9 * HOUR, **fields: object) -> list[CaseEvent]:
    """A case that goes the whole way in a day: disposed after three of its four hours."""
    first = {
        "district": "101",
        "street": "101001",
        "category": "E0102",
        "channel": "collector",
        "collector": "C01",
        **fields,
    }
    return [
        event(case, 1, start, "report", **first),
        event(case, 2, start + 60_000, "accept"),
        event(case, 3, start + 120_000, "file"),
        event(case, 4, start + 180_000, "dispatch", department="D1"),
        event(case, 5, start + 180_000 + 3 * HOUR, "dispose"),
        event(case, 6, start + 4 * HOUR, "check_send"),
        event(case, 7, start + 5 * HOUR, "check_pass"),
        event(case, 8, start + 6 * HOUR, "close"),
    ]
