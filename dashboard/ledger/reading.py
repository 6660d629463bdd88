"""Questions the ledger answers 查询: sums of patterns, stocks at a moment, records to recount.

Everything is exact at any edge: whole city days come from the tally, the part of a day before an
as-of time from the records that have an instant in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, literal, or_, select

from dashboard.cases import CODE_FIELDS, COLUMNS, TIME_FIELDS, Row
from dashboard.counters import mask_of
from dashboard.ledger import schema
from dashboard.ledger.dialect import state_of
from dashboard.ledger.store import Ledger
from dashboard.tally import DIM

Group = Literal["member", "day"]
CHUNK = 5_000


@dataclass(frozen=True)
class Stocks:
    """Time-driven counts at `as_of`: 超期未处置 in all, due or reported in a window; 在挂."""

    overdue: int = 0
    overdue_due_in_window: int = 0
    overdue_reported_in_window: int = 0
    suspended: int = 0


def masks(ledger: Ledger) -> dict[int, int]:
    """Pattern number → counter mask."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(schema.patterns.c.id, schema.patterns.c.counters))
        return {number: mask_of(text) for number, text in rows}


def pattern_sums(
    ledger: Ledger, dim: str, first_day: int, end_day: int, group: Group = "member"
) -> dict[str | int, dict[int, int]]:
    """Member code (or city day) → {counter mask: n} over the days first ≤ day < end."""
    table = schema.tally.c
    by: ColumnElement[Any] = table.member if group == "member" else table.day
    query = (
        select(by, table.pattern, cast(func.sum(table.n), BigInteger))
        .where(table.dim == DIM[dim], table.day >= first_day, table.day < end_day)
        .group_by(by, table.pattern)
    )
    out: dict[str | int, dict[int, int]] = {}
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    by_number = masks(ledger)
    for key, pattern, n in rows:
        if n:
            out.setdefault(key, {})[by_number[pattern]] = n
    return out


def tally_rows(
    ledger: Ledger, dims: Sequence[str], first_day: int, end_day: int
) -> Iterator[tuple[int, int, str, int, int]]:
    """(dimension number, day, member, counter mask, n) over first ≤ day < end, streamed."""
    table = schema.tally.c
    query = select(table.dim, table.day, table.member, table.pattern, table.n).where(
        table.dim.in_([DIM[dim] for dim in dims]), table.day >= first_day, table.day < end_day
    )
    with ledger.engine.connect().execution_options(yield_per=CHUNK) as connection:
        by_number = masks(ledger)
        for dim, day, member, pattern, n in connection.execute(query):
            yield dim, day, member, by_number[pattern], n


def _pending(column: ColumnElement[Any], as_of: int) -> ColumnElement[bool]:
    return or_(column.is_(None), column > as_of)


def _not_ended(as_of: int) -> ColumnElement[bool]:
    row = schema.cases.c
    ends = (row.cancelled_at, row.closed_at, row.refused_at, row.rejected_at)
    return and_(*(_pending(column, as_of) for column in ends))


def _suspended(as_of: int) -> ColumnElement[bool]:
    row = schema.cases.c
    return and_(row.suspended_at <= as_of, _pending(row.resumed_at, as_of))


def _overdue(as_of: int) -> ColumnElement[bool]:
    """超期未处置 at a moment: the SQL twin of `cases.overdue_open`."""
    row = schema.cases.c
    return and_(
        row.dispatched_at <= as_of,
        row.due_at < as_of,
        _pending(row.disposed_at, as_of),
        _not_ended(as_of),
        or_(row.suspended_at.is_(None), ~_suspended(as_of)),
    )


def counted(ledger: Ledger) -> ColumnElement[bool]:
    """Not of a channel that the city counts apart 单列来源."""
    channel = schema.cases.c.channel
    return or_(channel.is_(None), channel.not_in(sorted(ledger.rules.apart)))


def stocks(
    ledger: Ledger,
    as_of: int,
    window: tuple[int, int] = (0, 0),
    by: str | None = None,
) -> dict[str, Stocks]:
    """Stocks at `as_of` (ms), by a dimension's member or "" for the city; window in ms."""
    row = schema.cases.c
    start, end = window
    overdue = _overdue(as_of)

    def count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

    key: ColumnElement[Any] = literal("") if by is None else func.coalesce(row[by], "")
    query = select(
        key,
        count(overdue),
        count(overdue, row.due_at >= start, row.due_at < end),
        count(overdue, row.reported_at >= start, row.reported_at < end),
        count(_suspended(as_of), _not_ended(as_of)),
    ).where(or_(row.due_at < as_of, row.suspended_at <= as_of))
    if by != "channel":
        query = query.where(counted(ledger))
    if by is not None:
        query = query.group_by(key)
    with ledger.engine.connect() as connection:
        return {member: Stocks(*counts) for member, *counts in connection.execute(query)}


