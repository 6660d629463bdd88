"""The ledger's tables 账本表结构. Alembic's migrations make the same (tested)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from dashboard.cases import CODE_FIELDS, COLUMNS, COUNT_FIELDS, TIME_FIELDS

SCHEMA_VERSION: Final = "0017"

metadata = MetaData()


def _column(name: str) -> Column[object]:
    if name in TIME_FIELDS or name in ("due_at", "conflicts"):
        return Column(name, BigInteger)
    if name in COUNT_FIELDS:
        return Column(name, Integer)
    if name == "datum" or name.removeprefix("own_") in CODE_FIELDS:
        return Column(name, Text)
    if name in ("satisfaction", "self_handled", "stage"):
        return Column(name, SmallInteger)
    return Column(name, Float(53))


cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revs", LargeBinary, nullable=False),
    *(_column(name) for name in COLUMNS),
    sqlite_with_rowid=False,
)
"""One row a case: its fields, the revision of each (`revs`, msgpack), what follows from them."""

events = Table(
    "events",
    metadata,
    Column("subject", Text),
    Column("id", Text),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("subject", "id"),
    sqlite_with_rowid=False,
)
"""The archive 事件档案: every accepted event as it came, beside the case it belongs to."""

tally = Table(
    "tally",
    metadata,
    Column("dim", SmallInteger),
    Column("day", Integer),
    Column("member", Text),
    Column("pattern", Integer),
    Column("n", BigInteger, nullable=False),
    PrimaryKeyConstraint("dim", "day", "member", "pattern"),
    sqlite_with_rowid=False,
)
"""台账: how many cases add which pattern of counters to a member on a city day."""

patterns = Table(
    "patterns",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("counters", Text, nullable=False),
    UniqueConstraint("counters"),
)
"""Pattern number → its counters by name, separated by spaces."""

cursors = Table(
    "cursors",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("position", Text, nullable=False),
)
"""How far each stream or file has been folded; moves in the transaction of what it covers."""

sources = Table(
    "sources",
    metadata,
    Column("sent_by", Text),
    Column("kind", Text),
    Column("last_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("sent_by", "kind"),
)
"""The newest event time of each sending system, by the kind of its events."""

rejected = Table(
    "rejected",
    metadata,
    Column("stream", Text),
    Column("position", Text),
    Column("at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("stream", "position"),
)
"""What could not be counted, where it stood and why; the body is kept up to 2 kB."""

alarms = Table(
    "alarms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("value", Float(53), nullable=False),
    Column("peak", Float(53), nullable=False),
    Column("said", Text, nullable=False),
    Column("cleared_at", BigInteger),
    Column("acked_at", BigInteger),
    Column("acked_by", Text, nullable=False),
    Column("acked_by_role", Text, nullable=False),
)
"""告警记录: one row an incident; not part of the digest of figures."""

remarks = Table(
    "annotations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""标注 on time series: what happened on which city days; "" district is the whole city."""

book_revisions = Table(
    "book_revisions",
    metadata,
    Column("form", Text),
    Column("year", Integer),
    Column("number", Integer),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("form", "year", "number"),
)
"""年度台账册: the chain of revisions of every book, each carrying the hash of the one before."""

CHANGES_KEPT: Final = 500_000
"""Batches that `changes` goes back."""
CHANGES_MOST: Final = 2_000
"""Cases of one batch that are named one by one."""
changes = Table(
    "changes",
    metadata,
    Column("seq", BigInteger),
    Column("case", Text),
    PrimaryKeyConstraint("seq", "case"),
    sqlite_with_rowid=False,
)
"""变更簿: which cases each batch changed, the empty text for more than can be named."""

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""`city`: whose ledger this is; `seq`: how many batches were written; `rules`, `grid`: what it is
folded with."""
