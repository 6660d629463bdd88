"""Questions of the heat map to the ledger: few columns of many records, by time or by place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select

from dashboard.ledger import schema
from dashboard.ledger.store import Ledger

PLACE: Final = ("unit_cell", "lon", "lat")
"""Where a record lies: the first three values of every answer."""
OPEN_STAGES: Final = (1, 2, 3, 4, 5, 6, 8)
_ENDS: Final = (
    "closed_at",
    "cancelled_at",
    "refused_at",
    "rejected_at",
    "disposed_at",
    "resumed_at",
    "suspended_at",
)
CHUNK: Final = 20_000
Values = Any  # rows behave as tuples; making tuples of half a million takes its time


def since(ledger: Ledger, columns: Sequence[str], by: str, start: int) -> Iterator[Values]:
    """`PLACE` and `columns` of every record whose `by` is `start` (ms) or later."""
    return _rows(ledger, columns, schema.cases.c[by] >= start)


def unfinished(ledger: Ledger, columns: Sequence[str], now: int) -> Iterator[Values]:
    """The same of every record that has not ended, or ends (by a clock ahead) after `now`."""
    row = schema.cases.c
    ahead = or_(*(row[name] >= now for name in _ENDS))
    return _rows(ledger, columns, or_(row.stage.in_(OPEN_STAGES), ahead))


def between(ledger: Ledger, columns: Sequence[str], start: int, end: int) -> Iterator[Values]:
    """The same of every record reported, filed, due or closed in start ≤ t < end."""
    row = schema.cases.c
    times = (row.reported_at, row.filed_at, row.due_at, row.closed_at)
    begins = (row.accepted_at, row.dispatched_at)
    inside = or_(*(and_(one >= start, one < end) for one in (*times, *begins)))
    return _rows(ledger, columns, inside)


def at_member(
    ledger: Ledger, columns: Sequence[str], level: str, code: str, start: int
) -> Iterator[Values]:
    """The same of the records of a member of a level that are open or moved since `start`."""
    row = schema.cases.c
    times = (row.reported_at, row.filed_at, row.due_at, row.closed_at)
    alive = or_(row.stage.in_(OPEN_STAGES), *(one >= start for one in times))
    return _rows(ledger, columns, and_(row[level] == code, alive))


def newest_at_member(
    ledger: Ledger, columns: Sequence[str], level: str, code: str, count: int
) -> list[Values]:
    """The case number and `columns` of the newest cases of a member."""
    row = schema.cases.c
    query = (
        select(row.id, *(row[name] for name in columns))
        .where(row[level] == code, row.reported_at.is_not(None))
        .order_by(row.reported_at.desc(), row.id)
        .limit(count)
    )
    with ledger.engine.connect() as connection:
        return [tuple(found) for found in connection.execute(query)]


def _rows(ledger: Ledger, columns: Sequence[str], where: ColumnElement[bool]) -> Iterator[Values]:
    names = (*PLACE, *columns)
    query = select(*(schema.cases.c[name] for name in names)).where(where)
    with ledger.engine.connect().execution_options(yield_per=CHUNK) as connection:
        for part in connection.execute(query).partitions():
            yield from part
