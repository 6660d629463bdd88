"""The platform in the ledger 平台台账: probes kept as points by day, and as spans; records beside.

Where probes come late, the spans around them are derived anew from the points, as far as they can
reach and no further; so in any order and any number of times the spans are the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection, and_, delete, insert, select

from dashboard.eventkinds import OtherEvent
from dashboard.ledger.parts import Dialect, PartApplied
from dashboard.ledger.uptimeschema import platform_records, probe_days, probed, uptime_spans
from dashboard.tally import Rules
from dashboard.uptime.points import DAY_MS, FAILED, Points, by_day, decode, encode, merge
from dashboard.uptime.policy import LONGEST_GAP_MS, Policy
from dashboard.uptime.records import KINDS, Fields
from dashboard.uptime.records import merge as merge_fields
from dashboard.uptime.spans import Span, Spans, replace
from dashboard.uptime.verdicts import known_spans, touched

_fields: Final = msgspec.msgpack.Decoder(dict[str, tuple[int, Any]])
_ALL: Final = (-(1 << 62), 1 << 62)
PAGE: Final = 400
"""Days of points in one question."""


class Probed(NamedTuple):
    """What new probes did to a component: known spans of start ≤ t < end are now `spans`; its
    newest probe."""

    start: int
    end: int
    spans: Spans
    last_at: int
    answer: int


@dataclass(frozen=True)
class UptimeChanges:
    """What a batch changed: components by their probes, records by (kind, number)."""

    probed: dict[str, Probed] = field(default_factory=dict)
    records: dict[tuple[str, str], Fields] = field(default_factory=dict)


class UptimePart:
    """Folds probes into points and spans, and updates into records."""

    name = "uptime"
    kinds = frozenset({"probe", *KINDS})

    def __init__(self, rules: Rules) -> None:
        self._policy = rules.policy

    def archived(self, events: Sequence[OtherEvent]) -> Sequence[OtherEvent]:
        """All but probes, whose archive are the packed points."""
        return [event for event in events if event.kind != "probe"]

    def holds(self, connection: Connection) -> bool:
        """Nothing here depends on the rules that a ledger is refused for."""
        return False

    def apply(
        self, connection: Connection, dialect: Dialect, events: Sequence[OtherEvent]
    ) -> PartApplied:
        """Folds probes and records of one batch."""
        rows: dict[str, list[OtherEvent]] = {}
        updates: list[OtherEvent] = []
        for event in events:
            if event.kind == "probe":
                rows.setdefault(event.subject, []).append(event)
            else:
                updates.append(event)
        changes = UptimeChanges()
        unchanged = self._probes(connection, rows, changes) if rows else 0
        if updates:
            unchanged += _update(connection, updates, changes)
        return PartApplied(changes, unchanged)

    def _probes(
        self,
        connection: Connection,
        rows: dict[str, list[OtherEvent]],
        changes: UptimeChanges,
    ) -> int:
        unchanged = 0
        known = _known(connection, rows)
        written: list[dict[str, Any]] = []
        marks: list[dict[str, Any]] = []
        for component, events in sorted(rows.items()):
            fresh, owner = _points_of(events)
            store = _Days(connection, component)
            days = by_day(fresh)
            store.load(sorted({near for day in days for near in (day - 1, day, day + 1)}))
            unchanged += len(events) - store.add(days, fresh, owner)
            policy = self._policy(component)
            had = known.get(component)
            if had is not None and had[0] == policy.version:
                spans = [_derive(connection, store, policy, *one) for one in _clusters(days)]
            else:
                store.load_all()
                spans = [(*_ALL, known_spans(store.all(), policy))]
            written += store.rows(days)
            start, end = min(one[0] for one in spans), max(one[1] for one in spans)
            after = _replace(connection, component, start, end, spans)
            at, answer = store.newest()
            if had is not None and had[1] > at:
                at, answer = had[1], had[2]
            marks.append(
                {"component": component, "policy": policy.version, "last_at": at, "answer": answer}
            )
            changes.probed[component] = Probed(start, end, after, at, answer)
        _upsert(connection, probe_days, written, ("component", "day"))
        _upsert(connection, probed, marks, ("component",))
        return unchanged

    def rebuild(self, connection: Connection, dialect: Dialect) -> None:
        """Derives every component's spans anew by the present policies."""
        query = select(probed.c.component).order_by(probed.c.component)
        for (component,) in connection.execute(query).all():
            policy = self._policy(component)
            store = _Days(connection, component)
            store.load_all()
            _replace(connection, component, *_ALL, [(*_ALL, known_spans(store.all(), policy))])
            mine = probed.c.component == component
            connection.execute(probed.update().where(mine), {"policy": policy.version})