def overdue_instants(ledger: Ledger, as_of: int) -> list[tuple[int, int | None]]:
    """(deadline, report time) of every case overdue at `as_of`."""
    row = schema.cases.c
    with ledger.engine.connect() as connection:
        query = select(row.due_at, row.reported_at).where(_overdue(as_of), counted(ledger))
        return [(due, reported) for due, reported in connection.execute(query)]


def records_with_instants(ledger: Ledger, start: int, end: int) -> Iterator[Row]:
    """Records with any instant (or deadline) in start ≤ t < end, epoch ms."""
    row = schema.cases.c
    touched = or_(*(and_(row[name] >= start, row[name] < end) for name in (*TIME_FIELDS, "due_at")))
    for _, found in _records(ledger, touched):
        yield found


def records(ledger: Ledger) -> Iterator[tuple[str, Row]]:
    """(case, record) of every case, streamed."""
    return _records(ledger, None)


def open_records(ledger: Ledger) -> Iterator[tuple[str, Row]]:
    """(case, record) of every case that has not ended."""
    return _records(ledger, schema.cases.c.stage.in_([1, 2, 3, 4, 5, 6, 8]))


def ended_after(ledger: Ledger, at: int) -> Iterator[tuple[str, Row]]:
    """(case, record) of every case with an end that lies after `at`: it is open until then."""
    row = schema.cases.c
    ends = (row.cancelled_at, row.closed_at, row.refused_at, row.rejected_at)
    return _records(ledger, or_(*(column > at for column in ends)))


def _records(ledger: Ledger, where: ColumnElement[bool] | None) -> Iterator[tuple[str, Row]]:
    query = select(schema.cases.c.id, *(schema.cases.c[name] for name in COLUMNS))
    if where is not None:
        query = query.where(where)
    with ledger.engine.connect().execution_options(yield_per=CHUNK) as connection:
        for found in connection.execute(query):
            yield found[0], list(found[1:])


def record(ledger: Ledger, case_id: str) -> Row | None:
    """One record, or None."""
    query = select(schema.cases.c.revs, *(schema.cases.c[name] for name in COLUMNS)).where(
        schema.cases.c.id == case_id
    )
    with ledger.engine.connect() as connection:
        found = connection.execute(query).first()
    return None if found is None else state_of(found)[1]


def history(ledger: Ledger, case_id: str) -> list[bytes]:
    """The archived events of one case, oldest first: the evidence behind its record."""
    table = schema.events.c
    query = select(table.body).where(table.subject == case_id).order_by(table.at, table.id)
    with ledger.engine.connect() as connection:
        return [bytes(body) for (body,) in connection.execute(query)]


def members(ledger: Ledger, dim: str) -> list[str]:
    """The codes a dimension has in the records."""
    if dim not in CODE_FIELDS:
        raise KeyError(dim)
    column = schema.cases.c[dim]
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(column).distinct().where(column.is_not(None)))
        return sorted(code for (code,) in rows)


def cell_counts(ledger: Ledger) -> dict[str, int]:
    """Unit cell → how many records are there; "" for those without a place."""
    code = func.coalesce(schema.cases.c.unit_cell, "")
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(code, func.count()).group_by(code))
        return {found: n for found, n in rows}


def heard(ledger: Ledger) -> dict[tuple[str, str], int]:
    """(kind of event, sending system) → its newest event time, epoch ms."""
    table = schema.sources.c
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(table.kind, table.sent_by, table.last_at))
        return {(kind, sender): at for kind, sender, at in rows}


def last_heard(ledger: Ledger, kinds: Collection[str]) -> int:
    """The newest event time of these kinds, 0 without any."""
    return max((at for (kind, _), at in heard(ledger).items() if kind in kinds), default=0)


def positions(ledger: Ledger) -> dict[str, str]:
    """How far each stream and file has been folded: name → position."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(schema.cursors.c.stream, schema.cursors.c.position))
        return {stream: position for stream, position in rows}


def rejected_since(ledger: Ledger, since: int) -> int:
    """How much input was refused since `since`, epoch ms."""
    with ledger.engine.connect() as connection:
        query = select(func.count()).where(schema.rejected.c.at >= since)
        return int(connection.scalar(query) or 0)


@dataclass(frozen=True)
class Size:
    """How much a ledger holds, and how many cases had senders contradict themselves."""

    cases: int
    events: int
    conflicted: int
    rejected: int


def size(ledger: Ledger) -> Size:
    """Counts of records, archived events, contradicted cases 同版异值, refused input."""
    row = schema.cases.c
    with ledger.engine.connect() as connection:

        def one(query: Any) -> int:
            return int(connection.scalar(query) or 0)

        return Size(
            one(select(func.count()).select_from(schema.cases)),
            one(select(func.count()).select_from(schema.events)),
            one(select(func.count()).select_from(schema.cases).where(row.conflicts != 0)),
            one(select(func.count()).select_from(schema.rejected)),
        )
