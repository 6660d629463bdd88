"""Access 访问控制: accounts, sessions, tries, devices, and the audit log that is only added to."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

GUARDS = {
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


def text(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, **more)


def moment(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "accounts",
        text("user", primary_key=True),
        *(text(name) for name in ("name", "roles", "areas")),
        sa.Column("password", sa.Text),
        text("former"),
        sa.Column("must_change", sa.SmallInteger, nullable=False),
        text("totp_word"),
        moment("totp_last", False),
        moment("disabled_at"),
        moment("created_at", False),
        moment("password_at"),
        moment("last_at"),
    )
    op.create_table(
        "sessions",
        text("id", primary_key=True),
        *(text(name) for name in ("user", "stage")),
        moment("opened_at", False),
        moment("seen_at", False),
        *(text(name) for name in ("address", "agent")),
    )
    op.create_table(
        "tries",
        text("id", primary_key=True),
        *(text(name) for name in ("user", "address")),
        moment("at", False),
    )
    op.create_index("tries_user", "tries", ["user", "at"])
    op.create_index("tries_address", "tries", ["address", "at"])
    op.create_table(
        "devices",
        text("id", primary_key=True),
        *(text(name) for name in ("kind", "name", "scenes", "sent_by", "bind", "secret")),
        moment("created_at", False),
        text("created_by"),
        moment("seen_at"),
        moment("revoked_at"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        moment("at", False),
        *(text(n) for n in ("who", "action", "subject", "detail", "address", "before", "hash")),
    )
    op.create_index("audit_at", "audit", ["at"])
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for name in ("audit", "devices", "tries", "sessions", "accounts"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function audit_kept()")
