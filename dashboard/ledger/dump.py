"""All tables of a ledger out and in again 导出与恢复全表, the same for both databases.

Out of one snapshot, while others go on writing; into an empty database only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import make_url

from dashboard.ledger.dialect import SQLite
from dashboard.ledger.errors import LedgerError
from dashboard.ledger.migrate import ensure, upgrade
from dashboard.ledger.postgres import Postgres
from dashboard.ledger.schema import SCHEMA_VERSION, metadata

CHUNK: Final = 10_000
FIRST: Final = ("meta", "patterns")
"""Come first: what follows is understood by them."""
MOMENTARY: Final = ("sessions", "tries")
"""Who is signed in, and who just tried to: whoever restores a backup signs in anew."""
LEFT_OUT: Final = ("replay_minutes", *MOMENTARY)
"""And the pictures of the last days 回放: larger than all else, and no figure comes from them."""
_ARROW: Final = (
    (Text, pa.string()),
    (LargeBinary, pa.binary()),
    (Float, pa.float64()),
    (BigInteger, pa.int64()),
    (SmallInteger, pa.int64()),
    (Integer, pa.int64()),
)
Rows = list[tuple[Any, ...]]


def tables() -> list[Table]:
    """Every table of the ledger but `LEFT_OUT`, in the order of a dump."""
    rest = sorted(set(metadata.tables) - {*FIRST, *LEFT_OUT})
    return [metadata.tables[name] for name in (*FIRST, *rest)]


def arrow_schema(table: Table) -> pa.Schema:
    """The columns of a table as Arrow types."""
    return pa.schema([(column.name, _arrow_type(column.type)) for column in table.columns])


def _arrow_type(kind: Any) -> pa.DataType:
    for sql, arrow in _ARROW:
        if isinstance(kind, sql):
            return arrow
    raise TypeError(f"no Arrow type for {kind!r}")


def snapshot(engine: Engine) -> Connection:
    """A connection whose reads all see one moment; close it when done."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        connection = connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    connection.begin()
    return connection


def dump(connection: Connection, table: Table) -> Iterator[Rows]:
    """The rows of a table in chunks."""
    result = connection.execution_options(yield_per=CHUNK).execute(select(table))
    for part in result.partitions():
        yield [tuple(row) for row in part]


def restore(
    url: str,
    version: str,
    contents: Mapping[str, Callable[[], Iterable[tuple[list[str], Rows]]]],
    progress: Callable[[int], None] = lambda n: None,
) -> None:
    """Makes the tables of schema `version` in an empty database, fills them, brings them up to
    date: all in one transaction. `contents`: table → its (column names, rows) in chunks.

    Raises `LedgerError` where the database is not empty or the dump is newer than this program.
    """
    if version > SCHEMA_VERSION:
        raise LedgerError(
            f"备份的表结构 {version} 比本程序的 {SCHEMA_VERSION} 新：请先升级 cityops"
        )
    parsed = make_url(url)
    dialect = SQLite() if parsed.get_backend_name() == "sqlite" else Postgres()
    engine = dialect.engine(parsed)
    try:
        with (
            engine.connect().execution_options(cityops_write=True) as connection,
            connection.begin(),
        ):
            if names := set(inspect(connection).get_table_names()) - {"spatial_ref_sys"}:
                there = "、".join(sorted(names)[:4])
                raise LedgerError(f"{parsed.render_as_string()} 不是空库（有 {there} 等表）")
            upgrade(connection, version)
            for name, chunks in contents.items():
                if name in MOMENTARY:  # a backup of an earlier version has them
                    continue
                for columns, rows in chunks():
                    _fill(connection, name, columns, rows)
                    progress(len(rows))
            ensure(connection)
        if parsed.get_backend_name() == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("analyze"))
    finally:
        engine.dispose()


def _fill(connection: Connection, name: str, columns: list[str], rows: Rows) -> None:
    listed = ",".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f'copy "{name}"({listed}) from stdin') as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    marks = ",".join("?" * len(columns))
    chunks = iter(rows)
    while some := list(islice(chunks, CHUNK)):
        connection.exec_driver_sql(f'insert into "{name}"({listed}) values({marks})', some)
