"""One database for rooms beside the cases 数据库: opened when first used, away in one line.

A web server starts while it is away; what needs it says so, what does not goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from dashboard.ledger.dialect import SQLite
from dashboard.ledger.errors import LedgerAway, LedgerError
from dashboard.ledger.migrate import ensure
from dashboard.ledger.postgres import Postgres


class Database:
    """The database of a ledger URL; every `with` is a transaction. Raises `LedgerAway`."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._dialect = SQLite() if parsed.get_backend_name() == "sqlite" else Postgres()
        self._engine = self._dialect.engine(parsed)
        self._lock, self._ready, self._unsound = threading.Lock(), False, True

    @property
    def unsound(self) -> bool:
        """Not looked at yet, or its tables are not this program's; one that is away is neither."""
        return self._unsound

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Looks, and waits for nobody."""
        self._prepare()
        with self._reached(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Changes; one writer at a time."""
        self._prepare()
        with self._reached(), self._begun() as connection:
            yield connection

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        fresh = self._engine.connect().execution_options(cityops_write=True)
        with fresh as connection, connection.begin():
            self._dialect.lock(connection)
            yield connection

    def _prepare(self) -> None:
        """Makes or migrates the tables, once."""
        with self._lock:
            if not self._ready:
                try:
                    with self._reached(), self._begun() as connection:
                        ensure(connection)
                except LedgerError as error:
                    self._unsound = not isinstance(error, LedgerAway)
                    raise
                self._ready, self._unsound = True, False

    @contextmanager
    def _reached(self) -> Iterator[None]:
        driver: Any = self._engine.dialect.loaded_dbapi
        try:
            yield
        except (IntegrityError, DataError):
            raise
        except (DBAPIError, driver.Error) as error:  # away, locked, full, or no database at all
            cause = str(error.__cause__ or error).strip() or type(error).__name__
            raise LedgerAway(f"账号库不可用：{cause.splitlines()[0]}") from error

    def close(self) -> None:
        """Releases the connections."""
        self._engine.dispose()
