"""Changes 变更簿: which cases each batch changed, so that a copy in memory can follow."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("seq", sa.BigInteger),
        sa.Column("case", sa.Text),
        sa.PrimaryKeyConstraint("seq", "case"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("changes")
