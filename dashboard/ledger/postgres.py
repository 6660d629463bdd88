"""What PostgreSQL does in bulk: COPY into temporary tables, then one statement a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.engine import URL

from dashboard.cases import COLUMNS
from dashboard.fold import State
from dashboard.ledger.dialect import CaseRow, TallyRow, key_of, state_of
from dashboard.ledger.errors import LedgerError

_LOCK: Final = 0x6369_7479_6F70_73  # "cityops"
_IDLE: Final = "60s"
"""A writer that falls silent in a transaction (its machine is gone) loses the lock after this."""
_ALIVE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that is gone without a word is noticed within a minute (libpq; seconds, last one ms)."""
_NAMES: Final = ",".join(("id", "revs", *COLUMNS))
_SET: Final = ",".join(f"{name}=excluded.{name}" for name in ("revs", *COLUMNS))


class Postgres:
    """One writer at a time by an advisory lock held to the end of the transaction."""

    def engine(self, url: URL) -> Engine:
        """Pooled connections that notice a restarted server; `LedgerError` from the first one where
        the database cannot hold every Chinese text."""
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=5,
            connect_args=_ALIVE | {"client_encoding": "utf8"},
        )
        event.listen(engine, "connect", _holds_chinese)
        return engine

    def lock(self, connection: Connection) -> None:
        """Wait for the other writer's transaction to end."""
        connection.exec_driver_sql(
            "select set_config('idle_in_transaction_session_timeout', %s, true),"
            " pg_advisory_xact_lock(%s)",
            (_IDLE, _LOCK),
        )

    def settle(self, engine: Engine) -> None:
        """A commit is on the disk when it is answered."""

    def load(self, connection: Connection, ids: Collection[str]) -> dict[str, State]:
        """The stored records among `ids`."""
        rows = connection.exec_driver_sql(
            f"select {_NAMES} from cases where id = any(%s)", (list(ids),)
        )
        return {row[0]: state_of(row[1:]) for row in rows}

    def replace_cases(self, connection: Connection, rows: list[CaseRow]) -> None:
        """Write whole records."""
        if rows:
            _copy(connection, "cases", rows, f"({_NAMES})")
            connection.exec_driver_sql(
                f"insert into cases({_NAMES}) select {_NAMES} from incoming_cases"
                f" on conflict (id) do update set {_SET}"
            )

    def archive(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """Keep (subject, id, at, body); what is there stays."""
        if rows:
            _copy(connection, "events", rows)
            connection.exec_driver_sql(
                "insert into events select * from incoming_events on conflict do nothing"
            )

    def add_tally(self, connection: Connection, rows: list[TallyRow]) -> None:
        """Add n to each key and drop keys that came back to zero."""
        if not rows:
            return
        _copy(connection, "tally", rows)
        connection.exec_driver_sql(
            "insert into tally select * from incoming_tally"
            " on conflict (dim, day, member, pattern) do update set n=tally.n+excluded.n"
        )
        if any(row[4] < 0 for row in rows):
            connection.exec_driver_sql(
                "delete from tally t using incoming_tally i where i.n<0 and t.n=0 and t.dim=i.dim"
                " and t.day=i.day and t.member=i.member and t.pattern=i.pattern"
            )

    def find(
        self, connection: Connection, table: Table, columns: Sequence[str], keys: Collection[str]
    ) -> Iterable[Sequence[Any]]:
        """Columns of the rows whose one primary key is among `keys`."""
        return connection.exec_driver_sql(
            f"select {_quoted(columns)} from {table.name} where {key_of(table)} = any(%s)",
            (list(keys),),
        )

    def replace(self, connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """Write whole rows of a table, in the order of its columns."""
        if not rows:
            return
        _copy(connection, table.name, rows)
        keys = [str(column.name) for column in table.primary_key]
        rest = [str(column.name) for column in table.columns if column.name not in keys]
        connection.exec_driver_sql(
            f"insert into {table.name} select * from incoming_{table.name}"
            f" on conflict ({_quoted(keys)}) do update set"
            + ",".join(f' "{name}"=excluded."{name}"' for name in rest)
        )

    def add_up(self, connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """Add the last column n to the row of each key; rows that came back to zero go."""
        if not rows:
            return
        _copy(connection, table.name, rows)
        keys = [str(column.name) for column in table.primary_key]
        connection.exec_driver_sql(
            f"insert into {table.name} select * from incoming_{table.name}"
            f" on conflict ({_quoted(keys)}) do update set n={table.name}.n+excluded.n"
        )
        if any(row[-1] < 0 for row in rows):
            same = " and ".join(f't."{name}"=i."{name}"' for name in keys)
            connection.exec_driver_sql(
                f"delete from {table.name} t using incoming_{table.name} i"
                f" where i.n<0 and t.n=0 and {same}"
            )

    def remember(self, connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows of a small table whose key is not there yet."""
        for row in rows:
            marks = ",".join(["%s"] * len(row))
            connection.exec_driver_sql(
                f"insert into {table} values({marks}) on conflict do nothing", row
            )


def _holds_chinese(driver: Any, _: Any) -> None:
    """A cluster made without a locale has databases of no encoding (SQL_ASCII): refused."""
    found = driver.info.parameter_status("server_encoding")
    if found != "UTF8":
        name = driver.info.dbname
        driver.close()
        raise LedgerError(
            f"PostgreSQL 库 {name} 的编码是 {found}，应为 UTF8："
            "createdb --encoding UTF8 --template template0 另建一个"
        )


def _quoted(names: Iterable[str]) -> str:
    return ",".join(f'"{name}"' for name in names)


def _copy(
    connection: Connection, table: str, rows: Sequence[tuple[Any, ...]], columns: str = ""
) -> None:
    connection.exec_driver_sql(
        f"create temporary table if not exists incoming_{table} (like {table})"
        " on commit delete rows"
    )
    connection.exec_driver_sql(f"truncate incoming_{table}")
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"copy incoming_{table}{columns} from stdin") as copy,
    ):
        for row in rows:
            copy.write_row(row)
