"""Questions about the platform 平台查询: known spans, records, the newest probes, the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import func, select

from dashboard.ledger.store import Ledger
from dashboard.ledger.uptimeschema import platform_records, probe_days, probed, uptime_spans
from dashboard.uptime.points import DAY_MS, EMPTY, Points, decode, merge
from dashboard.uptime.records import Fields
from dashboard.uptime.spans import Spans

_LAST_DAY: Final = 2**31 - 1
"""The database's whole numbers end there."""
_fields: Final = msgspec.msgpack.Decoder(dict[str, tuple[int, Any]])


def spans(
    ledger: Ledger, start: int, end: int, components: Iterable[str] | None = None
) -> dict[str, Spans]:
    """Component → its known spans that overlap start ≤ t < end, whole."""
    table = uptime_spans.c
    query = (
        select(table.component, table.start_at, table.end_at, table.state)
        .where(table.start_at < end, table.end_at > start)
        .order_by(table.component, table.start_at)
    )
    if components is not None:
        query = query.where(table.component.in_(sorted(components)))
    out: dict[str, Spans] = {}
    with ledger.engine.connect() as connection:
        for component, a, b, state in connection.execute(query):
            out.setdefault(component, []).append((a, b, state))
    return out


def records(ledger: Ledger) -> dict[tuple[str, str], Fields]:
    """(kind, number) → the fields of every outage, maintenance, ticket and correction."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(platform_records))
        return {(kind, id): _fields.decode(body) for kind, id, body in rows}


class LastProbe(NamedTuple):
    """The newest probe of a component: when, and its answer (see `uptime.points`)."""

    at: int
    answer: int


def last_probes(ledger: Ledger) -> dict[str, LastProbe]:
    """Component → its newest probe."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(probed.c.component, probed.c.last_at, probed.c.answer))
        return {component: LastProbe(at, answer) for component, at, answer in rows}


def probes(ledger: Ledger, component: str, start: int, end: int) -> Points:
    """The probes of start ≤ t < end: the evidence behind the spans."""
    table = probe_days.c
    first, last = start // DAY_MS, min(end // DAY_MS, _LAST_DAY)
    query = select(table.day, table.points).where(
        table.component == component, table.day >= first, table.day <= last
    )
    with ledger.engine.connect() as connection:
        found = [decode(body, number) for number, body in connection.execute(query)]
    return merge(*found).between(start, end) if found else EMPTY


class ProbeSize(NamedTuple):
    """How much there is of probes, and how little is stored for them."""

    probes: int
    failed: int
    days: int
    bytes: int
    spans: int


def probe_size(ledger: Ledger) -> ProbeSize:
    """Probes, failed ones, component-days, packed bytes, spans."""
    table = probe_days.c
    sums = (
        func.sum(table.n),
        func.sum(table.failed),
        func.count(),
        func.sum(func.length(table.points)),
    )
    with ledger.engine.connect() as connection:
        row = connection.execute(select(*sums)).one()
        known = connection.scalar(select(func.count()).select_from(uptime_spans))
    n, failed, days, size = (int(one or 0) for one in row)
    return ProbeSize(n, failed, days, size, int(known or 0))
