"""A case database as a table 案件库: a query, polled forward by a watermark column 水位列.

Read-only: the session is opened so where the database can, the query stands in a SELECT of ours,
and nothing is ever committed. Each poll asks for rows at or after the watermark minus an
overlap: rows that share the last instant, and rows whose transaction was committed late, are seen
again, which changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    bindparam,
    column,
    create_engine,
    event,
    false,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from dashboard.sources.sqladdress import sql_address
from dashboard.sources.tables import Record, TableError

_FETCH: Final = 2_000
_READ_ONLY: Final = {
    "sqlite": "PRAGMA query_only = 1",
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
_NOT_UTF8: Final = "22021"
"""PostgreSQL: character_not_in_repertoire."""
Watermark = datetime | date | int | float | Decimal | str


class SourceDown(TableError):
    """The database cannot be reached or broke off: worth another try."""


@dataclass(frozen=True)
class Query:
    """What to ask: a SELECT without ORDER BY of its own, and its watermark column, if any."""

    sql: str
    watermark: str | None
    overlap: timedelta = timedelta(minutes=5)


class SqlSource:
    """One case database; every `open` is a connection of its own. Raises `TableError` for what the
    operator must mend, `SourceDown` for what time may mend."""

    def __init__(self, url: str, query: Query) -> None:
        self._query = query
        self._url = _checked(url)
        self.shown = make_url(url).render_as_string(hide_password=True)
        words = query.sql.lstrip("( \n\t").split(None, 1)
        if not words or words[0].lower() not in ("select", "with"):
            raise TableError(f"--query 应以 SELECT 或 WITH 开头，而不是 {query.sql[:40]!r}")
        try:
            self._engine = _engine(self._url)
        except (ImportError, NoSuchModuleError, ArgumentError) as error:
            raise TableError(f"{self.shown}：没有这种数据库的驱动（{error}），请安装") from error

    @property
    def identity(self) -> str:
        """Names this question to this database, without secrets, for the watermark's keeper."""
        host = f"{self._url.host}:{self._url.port}/{self._url.database}"
        key = f"{host}\n{' '.join(self._query.sql.split())}\n{self._query.watermark}"
        return f"sql:{blake2b(key.encode(), digest_size=12).hexdigest()}"

    @contextmanager
    def open(self, since: Watermark | None) -> Iterator[SqlTable]:
        """The rows from `since` on (all when None), ordered by the watermark."""
        with ExitStack() as stack:
            with _telling(self.shown):  # not around the yield: there the ledger speaks
                connection = stack.enter_context(self._engine.connect())
                table = SqlTable(connection, self._query, since, self.shown)
            yield table

    def close(self) -> None:
        self._engine.dispose()


class SqlTable:
    """The open answer; iterate it once. `row` counts from 1 within the answer."""

    unit = "行"
    total = 0

    def __init__(
        self, connection: Connection, query: Query, since: Watermark | None, shown: str
    ) -> None:
        self._shown = shown
        self._at: int | None = None
        if query.watermark is not None:
            names = tuple(connection.execute(_everything(query).where(false())).keys())
            if query.watermark not in names:
                raise TableError(f"查询结果没有水位列 {query.watermark}；有：{'、'.join(names)}")
            self._at = names.index(query.watermark)
        self._result = connection.execute(
            _statement(query, since),
            {} if since is None else {"since": _earlier(since, query.overlap)},
            execution_options={"stream_results": True, "max_row_buffer": _FETCH},
        )
        self.columns = tuple(self._result.keys())
        self._read = 0
        self.newest: Watermark | None = since

    def position(self) -> int:
        return self._read

    def __iter__(self) -> Iterator[Record]:
        with _telling(self._shown):
            for row in self._result:
                self._read += 1
                yield Record(self._read, self._read, tuple(row))

    def mark(self, record: Record) -> Watermark | None:
        """The watermark once `record` is taken: never lower than before."""
        value = record.cells[self._at] if self._at is not None else None
        if value is not None and (self.newest is None or _later(value, self.newest)):
            self.newest = value
        return self.newest


def _checked(url: str) -> URL:
    try:
        return sql_address(url)
    except ArgumentError as error:
        raise TableError(
            "--sql 应为 SQLAlchemy 地址，如 postgresql+psycopg://用户@主机/库、sqlite:///文件"
        ) from error


def _engine(url: URL) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, pool_size=1, max_overflow=0)
    read_only = _READ_ONLY.get(url.get_backend_name())

    if read_only is not None:

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(read_only)

    return engine


def _everything(query: Query) -> Select[Any]:
    """SELECT * FROM (query): whatever is no query is an error of syntax there."""
    inner = text(query.sql.rstrip().rstrip(";").replace(":", "\\:")).columns().subquery("q")
    return select(literal_column("*")).select_from(inner)


def _statement(query: Query, since: Watermark | None) -> Select[Any]:
    """… WHERE watermark ≥ :since or null, ordered by the watermark."""
    statement = _everything(query)
    if query.watermark is None:
        return statement
    mark: Any = column(query.watermark)
    if since is not None:
        statement = statement.where(or_(mark >= bindparam("since"), mark.is_(None)))
    return statement.order_by(mark)


def _earlier(since: Watermark, overlap: timedelta) -> Watermark:
    """The overlap before; numbers, and text that is not an ISO time, have none."""
    if isinstance(since, date):
        return since - overlap
    if isinstance(since, str) and len(since) >= 19:
        with suppress(ValueError):
            instant = datetime.fromisoformat(since)
            if instant.isoformat(since[10]) == since:  # only what can be written back alike
                return (instant - overlap).isoformat(since[10])
    return since


def _later(value: Any, than: Any) -> bool:
    try:
        return bool(value > than)
    except TypeError:
        raise TableError(
            f"水位列的类型变了：此前是 {type(than).__name__}（{than}），现在是 "
            f"{type(value).__name__}（{value}）"
        ) from None


@contextmanager
def _telling(shown: str) -> Iterator[None]:
    """Database errors in our words; the driver's own first line says the rest."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
        if error.connection_invalidated or _may_pass(error, reason):
            raise SourceDown(f"{shown}：{reason}") from error
        if getattr(error.orig, "sqlstate", None) == _NOT_UTF8:
            reason += "；库里的文字不是 UTF-8，请在地址后写明编码，如 ?client_encoding=gbk"
        raise TableError(f"{shown}：查询失败：{reason}") from error
    except SQLAlchemyError as error:
        raise TableError(f"{shown}：{error}") from error


def _may_pass(error: DBAPIError, reason: str) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return not isinstance(error.orig, sqlite3.Error) or reason.endswith(("locked", "open file"))


def dump_watermark(value: Watermark) -> str:
    """A watermark as text that `load_watermark` reads back with its type."""
    kinds = {datetime: "datetime", date: "date", int: "int", float: "float", Decimal: "decimal"}
    kind = kinds.get(type(value), "str")
    plain = value.isoformat() if isinstance(value, date) else str(value)
    return json.dumps({"type": kind, "value": plain}, ensure_ascii=False)


def load_watermark(saved: str) -> Watermark:
    """The watermark `dump_watermark` wrote."""
    read: dict[str, Any] = {
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "int": int,
        "float": float,
        "decimal": Decimal,
        "str": str,
    }
    state = json.loads(saved)
    value: Watermark = read[state["type"]](state["value"])
    return value
