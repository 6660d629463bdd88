"""What the two databases do differently in bulk: load, replace, add up. SQLite here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.engine import URL

from dashboard.cases import COLUMNS, WIDTH
from dashboard.fold import State

_NAMES: Final = ",".join(("id", "revs", *COLUMNS))
_MARKS: Final = ",".join("?" * (len(COLUMNS) + 2))
_revs = msgspec.msgpack.Decoder(list[int])

TallyRow = tuple[int, int, str, int, int]
CaseRow = tuple[Any, ...]


def state_of(record: Sequence[Any]) -> State:
    """A selected (revs, *COLUMNS) becomes the lists the merge works on. A record written before
    the newest fields came has never had them written."""
    revs = _revs.decode(record[0])
    revs += [0] * (WIDTH - len(revs))
    return revs, list(record[1:])


def case_row(case: str, revs: list[int], row: list[Any]) -> CaseRow:
    """The values of one row of `cases`: id, revs, COLUMNS."""
    return (case, msgspec.msgpack.encode(revs), *row)


def _quoted(names: Iterable[str]) -> str:
    return ",".join(f'"{name}"' for name in names)


def key_of(table: Table) -> str:
    """The name of a table's one primary key."""
    (column,) = table.primary_key
    return str(column.name)


READ_MB: Final = 4
BULK_MB: Final = 128
"""Pages a SQLite connection keeps: to read, or to load a year at once."""


class SQLite:
    """WAL, one writer at a time by BEGIN IMMEDIATE; readers never wait. Every connection may keep
    `cache_mb` of pages, and will: a pool of readers with the cache of a bulk load is gigabytes."""

    def __init__(self, cache_mb: int = READ_MB) -> None:
        self._cache_kb = 1024 * cache_mb

    def engine(self, url: URL) -> Engine:
        """Connections with the pragmas the ledger relies on."""
        engine = create_engine(url, connect_args={"timeout": 60})

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _: Any) -> None:
            connection.isolation_level = None
            for pragma in (
                "journal_mode=WAL",
                "synchronous=NORMAL",
                f"cache_size=-{self._cache_kb}",
                "temp_store=MEMORY",
                "busy_timeout=60000",
            ):
                connection.execute(f"pragma {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            write = connection.get_execution_options().get("cityops_write")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

        return engine

    def lock(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE is the lock."""

    def settle(self, engine: Engine) -> None:
        """With synchronous=NORMAL a commit is in the WAL file, but not yet on the disk."""
        with (
            contextlib.suppress(FileNotFoundError),
            open(f"{engine.url.database}-wal", "rb") as wal,
        ):
            os.fsync(wal.fileno())

    def load(self, connection: Connection, ids: Collection[str]) -> dict[str, State]:
        """The stored records among `ids`."""
        wanted = msgspec.json.encode(list(ids)).decode()
        rows = connection.exec_driver_sql(
            f"select {_NAMES} from cases where id in (select value from json_each(?))", (wanted,)
        )
        return {row[0]: state_of(row[1:]) for row in rows}

    def replace_cases(self, connection: Connection, rows: list[CaseRow]) -> None:
        """Write whole records."""
        if rows:
            connection.exec_driver_sql(
                f"insert or replace into cases({_NAMES}) values({_MARKS})", rows
            )

    def archive(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """Keep (subject, id, at, body); what is there stays."""
        if rows:
            connection.exec_driver_sql("insert or ignore into events values(?,?,?,?)", rows)

    def add_tally(self, connection: Connection, rows: list[TallyRow]) -> None:
        """Add n to each key and drop keys that came back to zero."""
        if rows:
            connection.exec_driver_sql(
                "insert into tally values(?,?,?,?,?) on conflict do update set n=n+excluded.n", rows
            )
        gone = [row[:4] for row in rows if row[4] < 0]
        if gone:
            connection.exec_driver_sql(
                "delete from tally where dim=? and day=? and member=? and pattern=? and n=0", gone
            )

    def find(
        self, connection: Connection, table: Table, columns: Sequence[str], keys: Collection[str]
    ) -> Iterable[Sequence[Any]]:
        """Columns of the rows whose one primary key is among `keys`."""
        wanted = msgspec.json.encode(list(keys)).decode()
        return connection.exec_driver_sql(
            f"select {_quoted(columns)} from {table.name}"
            f" where {key_of(table)} in (select value from json_each(?))",
            (wanted,),
        )

    def replace(self, connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """Write whole rows of a table, in the order of its columns."""
        if rows:
            marks = ",".join("?" * len(table.columns))
            connection.exec_driver_sql(f"insert or replace into {table.name} values({marks})", rows)

    def add_up(self, connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """Add the last column n to the row of each key; rows that came back to zero go."""
        if not rows:
            return
        marks = ",".join("?" * len(table.columns))
        connection.exec_driver_sql(
            f"insert into {table.name} values({marks}) on conflict do update set n=n+excluded.n",
            rows,
        )
        gone = [row[:-1] for row in rows if row[-1] < 0]
        if gone:
            keys = " and ".join(f"{column.name}=?" for column in table.primary_key)
            connection.exec_driver_sql(f"delete from {table.name} where {keys} and n=0", gone)

    def remember(self, connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows of a small table whose key is not there yet."""
        for row in rows:
            marks = ",".join("?" * len(row))
            connection.exec_driver_sql(f"insert or ignore into {table} values({marks})", row)
