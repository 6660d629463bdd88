"""The table of replay 回放表: one row a minute, what the wall showed at its end."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from dashboard.ledger.accessschema import metadata

__all__ = ["metadata", "minutes"]

minutes = Table(
    "replay_minutes",
    metadata,
    Column("minute", BigInteger, primary_key=True, autoincrement=False),
    Column("key", BigInteger, nullable=False),
    Column("shown_at", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),
    Column("frame", LargeBinary, nullable=False),
    Column("heat", LargeBinary),
    Index("replay_minutes_key", "key"),
)
"""`minute`: epoch ms ÷ 60,000; `key` the minute against which frame and heat are written (its own
number where they are whole); `shown_at` when the frame was published, epoch ms; `size` bytes of the
frame as published. Rows go by `key`, so that none is left without it."""
