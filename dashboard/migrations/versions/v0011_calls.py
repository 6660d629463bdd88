"""The hotline 热线: calls, agent states, their tally and the points of the rolling window."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIMES = (
    "offered_at",
    "ivr_enter_at",
    "ivr_exit_at",
    "queued_at",
    "ringing_at",
    "answered_at",
    "transferred_at",
    "abandoned_at",
    "overflow_at",
    "ended_at",
    "wrapped_at",
    "callback_due_at",
    "called_back_at",
    "rated_at",
    "feedback_due_at",
    "fed_back_at",
    "order_transferred_at",
    "order_accepted_at",
    "order_closed_at",
)
DURATIONS = ("wait_s", "talk_s", "hold_s", "wrapup_s")
TEXTS = ("agent", "queue", "line", "reason", "order", "case", "outcome")


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("revs", sa.LargeBinary, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in TIMES),
        *(sa.Column(name, sa.Float(53)) for name in DURATIONS),
        *(sa.Column(name, sa.Text) for name in TEXTS),
        sa.Column("transfers", sa.SmallInteger),
        sa.Column("satisfaction", sa.SmallInteger),
        sa.Column("conflicts", sa.BigInteger),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("calls_by_last_at", "calls", ["last_at"])
    op.create_table(
        "agent_states",
        sa.Column("agent", sa.Text),
        sa.Column("at", sa.BigInteger),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("agent", "at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agents",
        sa.Column("agent", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
    )
    op.create_table(
        "call_tally",
        sa.Column("day", sa.Integer),
        sa.Column("quarter", sa.Integer),
        sa.Column("counter", sa.Text),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "quarter", "counter"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "call_days",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("points", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in ("call_days", "call_tally", "agents", "agent_states", "calls"):
        op.drop_table(table)
