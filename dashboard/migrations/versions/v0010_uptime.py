"""The platform 平台: probes by day, known spans, outages, maintenance, tickets, corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "probe_days",
        sa.Column("component", sa.Text),
        sa.Column("day", sa.Integer),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("points", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("component", "day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "uptime_spans",
        sa.Column("component", sa.Text),
        sa.Column("start_at", sa.BigInteger),
        sa.Column("end_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("component", "start_at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "probed",
        sa.Column("component", sa.Text, primary_key=True),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("answer", sa.Integer, nullable=False),
    )
    op.create_table(
        "platform_records",
        sa.Column("kind", sa.Text),
        sa.Column("id", sa.Text),
        sa.Column("fields", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in ("platform_records", "probed", "uptime_spans", "probe_days"):
        op.drop_table(name)
