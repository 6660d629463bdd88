"""The tables of access 访问控制的表: accounts, sessions, tries, devices, and the audit chain."""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, SmallInteger, Table, Text, event

from dashboard.ledger.schema import metadata

__all__ = ["accounts", "audit", "devices", "metadata", "sessions", "tries"]

accounts = Table(
    "accounts",
    metadata,
    Column("user", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("areas", Text, nullable=False),
    Column("password", Text),
    Column("former", Text, nullable=False),
    Column("must_change", SmallInteger, nullable=False),
    Column("totp_word", Text, nullable=False),
    Column("totp_last", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("password_at", BigInteger),
    Column("last_at", BigInteger),
)
"""Local users. No `password`: signs in by OIDC or a trusted proxy only. `totp_word` "": no second
factor. `former`: hashes, newest first, by spaces."""

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
)
"""Who is signed in. `id` is the SHA-256 of what the cookie holds."""

tries = Table(
    "tries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("tries_user", "user", "at"),
    Index("tries_address", "address", "at"),
)
"""Sign-ins under way or failed; a success removes its own."""

devices = Table(
    "devices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scenes", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("bind", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("seen_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("settings", Text, nullable=False, server_default="{}"),
)
"""Screens 屏幕 (kind wall), senders 接入 (kind send), monitors 监控 (kind watch). `secret`:
SHA-256 of a token. `settings`: a screen's schedule 排片, see `screensettings`."""

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("audit_at", "at"),
)
"""审计日志: each entry carries the hash of the one before; the database refuses changes."""

GUARDS: Final = {
    "sqlite": (
        "create trigger audit_kept before update on audit"
        " begin select raise(abort, 'audit is append-only'); end",
        "create trigger audit_young before delete on audit"
        " when old.at > (cast(strftime('%s', 'now') as integer) - 180 * 86400) * 1000"
        " begin select raise(abort, 'audit is kept 180 days'); end",
    ),
    "postgresql": (
        "create function audit_kept() returns trigger language plpgsql as $$ begin"
        " if tg_op = 'DELETE' then"
        " if old.at <= (extract(epoch from now()) - 180 * 86400) * 1000 then return old; end if;"
        " end if; raise exception 'audit is append-only and kept 180 days'; end $$",
        "create trigger audit_kept before update or delete on audit"
        " for each row execute function audit_kept()",
        "create trigger audit_whole before truncate on audit"
        " for each statement execute function audit_kept()",
    ),
}
"""What a database does itself: no entry is changed, none younger than 180 days removed."""

for _dialect, _statements in GUARDS.items():
    for _statement in _statements:
        _text = _statement.replace("%", "%%")
        _guard = DDL(_text).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(audit, "after_create", _guard)
