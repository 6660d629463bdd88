"""The first ledger: records, archive, tally, cursors."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIMES = (
    "reported_at",
    "accepted_at",
    "rejected_at",
    "verify_sent_at",
    "verify_due_at",
    "verified_at",
    "filed_at",
    "refused_at",
    "dispatched_at",
    "returned_at",
    "disposed_at",
    "postponed_at",
    "suspended_at",
    "resumed_at",
    "supervised_at",
    "check_sent_at",
    "check_due_at",
    "checked_at",
    "check_failed_at",
    "closed_at",
    "reopened_at",
    "cancelled_at",
    "restored_at",
    "revisited_at",
    "deadline",
)
COUNTS = ("rework_count", "postpone_count", "return_count", "supervise_count")
CODES = (
    "district",
    "street",
    "community",
    "duty_grid",
    "unit_cell",
    "department",
    "category",
    "channel",
    "collector",
    "condition",
    "place",
)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("revs", sa.LargeBinary, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in TIMES),
        *(sa.Column(name, sa.Integer) for name in COUNTS),
        *(sa.Column(name, sa.Text) for name in CODES),
        sa.Column("postponed_h", sa.Float(53)),
        sa.Column("satisfaction", sa.SmallInteger),
        sa.Column("self_handled", sa.SmallInteger),
        sa.Column("lon", sa.Float(53)),
        sa.Column("lat", sa.Float(53)),
        sa.Column("conflicts", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("stage", sa.SmallInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("subject", sa.Text),
        sa.Column("id", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("subject", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally",
        sa.Column("dim", sa.SmallInteger),
        sa.Column("day", sa.Integer),
        sa.Column("member", sa.Text),
        sa.Column("pattern", sa.Integer),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("dim", "day", "member", "pattern"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "patterns",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("counters", sa.Text, nullable=False),
        sa.UniqueConstraint("counters"),
    )
    op.create_table(
        "cursors",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("position", sa.Text, nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("sent_by", sa.Text, primary_key=True),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "rejected",
        sa.Column("stream", sa.Text),
        sa.Column("position", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("stream", "position"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "meta",
        "rejected",
        "sources",
        "cursors",
        "patterns",
        "tally",
        "events",
        "cases",
    ):
        op.drop_table(table)
