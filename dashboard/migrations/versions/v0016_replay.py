"""Replay 回放: one row a minute, what the wall showed at its end."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replay_minutes",
        sa.Column("minute", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("shown_at", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("frame", sa.LargeBinary, nullable=False),
        sa.Column("heat", sa.LargeBinary),
    )
    op.create_index("replay_minutes_key", "replay_minutes", ["key"])


def downgrade() -> None:
    op.drop_table("replay_minutes")
