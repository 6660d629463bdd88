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

CURRENT: Final = schema.SCHEMA_VERSION


@dataclass(frozen=True)
class Found:
    """The schema version a database is stamped with and the city it belongs to; None: none yet."""

    version: str | None
    city: str | None


def look(url: str) -> Found:
    """What is at a ledger URL. Raises `LedgerError` if the database cannot be reached."""
    parsed = make_url(url)
    file = parsed.database or ""
    if parsed.get_backend_name() == "sqlite" and not Path(file).exists():
        return Found(None, None)
    engine = create_engine(parsed)
    try:
        with engine.connect() as connection:
            return Found(version(connection), _city(connection))
    except SQLAlchemyError as error:
        raise LedgerError(str(error.__cause__ or error).strip()) from error
    finally:
        engine.dispose()


def _city(connection: Connection) -> str | None:
    if not inspect(connection).has_table(schema.meta.name):
        return None
    query = select(schema.meta.c.value).where(schema.meta.c.key == "city")
    found: str | None = connection.scalar(query)
    return found
