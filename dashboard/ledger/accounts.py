"""Local users 账号, kept in the ledger's database; each change writes its line of the audit log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from dashboard.access.passwords import REMEMBERED
from dashboard.access.roles import Role
from dashboard.access.trail import Entry
from dashboard.ledger.accessschema import accounts as table
from dashboard.ledger.accessschema import sessions
from dashboard.ledger.audit import append
from dashboard.ledger.database import Database
from dashboard.ledger.errors import LedgerError


class NoAccount(LedgerError):
    """There is no user of that name."""


class AccountTaken(LedgerError):
    """There is one already."""


@dataclass(frozen=True)
class Account:
    """One user 用户; times are epoch ms."""

    user: str
    name: str
    roles: frozenset[Role]
    areas: frozenset[str]
    must_change: bool
    totp_word: str
    """The seed's other half; "" without a second factor."""
    totp_last: int
    disabled_at: int | None
    created_at: int
    password_at: int | None
    """None: no password of its own, signs in by OIDC or a trusted proxy."""
    last_at: int | None


@dataclass(frozen=True)
class Secret:
    """What a password is checked against: its hash, those before it newest first."""

    password: str | None
    former: tuple[str, ...]


class Accounts:
    """The users of one database. Times come in with each call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        entry: Entry,
        name: str,
        roles: Collection[Role],
        areas: Collection[str] = (),
        password: str | None = None,
        must_change: bool = True,
    ) -> None:
        """A new user: `entry` says who makes it, when, and its name as subject; `password` is a
        hash. Raises `AccountTaken`."""
        with self._database.write() as connection:
            if _row(connection, entry.subject) is not None:
                raise AccountTaken(f"已有账号 {entry.subject}")
            connection.execute(
                table.insert().values(
                    user=entry.subject,
                    name=name,
                    roles=_joined(roles),
                    areas=_joined(areas),
                    password=password,
                    former="",
                    must_change=int(must_change and password is not None),
                    totp_word="",
                    totp_last=0,
                    created_at=entry.at,
                    password_at=entry.at if password is not None else None,
                )
            )
            append(connection, entry)

    def get(self, user: str) -> Account | None:
        """The user of that name."""
        with self._database.read() as connection:
            row = _row(connection, user)
            return None if row is None else account_of(row)

    def list(self) -> list[Account]:
        """Every user, by name."""
        with self._database.read() as connection:
            return [
                account_of(row) for row in connection.execute(select(table).order_by(table.c.user))
            ]

    def secret(self, user: str) -> Secret:
        """What the user's password is checked against; nothing for nobody."""
        with self._database.read() as connection:
            row = _row(connection, user)
        return Secret(None, ()) if row is None else Secret(row.password, _words(row.former))

    def set_password(self, entry: Entry, password: str, must_change: bool, keep: str = "") -> None:
        """A new password (its hash) for the entry's subject; ends every session but `keep`."""
        with self._database.write() as connection:
            row = _existing(connection, entry.subject)
            former = [row.password, *_words(row.former)] if row.password else []
            self._change(
                connection,
                entry,
                password=password,
                former=" ".join(former[:REMEMBERED]),
                must_change=int(must_change),
                password_at=entry.at,
            )
            _end_sessions(connection, entry.subject, keep)

    def change(self, entry: Entry, **values: Any) -> None:
        """Sets `name`, `roles`, `areas` of the subject; open sessions follow at once."""
        for key in {"roles", "areas"} & values.keys():
            values[key] = _joined(values[key])
        with self._database.write() as connection:
            _existing(connection, entry.subject)
            self._change(connection, entry, **values)

    def disable(self, entry: Entry) -> None:
        """Locks the subject out, now."""
        with self._database.write() as connection:
            _existing(connection, entry.subject)
            self._change(connection, entry, disabled_at=entry.at)
            _end_sessions(connection, entry.subject)

    def enable(self, entry: Entry) -> None:
        """Lets the subject in again."""
        with self._database.write() as connection:
            _existing(connection, entry.subject)
            self._change(connection, entry, disabled_at=None)

    def set_totp(self, entry: Entry, word: str, step: int = 0) -> None:
        """Switches the second factor of the subject on (`word`) or off ("")."""
        with self._database.write() as connection:
            _existing(connection, entry.subject)
            self._change(connection, entry, totp_word=word, totp_last=step)

    def use_step(self, user: str, step: int) -> bool:
        """Uses up a time step of the second factor; False if it was used before."""
        with self._database.write() as connection:
            where = (table.c.user == user, table.c.totp_last < step)
            done = connection.execute(table.update().where(*where).values(totp_last=step))
            return bool(done.rowcount)

    def _change(self, connection: Connection, entry: Entry, **values: Any) -> None:
        where = table.c.user == entry.subject
        connection.execute(table.update().where(where).values(**values))
        append(connection, entry)


def account_of(row: Row[Any]) -> Account:
    """A selected row of the table."""
    return Account(
        row.user,
        row.name,
        frozenset(Role(word) for word in _words(row.roles)),
        frozenset(_words(row.areas)),
        bool(row.must_change),
        row.totp_word,
        row.totp_last,
        row.disabled_at,
        row.created_at,
        row.password_at,
        row.last_at,
    )


def _row(connection: Connection, user: str) -> Row[Any] | None:
    return connection.execute(select(table).where(table.c.user == user)).first()


def _existing(connection: Connection, user: str) -> Row[Any]:
    row = _row(connection, user)
    if row is None:
        raise NoAccount(f"没有账号 {user}")
    return row


def _end_sessions(connection: Connection, user: str, keep: str = "") -> None:
    where = (sessions.c.user == user, sessions.c.id != keep)
    connection.execute(sessions.delete().where(*where))


def _joined(words: Collection[str]) -> str:
    return " ".join(sorted(str(word) for word in words))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())