Derived = tuple[int, int, Spans]
"""(start, end, the known spans between)."""


def _points_of(events: Sequence[OtherEvent]) -> tuple[Points, Points]:
    """All points of the events, merged; and unmerged with the number of their event as answer."""
    if all(event.data.first == event.data.last for event in events):
        at = np.fromiter((e.data.last for e in events), np.int64, len(events))
        answer = np.fromiter((e.data.answer for e in events), np.int32, len(events))
        owner = np.arange(len(events), dtype=np.int32)
    else:
        rows = [event.data for event in events]
        runs = [np.arange(one.first, one.last + 1, one.step, dtype=np.int64) for one in rows]
        sizes = [len(run) for run in runs]
        at = np.concatenate(runs)
        answer = np.repeat(np.array([e.data.answer for e in events], np.int32), sizes)
        owner = np.repeat(np.arange(len(events), dtype=np.int32), sizes)
    order = np.lexsort((answer, at))
    at, answer, owner = at[order], answer[order], owner[order]
    return merge(Points(at, answer), Points(at[:1], answer[:1])), Points(at, owner)


class _Days:
    """The stored points of one component, a UTC day at a time."""

    def __init__(self, connection: Connection, component: str) -> None:
        self._connection, self._component = connection, component
        self._found: dict[int, Points | None] = {}

    def load(self, days: Collection[int]) -> None:
        """Reads days that are not read yet; those without probes are noted as such."""
        wanted = [day for day in days if day not in self._found]
        for some in (wanted[i : i + PAGE] for i in range(0, len(wanted), PAGE)):
            table = probe_days.c
            query = select(table.day, table.points).where(
                table.component == self._component, table.day.in_(some)
            )
            self._found |= dict.fromkeys(some)
            for day, body in self._connection.execute(query):
                self._found[day] = decode(body, day)

    def load_all(self) -> None:
        """Reads every day."""
        table = probe_days.c
        query = select(table.day, table.points).where(table.component == self._component)
        for day, body in self._connection.execute(query):
            if day not in self._found:
                self._found[day] = decode(body, day)

    def has(self, day: int) -> bool:
        """Whether there are probes on a day; reads it if need be."""
        self.load([day])
        return self._found[day] is not None

    def add(self, days: dict[int, Points], fresh: Points, owned: Points) -> int:
        """Merges new points in; how many of the events they come from (see `_points_of`) had any
        point that was not there yet."""
        new: set[int] = set()
        for day, points in days.items():
            old = self._found[day]
            mine = owned.between(day * DAY_MS, (day + 1) * DAY_MS)
            self._found[day] = points if old is None else merge(old, points)
            if old is None:
                new.update(np.unique(mine.answer).tolist())
                continue
            place = np.searchsorted(old.at, mine.at).clip(max=len(old) - 1)
            answers = points.answer[np.searchsorted(points.at, mine.at)]
            there = (old.at[place] == mine.at) & (old.answer[place] >= answers)
            new.update(np.unique(mine.answer[~there]).tolist())
        return len(new)

    def between(self, first: int, last: int) -> Points:
        """The points of the days first … last, as far as read."""
        return merge(*(self._found.get(day) or _NONE for day in range(first, last + 1)))

    def all(self) -> Points:
        """Every point read."""
        return merge(*(one or _NONE for one in self._found.values()))

    def newest(self) -> tuple[int, int]:
        """(at, answer) of the newest point read."""
        last = max((day for day, one in self._found.items() if one is not None))
        found = self._found[last]
        assert found is not None
        return int(found.at[-1]), int(found.answer[-1])

    def rows(self, days: Iterable[int]) -> list[dict[str, Any]]:
        """The days as they are stored."""
        out: list[dict[str, Any]] = []
        for day in days:
            found = self._found[day]
            assert found is not None
            failed = int(np.count_nonzero(found.answer == FAILED))
            row = {"component": self._component, "day": day, "n": len(found), "failed": failed}
            out.append(row | {"points": encode(found, day)})
        return out


_NONE: Final = Points(np.empty(0, np.int64), np.empty(0, np.int32))


