"""Reports of one clock hour by member 同一小时上报: what surges are measured against."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, case, func, literal, or_, select

from dashboard.ledger import schema
from dashboard.ledger.reading import counted
from dashboard.ledger.store import Ledger


def reports_by_member(
    ledger: Ledger, dimension: str, hours: Sequence[int], length_ms: int
) -> list[dict[str, int]]:
    """For each start in `hours` (epoch ms): member → cases reported within `length_ms` from it."""
    row = schema.cases.c
    within = [and_(row.reported_at >= at, row.reported_at < at + length_ms) for at in hours]
    which = case(*((one, literal(i)) for i, one in enumerate(within)), else_=literal(-1))
    member = row[dimension]
    query = (
        select(which, member, func.count())
        .where(or_(*within), member.is_not(None), counted(ledger))
        .group_by(which, member)
    )
    out: list[dict[str, int]] = [{} for _ in hours]
    with ledger.engine.connect() as connection:
        for i, code, n in connection.execute(query):
            out[i][code] = n
    return out
