"""Screens 屏幕: each with its schedule, kept as JSON."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("devices", sa.Column("settings", sa.Text, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("devices", "settings")
