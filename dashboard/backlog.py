"""The backlog 在办: where every open case stands at a clock, how long it has been open, how late.

Nothing ages by steps: instants are kept in order, and what is older than a bound is a place in that
order, so a clock that moves costs nothing until somebody asks. Only a record with an instant that
still lies ahead is looked at again when its time has come.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from dashboard import cases as c
from dashboard.cases import Row

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
AGES: Final = (1, 3, 7, 30)
"""Bounds of 压了多久 since the report, days of 24 hours; what is older is one group more."""
LATE: Final = (1, 3, 7)
"""Bounds of 超期多久 since the deadline, days."""
AHEAD_H: Final = 24
STAGES: Final = {
    1: "待受理",
    2: "待立案",
    3: "待派遣",
    4: "待处置",
    5: "待核查",
    6: "待结案",
    8: "挂账",
}
"""Open stages in the order of the work → what a case there waits for."""
WAITING: Final = 4
"""待处置: the stage whose deadline runs."""
FLAGS: Final = ("reworked", "postponed", "supervised")
"""返工过, 延期过, 督办过"""

_BEGINS: Final = (c.REPORTED, c.ACCEPTED, c.FILED, c.DISPATCHED)
_HAPPENED: Final = tuple(
    index for index, name in enumerate(c.TIME_FIELDS) if name not in c.FUTURE_FIELDS
)


class Standing(NamedTuple):
    """An open case at a moment: stage, open since when, deadline where one runs, and its codes."""

    stage: int
    since: int
    due: int | None
    district: str | None
    street: str | None
    department: str | None
    category: str | None
    flags: tuple[str, ...]


def standing(row: Row, now: int) -> Standing | None:
    """Where a case stands at `now`; what lies ahead has not happened. None: not open."""
    if next_instant(row, now) is not None:
        row = list(row)
        for index in _HAPPENED:
            if row[index] is not None and row[index] > now:
                row[index] = None
        row[c.STAGE] = c.stage(row)
    begins = [row[index] for index in _BEGINS if row[index] is not None]
    stage = row[c.STAGE]
    if stage not in STAGES or not begins:
        return None
    happened = (
        row[c.CHECK_FAILED] is not None or bool(row[c.REWORK_COUNT]),
        row[c.POSTPONED] is not None,
        row[c.SUPERVISED] is not None,
    )
    return Standing(
        stage,
        min(begins) if row[c.REPORTED] is None else row[c.REPORTED],
        row[c.DUE_AT] if stage == WAITING else None,
        row[c.DISTRICT],
        row[c.STREET],
        row[c.DEPARTMENT],
        row[c.CATEGORY],
        tuple(flag for flag, there in zip(FLAGS, happened, strict=True) if there),
    )


def next_instant(row: Row, now: int) -> int | None:
    """The first instant of a record that still lies ahead; deadlines do not count."""
    return min((at for i in _HAPPENED if (at := row[i]) is not None and at > now), default=None)


class Desk:
    """待处置 of one department: how many, and the deadlines that run, in order."""

    def __init__(self) -> None:
        self.open = 0
        self.due: list[int] = []

    def overdue(self, now: int) -> int:
        return bisect_left(self.due, now)

    def within(self, now: int, span_ms: int) -> int:
        """Not overdue, but due within the span."""
        return bisect_right(self.due, now + span_ms) - self.overdue(now)


class Backlog:
    """All open cases of a city at a clock that only goes forward."""

    def __init__(self, now: int, records: Iterable[tuple[str, Row]] = ()) -> None:
        self.now = now
        self.cases: dict[str, Standing] = {}
        self.flags: Counter[str] = Counter()
        self.desks: dict[str, Desk] = {}
        self._since: dict[int, list[int]] = {stage: [] for stage in STAGES}
        self._due: list[tuple[int, str]] = []
        self._waiting: dict[str, Row] = {}
        self._times: list[tuple[int, str]] = []
        self._load(records)

    def _load(self, records: Iterable[tuple[str, Row]]) -> None:
        """Many at once: appended, then put in order."""
        for case, row in records:
            self._await(case, row)
            found = standing(row, self.now)
            if found is None or case in self.cases:
                continue
            self.cases[case] = found
            self.flags.update(found.flags)
            self._since[found.stage].append(found.since)
            if found.stage == WAITING:
                desk = self.desks.setdefault(found.department or "", Desk())
                desk.open += 1
                if found.due is not None:
                    desk.due.append(found.due)
                    self._due.append((found.due, case))
        for kept in (*self._since.values(), *(desk.due for desk in self.desks.values())):
            kept.sort()
        self._due.sort()

    def put(self, case: str, row: Row | None) -> None:
        """Takes over a record as it is now; None: it does not count."""
        self._await(case, row)
        old = self.cases.get(case)
        new = None if row is None else standing(row, self.now)
        if old == new:
            return
        if old is not None:
            del self.cases[case]
            self._take(case, old)
        if new is not None:
            self.cases[case] = new
            self._give(case, new)

    def advance(self, now: int) -> bool:
        """Moves the clock; True when a case stands elsewhere or fell overdue."""
        before = self.next_at
        self.now = max(now, self.now)
        while self._times and self._times[0][0] <= self.now:
            _, case = heapq.heappop(self._times)
            row = self._waiting.get(case)
            if row is not None:
                self.put(case, row)
        return before is not None and before <= self.now

    @property
    def next_at(self) -> int | None:
        """When time alone changes where a case stands or whether it is late."""
        place = bisect_left(self._due, (self.now,))
        times = [due + 1 for due, _ in self._due[place : place + 1]]
        times += [at for at, _ in self._times[:1]]
        return min(times, default=None)

    # -- questions

    def ages(self, stage: int) -> list[int]:
        """Cases of a stage by how long they have been open, youngest first."""
        since = self._since[stage]
        return _groups([bisect_right(since, self.now - days * DAY_MS) for days in AGES], len(since))

    def late(self) -> list[int]:
        """超期未处置 by how late, the latest last."""
        places = [bisect_left(self._due, (self.now - days * DAY_MS,)) for days in LATE]
        return _groups(places, bisect_left(self._due, (self.now,)))

    def due_within(self, span_ms: int) -> int:
        """Not overdue, due within the span."""
        return bisect_left(self._due, (self.now + span_ms + 1,)) - bisect_left(
            self._due, (self.now,)
        )

    def ahead(self, start: int) -> list[int]:
        """Deadlines from now on in the hours from `start` on, one number an hour."""
        edges = [max(self.now, start + hour * HOUR_MS) for hour in range(AHEAD_H + 1)]
        places = [bisect_left(self._due, (edge,)) for edge in edges]
        return [after - before for before, after in pairwise(places)]

    def most_overdue(self, count: int) -> list[Standing]:
        """The longest overdue first."""
        end = min(count, bisect_left(self._due, (self.now,)))
        return [self.cases[case] for _, case in self._due[:end]]

    def next_due(self, count: int) -> list[Standing]:
        """The next to fall due first."""
        place = bisect_left(self._due, (self.now,))
        return [self.cases[case] for _, case in self._due[place : place + count]]

    # -- keeping

    def _await(self, case: str, row: Row | None) -> None:
        at = None if row is None else next_instant(row, self.now)
        if row is None or at is None:
            self._waiting.pop(case, None)
            return
        self._waiting[case] = row
        heapq.heappush(self._times, (at, case))

    def _give(self, case: str, one: Standing) -> None:
        self.flags.update(one.flags)
        insort(self._since[one.stage], one.since)
        if one.stage != WAITING:
            return
        desk = self.desks.setdefault(one.department or "", Desk())
        desk.open += 1
        if one.due is not None:
            insort(desk.due, one.due)
            insort(self._due, (one.due, case))

    def _take(self, case: str, one: Standing) -> None:
        self.flags.subtract(one.flags)
        _drop(self._since[one.stage], one.since)
        if one.stage != WAITING:
            return
        desk = self.desks[one.department or ""]
        desk.open -= 1
        if one.due is not None:
            _drop(desk.due, one.due)
            self._due.pop(bisect_left(self._due, (one.due, case)))
        if not desk.open:
            del self.desks[one.department or ""]


def _groups(older: Sequence[int], total: int) -> list[int]:
    """How many are older than each bound → how many lie between the bounds."""
    bounds = [total, *older, 0]
    return [more - fewer for more, fewer in pairwise(bounds)]


def _drop(kept: list[int], value: int) -> None:
    kept.pop(bisect_left(kept, value))
