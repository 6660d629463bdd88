"""The yearly books 年度台账册: chains of revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "book_revisions",
        sa.Column("form", sa.Text),
        sa.Column("year", sa.Integer),
        sa.Column("number", sa.Integer),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("form", "year", "number", name="book_revisions_pkey"),
    )


def downgrade() -> None:
    op.drop_table("book_revisions")
