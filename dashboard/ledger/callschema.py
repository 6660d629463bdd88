"""The tables of the hotline 热线表: calls, agent states, and what follows from them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

from dashboard.calls.record import CODE_FIELDS, COLUMNS, DURATION_FIELDS, TIME_FIELDS
from dashboard.ledger.schema import metadata


def _column(name: str) -> Column[object]:
    if name in TIME_FIELDS or name == "conflicts":
        return Column(name, BigInteger)
    if name in DURATION_FIELDS:
        return Column(name, Float(53))
    if name in CODE_FIELDS or name == "outcome":
        return Column(name, Text)
    return Column(name, SmallInteger)


COUNTED_AT: Final = (
    "offered_at", "answered_at", "ended_at", "callback_due_at", "called_back_at",
    "feedback_due_at", "fed_back_at", "rated_at", "order_transferred_at", "order_accepted_at",
    "order_closed_at",
)  # fmt: skip
"""The instants that something about a call may count at, see `calls.counting`: looked up by."""

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revs", LargeBinary, nullable=False),
    *(_column(name) for name in COLUMNS),
    Column("last_at", BigInteger, nullable=False),
    Index("calls_by_last_at", "last_at"),
    *(Index(f"calls_by_{name}", name) for name in COUNTED_AT),
    sqlite_with_rowid=False,
)
"""One row a call or 12345 work order; `revs` packed by revision; `last_at` its newest instant."""

agent_states = Table(
    "agent_states",
    metadata,
    Column("agent", Text),
    Column("at", BigInteger),
    Column("state", SmallInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    PrimaryKeyConstraint("agent", "at"),
    sqlite_with_rowid=False,
)
"""Every change of an agent's state 坐席状态, by the agent's code."""

agents = Table(
    "agents",
    metadata,
    Column("agent", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
)
"""Each agent's newest state."""

call_tally = Table(
    "call_tally",
    metadata,
    Column("day", Integer),
    Column("quarter", Integer),
    Column("counter", Text),
    Column("n", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "quarter", "counter"),
    sqlite_with_rowid=False,
)
"""热线台账: sums of counters by city day and quarter-hour, and of the whole day beside them."""

call_days = Table(
    "call_days",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("points", LargeBinary, nullable=False),
)
"""Every offered call of a city day, five bytes each: when, and what the rolling window asks."""
