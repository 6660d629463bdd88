"""Cases as columns out of the ledger: all of them, or those that changed since a batch.

`changes` 变更簿 names the cases of each batch for as long as `KEPT` batches; a batch of many is
one line that says everything changed. So a copy in memory follows the ledger at the cost of what
is new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, bindparam, func, select

from dashboard.columns.shape import NUMBERS, TIMES
from dashboard.columns.table import DIMENSIONS, Chunk
from dashboard.ledger import schema
from dashboard.ledger.store import Ledger

CHUNK: Final = 10_000
KEYS: Final = 2_000
_ROW = schema.cases.c
_COLUMNS: Final = (
    _ROW.id,
    *(func.coalesce(_ROW[name], 0) for name in (*TIMES, *NUMBERS)),
    *(_ROW[name] for name in DIMENSIONS),
)
_INTS: Final = len(TIMES) + len(NUMBERS)


@dataclass(frozen=True)
class Copy:
    """The ledger at one moment: the number of its last batch and of its cases, and a way to
    read them."""

    seq: int
    cases: int
    chunks: Iterator[Chunk]


@contextmanager
def all_cases(ledger: Ledger) -> Iterator[Copy]:
    """Every case, out of one snapshot of the ledger."""
    with _snapshot(ledger) as connection, _once_through(connection):
        seq = _seq(connection)
        number = int(connection.scalar(select(func.count()).select_from(schema.cases)) or 0)
        found = connection.execution_options(yield_per=CHUNK).execute(select(*_COLUMNS))
        yield Copy(seq, number, (_chunk(rows) for rows in found.partitions(CHUNK)))


def changed_cases(ledger: Ledger, since: int, most: int) -> tuple[int, list[Chunk]] | None:
    """(number of the last batch, the cases that changed after batch `since`); None where there
    are more than `most`, or where nobody remembers any more."""
    with _snapshot(ledger) as connection:
        seq = _seq(connection)
        if seq == since:
            return seq, []
        if not since <= seq <= since + schema.CHANGES_KEPT:
            return None
        table = schema.changes.c
        query = select(table.case).where(table.seq > since).distinct().limit(most + 1)
        ids = list(connection.scalars(query))
        if len(ids) > most or "" in ids:
            return None
        return seq, list(_some(connection, ids))


def chunks_of(ledger: Ledger, ids: Collection[str]) -> list[Chunk]:
    """Some cases."""
    with _snapshot(ledger) as connection:
        return list(_some(connection, sorted(ids)))


def _some(connection: Connection, ids: Sequence[str]) -> Iterator[Chunk]:
    query = select(*_COLUMNS).where(_ROW.id.in_(bindparam("ids", expanding=True)))
    for first in range(0, len(ids), KEYS):
        rows = connection.execute(query, {"ids": list(ids[first : first + KEYS])}).all()
        if rows:
            yield _chunk(rows)


def _chunk(rows: Sequence[Any]) -> Chunk:
    columns = list(zip(*rows, strict=True))
    ints = np.array(columns[1 : _INTS + 1], np.int64)
    return Chunk(list(columns[0]), ints, columns[_INTS + 1 :])


@contextmanager
def _snapshot(ledger: Ledger) -> Iterator[Connection]:
    """One transaction that sees the ledger as it was when it began."""
    engine = ledger.engine
    if engine.dialect.name == "postgresql":  # SQLite's transactions are snapshots anyway
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with ledger.reached(), engine.connect() as connection:
        yield connection


@contextmanager
def _once_through(connection: Connection) -> Iterator[None]:
    """Reading everything once: SQLite need not keep the pages it has read."""
    if connection.dialect.name != "sqlite":
        yield
        return
    usual = connection.exec_driver_sql("pragma cache_size").scalar()
    connection.exec_driver_sql("pragma cache_size=-4096")
    try:
        yield
    finally:
        connection.exec_driver_sql("pragma shrink_memory")
        connection.exec_driver_sql(f"pragma cache_size={usual}")


def _seq(connection: Connection) -> int:
    where = schema.meta.c.key == "seq"
    return int(connection.scalar(select(schema.meta.c.value).where(where)) or 0)
