"""What a system was last heard to send 来源新鲜度: by the kind of its events."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("sources", "old_sources")
    op.create_table(
        "sources",
        sa.Column("sent_by", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sent_by", "kind", name="sources_by_kind"),
    )
    op.execute("insert into sources select sent_by, 'case', last_at from old_sources")
    op.drop_table("old_sources")


def downgrade() -> None:
    op.rename_table("sources", "new_sources")
    op.create_table(
        "sources",
        sa.Column("sent_by", sa.Text, primary_key=True),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )
    op.execute("insert into sources select sent_by, max(last_at) from new_sources group by sent_by")
    op.drop_table("new_sources")