def _clusters(days: dict[int, Points]) -> list[tuple[int, int, int, int]]:
    """New points in groups of neighbouring days: (first day, last day, first instant, last)."""
    out: list[tuple[int, int, int, int]] = []
    for day, points in sorted(days.items()):
        first, last = int(points.at[0]), int(points.at[-1])
        if out and day - out[-1][1] <= 2:
            out[-1] = (out[-1][0], day, out[-1][2], last)
        else:
            out.append((day, day, first, last))
    return out


def _derive(
    connection: Connection,
    store: _Days,
    policy: Policy,
    first_day: int,
    last_day: int,
    first: int,
    last: int,
) -> Derived:
    """The spans that new points at first … last can have touched; more days are read until it is
    certain how far that is. A day without probes is silence longer than any allowed gap."""
    low_day, high_day = first_day, last_day
    while True:
        found = store.between(low_day, high_day)
        low, high = touched(found, policy, first, last)
        if low is None and store.has(low_day - 1):
            low_day -= 1
        elif high is None and store.has(high_day + 1):
            high_day += 1
        else:
            start = low_day * DAY_MS if low is None else low
            end = (high_day + 1) * DAY_MS + LONGEST_GAP_MS if high is None else high
            return start, end, known_spans(found, policy)


def _replace(
    connection: Connection, component: str, start: int, end: int, derived: Sequence[Derived]
) -> Spans:
    """Puts derived spans in the place of the stored ones; what stands in start ≤ t < end then."""
    table = uptime_spans.c
    near = and_(table.component == component, table.start_at <= end, table.end_at >= start)
    query = select(table.start_at, table.end_at, table.state).where(near).order_by(table.start_at)
    before: list[Span] = [(a, b, state) for a, b, state in connection.execute(query)]
    after: Spans = before
    for low, high, spans in derived:
        after = replace(after, low, high, spans)
    gone, come = set(before) - set(after), set(after) - set(before)
    if gone:
        starts = sorted(one[0] for one in gone)
        for some in (starts[i : i + PAGE] for i in range(0, len(starts), PAGE)):
            connection.execute(
                delete(uptime_spans).where(table.component == component, table.start_at.in_(some))
            )
    if come:
        connection.execute(
            insert(uptime_spans),
            [
                {"component": component, "start_at": a, "end_at": b, "state": state}
                for a, b, state in sorted(come)
            ],
        )
    return after


def _known(connection: Connection, components: Collection[str]) -> dict[str, tuple[str, int, int]]:
    """Component → (policy version, newest probe, its answer)."""
    query = select(probed).where(probed.c.component.in_(sorted(components)))
    return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}


def _update(connection: Connection, events: Sequence[OtherEvent], changes: UptimeChanges) -> int:
    """Merges updates into their records; how many changed nothing."""
    keys = {(event.kind, event.data.id) for event in events}
    table = platform_records.c
    stored: dict[tuple[str, str], Fields] = {}
    for kind in sorted({kind for kind, _ in keys}):
        ids = sorted(id for one, id in keys if one == kind)
        for some in (ids[i : i + PAGE] for i in range(0, len(ids), PAGE)):
            query = select(table.id, table.fields).where(table.kind == kind, table.id.in_(some))
            for id, body in connection.execute(query):
                stored[(kind, id)] = _fields.decode(body)
    unchanged = 0
    touched_keys: set[tuple[str, str]] = set()
    for event in events:
        key = (event.kind, event.data.id)
        record = stored.setdefault(key, {})
        before = dict(record)
        if merge_fields(record, event.rev, event.data.changes):
            changes.records[key] = record
        else:
            unchanged += 1
        if record != before:
            touched_keys.add(key)
    rows = [
        {
            "kind": kind,
            "id": id,
            "fields": msgspec.msgpack.encode(dict(sorted(stored[(kind, id)].items()))),
        }
        for kind, id in sorted(touched_keys)
    ]
    _upsert(connection, platform_records, rows, ("kind", "id"))
    return unchanged


def _upsert(
    connection: Connection, table: Any, rows: list[dict[str, Any]], keys: tuple[str, ...]
) -> None:
    """Writes whole rows, each key once."""
    if not rows:
        return
    from sqlalchemy.dialects import postgresql, sqlite

    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(table)
    others = [column.name for column in table.columns if column.name not in keys]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(keys), set_={name: statement.excluded[name] for name in others}
        ),
        rows,
    )
