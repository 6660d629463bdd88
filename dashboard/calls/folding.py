"""Fold a batch of call events into records 来电入账: before and after, and what that counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dashboard.calls import record as r
from dashboard.calls.counting import QUARTER_MS, flags, points
from dashboard.calls.daypoints import key
from dashboard.calls.record import Revs, Row, blank, merge
from dashboard.hotlineprofile import Hotline

State = tuple[Revs, Row]
Change = tuple[str, Row | None, Row]
"""(call, the record before or None, the record after)."""
Delta = dict[tuple[int, int, str], int]
"""(city day, quarter-hour number or `WHOLE_DAY`, counter) → n."""
WHOLE_DAY: Final = -1


@dataclass
class DayChange:
    """Offered calls of a day that the batch takes back and adds, as `daypoints.key`."""

    gone: list[int] = field(default_factory=list)
    come: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Folded:
    """What a batch makes of the records it touches."""

    changes: list[Change]
    revs: dict[str, Revs]
    delta: Delta
    days: dict[int, DayChange]
    unchanged: int


Update = tuple[str, int, Sequence[tuple[int, object]]]
"""(call, rev, changes) of one event."""


def fold(
    updates: Iterable[Update],
    stored: Mapping[str, State],
    rules: Hotline,
    day_of: Callable[[int], int],
) -> Folded:
    """Merge updates into copies of `stored`; records that end as they began are left out."""
    states: dict[str, State] = {}
    touched: set[str] = set()
    unchanged = 0
    for call, rev, changes in updates:
        state = states.get(call)
        if state is None:
            have = stored.get(call)
            state = blank() if have is None else (have[0][:], have[1][:])
            states[call] = state
        if merge(state[0], state[1], rev, changes):
            touched.add(call)
        else:
            unchanged += 1
    found: list[Change] = []
    for call in states:
        if call in touched:
            have = stored.get(call)
            found.append((call, None if have is None else have[1], states[call][1]))
    delta, days = difference(found, rules, day_of)
    return Folded(found, {call: states[call][0] for call, _, _ in found}, delta, days, unchanged)


def difference(
    changes: Iterable[Change], rules: Hotline, day_of: Callable[[int], int]
) -> tuple[Delta, dict[int, DayChange]]:
    """What changed records do to the tally and to the days' points."""
    quarters: dict[tuple[int, str], int] = {}
    days: dict[int, DayChange] = {}
    for _, old, new in changes:
        for row, sign in ((old, -1), (new, 1)):
            if row is None:
                continue
            for at, counter, n in points(row, rules):
                slot = (at // QUARTER_MS, counter)
                quarters[slot] = quarters.get(slot, 0) + sign * n
            at = row[r.OFFERED]
            if at is not None:
                day = day_of(at)
                change = days.setdefault(day, DayChange())
                (change.come if sign > 0 else change.gone).append(key(day, at, flags(row, rules)))
    return by_day(quarters, day_of), days


def by_day(quarters: Mapping[tuple[int, str], int], day_of: Callable[[int], int]) -> Delta:
    """Quarter-hours with their day, and the whole days; zero entries are left out."""
    out: Delta = {}
    day_at: dict[int, int] = {}
    for (quarter, counter), n in quarters.items():
        if not n:
            continue
        day = day_at.get(quarter)
        if day is None:
            day = day_at[quarter] = day_of(quarter * QUARTER_MS)
        out[(day, quarter, counter)] = n
        whole = (day, WHOLE_DAY, counter)
        out[whole] = out.get(whole, 0) + n
    return {slot: n for slot, n in out.items() if n}


def last_at(row: Row) -> int:
    """The newest instant of a record."""
    return max((at for at in row[: len(r.TIME_FIELDS)] if at is not None), default=0)
