"""来电 by each instant that something about it may count at."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANTS = (
    "offered_at",
    "answered_at",
    "ended_at",
    "callback_due_at",
    "called_back_at",
    "feedback_due_at",
    "fed_back_at",
    "rated_at",
    "order_transferred_at",
    "order_accepted_at",
    "order_closed_at",
)


def upgrade() -> None:
    for name in INSTANTS:
        op.create_index(f"calls_by_{name}", "calls", [name])


def downgrade() -> None:
    for name in INSTANTS:
        op.drop_index(f"calls_by_{name}", "calls")
