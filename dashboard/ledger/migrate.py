"""Brings a ledger's tables up to date 升级表结构: makes them, migrates them, or refuses."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Connection, inspect, text

from dashboard.ledger.errors import LedgerError
from dashboard.ledger.minuteschema import metadata
from dashboard.ledger.schema import SCHEMA_VERSION


def ensure(connection: Connection) -> None:
    """Make or migrate the tables inside the caller's locked transaction.

    A ledger newer than this program is refused rather than guessed at.
    """
    found = version(connection)
    if found == SCHEMA_VERSION:
        return
    if found is None:
        if inspect(connection).has_table("cases"):
            raise LedgerError("the database has a table `cases` that cityops did not make")
        metadata.create_all(connection)
        connection.execute(text("create table alembic_version (version_num varchar(32) not null)"))
        connection.execute(
            text("insert into alembic_version values (:version)"), {"version": SCHEMA_VERSION}
        )
        return
    if found > SCHEMA_VERSION:
        raise LedgerError(
            f"ledger schema {found} is newer than this program's {SCHEMA_VERSION}: upgrade cityops"
        )
    upgrade(connection, SCHEMA_VERSION)


def version(connection: Connection) -> str | None:
    """The schema version a database is stamped with; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("select version_num from alembic_version"))
    return found


def upgrade(connection: Connection, revision: str) -> None:
    """Run the Alembic migrations up to `revision` on an open connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("dashboard") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
