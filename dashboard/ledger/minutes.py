"""The minutes kept for replay 回放存储: put down as whole rows, found with what they refer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from dashboard.ledger.database import Database
from dashboard.ledger.minuteschema import minutes as table

HOUR: Final = 60
"""A key serves the minutes of one clock hour at most."""


@dataclass(frozen=True)
class Minute:
    """One row, see `minuteschema`."""

    minute: int
    key: int
    shown_at: int
    size: int
    frame: bytes
    heat: bytes | None = None


@dataclass(frozen=True)
class Extent:
    """How many minutes are kept, in how many bytes, from when to when (None: none)."""

    minutes: int
    bytes: int
    first: int | None
    last: int | None

    @property
    def bytes_a_day(self) -> int:
        """What a whole day takes, by the mean of the minutes there are."""
        return round(self.bytes / self.minutes * 24 * HOUR) if self.minutes else 0


class Minutes:
    """The minutes of one database; every call is its own transaction. Raises `LedgerAway`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, row: Minute, before: int) -> bool:
        """Puts a minute down and drops those whose key is older than `before`. A minute that is
        there already gives way to what was shown later. False, and nothing is put down, where
        others are written against the one that is there, or the key of this one is gone."""
        with self._database.write() as connection:
            connection.execute(table.delete().where(table.c.key < before))
            whole = row.key == row.minute
            if _leant_on(connection, row.minute) or not (whole or _is_key(connection, row.key)):
                return False
            newer = table.c.minute == row.minute, table.c.shown_at > row.shown_at
            if connection.scalar(select(table.c.minute).where(*newer)) is not None:
                return False
            connection.execute(table.delete().where(table.c.minute == row.minute))
            connection.execute(table.insert().values(**vars(row)))
        return True

    def find(self, minute: int) -> tuple[Minute, Minute] | None:
        """A minute and the one it is written against; None where it is not kept."""
        with self._database.read() as connection:
            own = connection.execute(select(table).where(table.c.minute == minute)).first()
            if own is None:
                return None
            query = select(table).where(table.c.minute == own.key)
            key = own if own.key == minute else connection.execute(query).first()
        return None if key is None else (_minute(own), _minute(key))

    def kept(self) -> list[int]:
        """Every minute that is kept, ascending."""
        with self._database.read() as connection:
            return list(connection.scalars(select(table.c.minute).order_by(table.c.minute)))

    def extent(self) -> Extent:
        """How much there is."""
        c = table.c
        bytes_ = func.sum(func.length(c.frame) + func.coalesce(func.length(c.heat), 0))
        query = select(func.count(), bytes_, func.min(c.minute), func.max(c.minute))
        with self._database.read() as connection:
            count, size, first, last = connection.execute(query).one()
        return Extent(count, int(size or 0), first, last)

    def forget(self) -> None:
        """Drops everything."""
        with self._database.write() as connection:
            connection.execute(table.delete())


def _leant_on(connection: Connection, minute: int) -> bool:
    """Whether other minutes are written against this one."""
    query = select(table.c.minute).where(table.c.key == minute, table.c.minute != minute)
    return connection.scalar(query.limit(1)) is not None


def _is_key(connection: Connection, minute: int) -> bool:
    query = select(table.c.key).where(table.c.minute == minute)
    return connection.scalar(query) == minute


def _minute(row: Row[Any]) -> Minute:
    return Minute(row.minute, row.key, row.shown_at, row.size, row.frame, row.heat)
