"""Outages as a list 中断记录: what was not up, where, since when, and what people said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from dashboard.platformlive.lanes import LETTERS
from dashboard.platformlive.state import PlatformState
from dashboard.platformparts import SCREEN, Component
from dashboard.uptime.days import MARKED_MS
from dashboard.uptime.records import EVERY, Correction, Maintenance, Outage
from dashboard.uptime.spans import DEGRADED, DOWN, MAINTENANCE, UNKNOWN, UP, Span

ROWS: Final = 12
CORRECTIONS: Final = 6
WHO: Final = "值班人员"
"""Who entered a correction, where it did not say its role."""
_FIRST: Final = {DOWN: 0, DEGRADED: 1, MAINTENANCE: 2, UNKNOWN: 3}


def outages(state: PlatformState) -> list[dict[str, Any]]:
    """Under way first, the worst before the others; then the newest. The same everywhere is one."""
    found: dict[Span, list[Component]] = {}
    for one in state.components:
        if one.id.startswith(SCREEN):
            continue
        for span in _recent(state, one):
            found.setdefault(span, []).append(one)
    serving = sum(1 for one in state.components if not one.id.startswith(SCREEN))
    rows = [
        row
        for span, who in found.items()
        for row in _rows(state, span, who, everywhere=1 < len(who) == serving)
    ]
    rows.sort(key=lambda row: (row["to"] is not None, *_order(row)))
    return rows[:ROWS]


def _order(row: dict[str, Any]) -> tuple[int, int, str]:
    if row["to"] is None:
        return _FIRST[LETTERS.index(row["state"])], -row["from"], row["id"]
    return 0, -row["from"], row["id"]


def _recent(state: PlatformState, one: Component) -> Iterator[Span]:
    """The newest spans of a component this year that are worth a line, its present one first."""
    since = state.day_start(state.first_of_year)
    told = 0
    for start, end, what in reversed(state.covers.get(one.id, [])):
        if start > state.now or what == UP:
            continue
        if end <= since or told == ROWS:
            return
        under_way = end > state.now
        if what == UNKNOWN and (one.id not in state.seen or start <= max(since, state.start)):
            continue
        if under_way or what in (DOWN, MAINTENANCE) or end - start >= MARKED_MS:
            told += 1
            yield start, 0 if under_way else end, what


def _rows(
    state: PlatformState, span: Span, who: Sequence[Component], *, everywhere: bool
) -> Iterator[dict[str, Any]]:
    start, end, what = span
    shown = [(EVERY, "全平台")] if everywhere else [(one.id, one.name) for one in who]
    for id, name in shown:
        said = _said(state, who[0].id if everywhere else id, start, end or state.now + 1)
        yield {
            "id": id,
            "name": name,
            "state": LETTERS[what],
            "from": start,
            "to": end or None,
            "planned": what == MAINTENANCE,
        } | said


def _said(state: PlatformState, component: str, start: int, end: int) -> dict[str, Any]:
    """The cause somebody entered for a time, and the newest correction of it."""
    cause = ""
    newest: Correction | None = None
    for one in state.records:
        if not isinstance(one, Outage | Maintenance | Correction):
            continue
        over = end if one.end is None else one.end
        if one.component not in (component, EVERY) or one.start >= end or over <= start:
            continue
        if not isinstance(one, Correction):
            cause = cause or one.cause
        elif newest is None or one.made_at >= newest.made_at:
            newest = one
    corrected = newest and {
        "by_role": newest.role or WHO,
        "at": newest.made_at,
        "why": newest.why,
    }
    return {"cause": cause, "corrected": corrected}


def corrections(state: PlatformState) -> list[Correction]:
    """The corrections of this year's time, newest first."""
    since = state.day_start(state.first_of_year)
    found = [one for one in state.records if isinstance(one, Correction) and one.end > since]
    return sorted(found, key=lambda one: (one.made_at, one.id), reverse=True)
