"""Who is signed in 会话, and the tries that were not: 5 in 15 minutes, then the door stays shut."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from dashboard.access.identity import Stage
from dashboard.access.trail import Entry
from dashboard.ledger.accessschema import accounts, tries
from dashboard.ledger.accessschema import sessions as table
from dashboard.ledger.accounts import Account, account_of
from dashboard.ledger.audit import append
from dashboard.ledger.database import Database

TRIES: Final = 5
TRIES_MS: Final = 15 * 60_000
AGENT_KEPT: Final = 200


@dataclass(frozen=True)
class Session:
    """One sign-in; `id` is the hash of the cookie's token, times epoch ms."""

    id: str
    stage: Stage
    opened_at: int
    seen_at: int
    account: Account


class Sessions:
    """The sign-ins of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user: str, address: str, now: int) -> str | None:
        """Counts a try before it is made, so that many at once are not more than five; None when
        the account or the address has had its tries."""
        with self._database.write() as connection:
            connection.execute(tries.delete().where(tries.c.at <= now - TRIES_MS))
            for column, value in ((tries.c.user, user), (tries.c.address, address)):
                count = select(func.count()).select_from(tries).where(column == value)
                if int(connection.scalar(count) or 0) >= TRIES:
                    return None
            made = secrets.token_hex(8)
            connection.execute(tries.insert().values(id=made, user=user, address=address, at=now))
            return made

    def succeeded(self, attempt: str, user: str) -> None:
        """The try was good: the account's slate is clean, the address keeps its other ones."""
        with self._database.write() as connection:
            mine = (tries.c.user == user) | (tries.c.id == attempt)
            connection.execute(tries.delete().where(mine))

    def open(self, session: str, stage: Stage, entry: Entry, agent: str) -> None:
        """A new sign-in of the entry's `who`."""
        with self._database.write() as connection:
            connection.execute(
                table.insert().values(
                    id=session,
                    user=entry.who,
                    stage=stage,
                    opened_at=entry.at,
                    seen_at=entry.at,
                    address=entry.address,
                    agent=agent[:AGENT_KEPT],
                )
            )
            if stage != "totp":
                mine = accounts.c.user == entry.who
                connection.execute(accounts.update().where(mine).values(last_at=entry.at))
            append(connection, entry)

    def find(self, session: str) -> Session | None:
        """A sign-in and its account as it is now; None for one that ended or was disabled."""
        query = select(table, accounts).join(accounts, accounts.c.user == table.c.user)
        query = query.where(table.c.id == session, accounts.c.disabled_at.is_(None))
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Session(row.id, row.stage, row.opened_at, row.seen_at, account_of(row))

    def alive(self) -> set[str]:
        """The ids of all sign-ins whose account is not disabled."""
        query = select(table.c.id).join(accounts, accounts.c.user == table.c.user)
        with self._database.read() as connection:
            return set(connection.scalars(query.where(accounts.c.disabled_at.is_(None))))

    def touch(self, seen: Mapping[str, int]) -> None:
        """Notes when sessions were last used."""
        with self._database.write() as connection:
            for session, at in seen.items():
                where = (table.c.id == session, table.c.seen_at < at)
                connection.execute(table.update().where(*where).values(seen_at=at))

    def close(self, session: str, entry: Entry | None = None) -> None:
        """Ends a sign-in; `entry` tells of it."""
        with self._database.write() as connection:
            done = connection.execute(table.delete().where(table.c.id == session))
            if entry is not None and done.rowcount:
                append(connection, entry)

    def sweep(self, idle_before: int, opened_before: int) -> int:
        """Removes sign-ins that timed out; returns how many."""
        with self._database.write() as connection:
            old = (table.c.seen_at < idle_before) | (table.c.opened_at < opened_before)
            return connection.execute(table.delete().where(old)).rowcount
