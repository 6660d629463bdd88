"""The tables of the platform 平台表: probes by component and day, known spans, records."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

from dashboard.ledger.schema import metadata

probe_days = Table(
    "probe_days",
    metadata,
    Column("component", Text),
    Column("day", Integer),
    Column("n", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("points", LargeBinary, nullable=False),
    PrimaryKeyConstraint("component", "day"),
    sqlite_with_rowid=False,
)
"""Every probe of a component on a UTC day, packed: the archive of probes, and their evidence."""

uptime_spans = Table(
    "uptime_spans",
    metadata,
    Column("component", Text),
    Column("start_at", BigInteger),
    Column("end_at", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    PrimaryKeyConstraint("component", "start_at"),
    sqlite_with_rowid=False,
)
"""What the probes say, by the component's policy: up, degraded, down; between them unknown."""

probed = Table(
    "probed",
    metadata,
    Column("component", Text, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("answer", Integer, nullable=False),
)
"""The policy a component's spans follow from, and its newest probe."""

platform_records = Table(
    "platform_records",
    metadata,
    Column("kind", Text),
    Column("id", Text),
    Column("fields", LargeBinary, nullable=False),
    PrimaryKeyConstraint("kind", "id"),
    sqlite_with_rowid=False,
)
"""Outages, maintenance, tickets, corrections: field → (revision, value), msgpack."""
