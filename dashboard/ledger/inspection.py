"""A look at a ledger from outside 查看台账: neither makes nor migrates anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from dashboard.ledger import schema
from dashboard.ledger.errors import LedgerError
from dashboard.ledger.migrate import version
from dashboard.ledger.postgres import Postgres

CURRENT: Final = schema.SCHEMA_VERSION


@dataclass(frozen=True)
class Found:
    """The schema version a database is stamped with, the city it belongs to, the grid it is folded
    with (None: none yet), and whether it has cases."""

    version: str | None
    city: str | None
    grid: str | None = None
    cases: bool = False


def look(url: str) -> Found:
    """What is at a ledger URL. Raises `LedgerError` if the database cannot be reached."""
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and not Path(parsed.database or "").exists():
        return Found(None, None)
    engine = create_engine(parsed) if sqlite else Postgres().engine(parsed)
    try:
        with engine.connect() as connection:
            return _found(connection)
    except SQLAlchemyError as error:
        cause = str(error.__cause__ or error).strip() or type(error).__name__
        raise LedgerError(cause.splitlines()[0]) from error
    finally:
        engine.dispose()


def _found(connection: Connection) -> Found:
    if not inspect(connection).has_table(schema.meta.name):
        return Found(version(connection), None)
    said = {key: value for key, value in connection.execute(select(schema.meta))}
    cases = connection.scalar(select(schema.cases.c.id).limit(1)) is not None
    return Found(version(connection), said.get("city"), said.get("grid"), cases)
