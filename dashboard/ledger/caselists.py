"""Lists of cases 案卷清单 out of the ledger: chosen by a time and codes, in order, streamed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from dashboard.ledger import schema
from dashboard.ledger.store import Ledger

CHUNK: Final = 2_000
LIST_TIMES: Final = (
    "reported_at",
    "accepted_at",
    "filed_at",
    "dispatched_at",
    "disposed_at",
    "closed_at",
)
"""The times a list can be chosen and ordered by."""


@dataclass(frozen=True)
class Choice:
    """Which cases: `time` in start ≤ t < end (ms), and for each column of `among` one of its
    codes. Ordered by that time, then by case."""

    start: int
    end: int
    time: str = "reported_at"
    among: Mapping[str, Sequence[str]] = field(default_factory=dict)


class CaseList:
    """The chosen cases as they were when the list was opened, whatever is written meanwhile."""

    def __init__(self, connection: Connection, ids: list[str]) -> None:
        self._connection = connection
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    def chunks(self, columns: Sequence[str], size: int = CHUNK) -> Iterator[list[Any]]:
        """Up to `size` records at a time, each its values of `columns`."""
        table = schema.cases.c
        query = select(table.id, *(table[name] for name in columns)).where(
            table.id.in_(bindparam("ids", expanding=True))
        )
        ids = iter(self._ids)
        while wanted := list(itertools.islice(ids, size)):
            found = {row[0]: row[1:] for row in self._connection.execute(query, {"ids": wanted})}
            yield [found[id] for id in wanted]


@contextmanager
def case_list(ledger: Ledger, choice: Choice) -> Iterator[CaseList]:
    """Opens a list in one snapshot of the ledger; only the case numbers are kept in memory."""
    if choice.time not in LIST_TIMES:
        raise KeyError(choice.time)
    table = schema.cases.c
    time = table[choice.time]
    query = select(table.id).where(time >= choice.start, time < choice.end)
    for column, codes in choice.among.items():
        query = query.where(table[column].in_(list(codes)))
    engine = ledger.engine
    if engine.dialect.name == "postgresql":  # SQLite's transactions are snapshots anyway
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with ledger.reached(), engine.connect() as connection:
        ids = list(connection.scalars(query.order_by(time, table.id)))
        yield CaseList(connection, ids)


@contextmanager
def listed(ledger: Ledger, ids: list[str]) -> Iterator[CaseList]:
    """A list of these cases, in this order; all of them are in the ledger."""
    engine = ledger.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with ledger.reached(), engine.connect() as connection:
        yield CaseList(connection, ids)
