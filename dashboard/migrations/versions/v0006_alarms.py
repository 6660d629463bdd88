"""The alarm log 告警记录."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Text, primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("key", "rule", "member", "label", "said", "acked_by", "acked_by_role")
        ),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("value", sa.Float(53), nullable=False),
        sa.Column("peak", sa.Float(53), nullable=False),
        sa.Column("cleared_at", sa.BigInteger),
        sa.Column("acked_at", sa.BigInteger),
    )


def downgrade() -> None:
    op.drop_table("alarms")
