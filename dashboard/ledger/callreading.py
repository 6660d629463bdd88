"""Questions about the hotline 热线查询: sums by day, records with an instant in a span, points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import BigInteger, cast, func, select

from dashboard.calls import record as r
from dashboard.calls.daypoints import Keys, unpack
from dashboard.calls.folding import WHOLE_DAY
from dashboard.calls.record import Row
from dashboard.ledger.calls import HOUR_MS, agent_quarters, state_of
from dashboard.ledger.callschema import (
    COUNTED_AT,
    agent_states,
    agents,
    call_days,
    call_tally,
    calls,
)
from dashboard.ledger.schema import events
from dashboard.ledger.store import Ledger

Counts = dict[str, int]
CHUNK = 5_000


def call_sums(
    ledger: Ledger, first_day: int, end_day: int, group: Literal["all", "day"] = "all"
) -> dict[int, Counts]:
    """City day (0 for all together) → counter → n over the whole days first ≤ day < end."""
    table = call_tally.c
    key = (table.day,) if group == "day" else ()
    query = (
        select(*key, table.counter, cast(func.sum(table.n), BigInteger))
        .where(table.day >= first_day, table.day < end_day, table.quarter == WHOLE_DAY)
        .group_by(*key, table.counter)
    )
    out: dict[int, Counts] = {}
    with ledger.engine.connect() as connection:
        for *day, counter, n in connection.execute(query):
            out.setdefault(day[0] if day else 0, {})[counter] = n
    return out


def quarter_sums(ledger: Ledger, day: int, before: int | None = None) -> dict[int, Counts]:
    """Quarter-hour number → counter → n of one city day, of the quarters < `before`."""
    table = call_tally.c
    query = select(table.quarter, table.counter, table.n).where(
        table.day == day, table.quarter != WHOLE_DAY
    )
    if before is not None:
        query = query.where(table.quarter < before)
    out: dict[int, Counts] = {}
    with ledger.engine.connect() as connection:
        for quarter, counter, n in connection.execute(query):
            out.setdefault(quarter, {})[counter] = n
    return out


def sums_by_quarter(
    ledger: Ledger, first_day: int, end_day: int, quarters: int
) -> dict[int, Counts]:
    """Quarter-hour of the UTC day its city day begins with → counter → n over first ≤ day < end:
    the number of the quarter less `quarters` for each day since 1970."""
    table = call_tally.c
    place = table.quarter - table.day * quarters
    query = (
        select(place, table.counter, cast(func.sum(table.n), BigInteger))
        .where(
            table.day >= first_day,
            table.day < end_day,
            table.quarter != WHOLE_DAY,
            table.counter.in_(("offered", "answered", "abandoned")),
        )
        .group_by(place, table.counter)
    )
    out: dict[int, Counts] = {}
    with ledger.engine.connect() as connection:
        for quarter, counter, n in connection.execute(query):
            out.setdefault(quarter, {})[counter] = n
    return out


def known_days(ledger: Ledger) -> tuple[int, int] | None:
    """The first and the last city day that anything was counted on; None without any."""
    table = call_tally.c
    with ledger.engine.connect() as connection:  # one end at a time: each is a look at the index
        first = connection.scalar(select(func.min(table.day)))
        last = connection.scalar(select(func.max(table.day)))
    return None if first is None or last is None else (first, last)


def tally(ledger: Ledger, first_day: int, end_day: int) -> dict[tuple[int, int, str], int]:
    """The stored tally as it is, for a comparison with a recount."""
    table = call_tally.c
    query = select(table.day, table.quarter, table.counter, table.n).where(
        table.day >= first_day, table.day < end_day
    )
    with ledger.engine.connect() as connection:
        rows = connection.execute(query)
        return {(day, quarter, counter): n for day, quarter, counter, n in rows if n}


def day_points(ledger: Ledger, first_day: int, end_day: int) -> Iterator[tuple[int, Keys]]:
    """(day, keys of its offered calls) over first ≤ day < end."""
    table = call_days.c
    query = select(table.day, table.points).where(table.day >= first_day, table.day < end_day)
    with ledger.engine.connect() as connection:
        for day, stored in connection.execute(query.order_by(table.day)).all():
            yield day, unpack(bytes(stored))


def calls_since(ledger: Ledger, since: int) -> Iterator[tuple[str, Row]]:
    """(call, record) of every call with an instant at or after `since`, epoch ms."""
    columns = [calls.c[name] for name in ("id", *r.COLUMNS)]
    query = select(*columns).where(calls.c.last_at >= since)
    with ledger.engine.connect().execution_options(yield_per=CHUNK) as connection:
        for found in connection.execute(query):
            yield found[0], list(found[1:])


def calls_counted(ledger: Ledger, start: int, end: int) -> Iterator[tuple[str, Row]]:
    """(call, record) of every call of which something may count in start ≤ t < end, once."""
    columns = [calls.c[name] for name in ("id", *r.COLUMNS)]
    seen: set[str] = set()
    with ledger.engine.connect() as connection:
        for name in COUNTED_AT:
            at = calls.c[name]
            found = connection.execute(select(*columns).where(at >= start, at < end)).all()
            for row in found:
                if row[0] not in seen:
                    seen.add(row[0])
                    yield row[0], list(row[1:])


def calls_offered(ledger: Ledger, start: int, end: int) -> Iterator[tuple[str, Row]]:
    """(call, record) of every call offered in start ≤ t < end."""
    columns = [calls.c[name] for name in ("id", *r.COLUMNS)]
    at = calls.c.offered_at
    with ledger.engine.connect() as connection:
        for row in connection.execute(select(*columns).where(at >= start, at < end)):
            yield row[0], list(row[1:])


def all_calls(ledger: Ledger) -> Iterator[tuple[str, Row]]:
    """(call, record) of every call, streamed."""
    return calls_since(ledger, 0)


def call_record(ledger: Ledger, call: str) -> Row | None:
    """One record, or None."""
    columns = [calls.c[name] for name in ("revs", *r.COLUMNS)]
    with ledger.engine.connect() as connection:
        found = connection.execute(select(*columns).where(calls.c.id == call)).first()
    return None if found is None else state_of(found)[1]


def call_history(ledger: Ledger, call: str) -> list[bytes]:
    """The archived events of one call, oldest first, telephone numbers masked."""
    table = events.c
    query = select(table.body).where(table.subject == f"call:{call}").order_by(table.at, table.id)
    with ledger.engine.connect() as connection:
        return [bytes(body) for (body,) in connection.execute(query)]


def newest_states(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """Agent → (instant, state) of its newest state."""
    with ledger.engine.connect() as connection:
        rows: Any = connection.execute(select(agents.c.agent, agents.c.at, agents.c.state))
        return {agent: (at, state) for agent, at, state in rows}


def agent_changes(ledger: Ledger, start: int, end: int) -> dict[str, list[tuple[int, int]]]:
    """Agent → its states (instant, state) in start ≤ t < end, and the one before, ascending."""
    table = agent_states.c
    out: dict[str, list[tuple[int, int]]] = {}
    with ledger.engine.connect() as connection:
        for (agent,) in connection.execute(select(agents.c.agent)).all():
            columns = select(table.at, table.state).where(table.agent == agent)
            before = columns.where(table.at < start).order_by(table.at.desc()).limit(1)
            among = columns.where(table.at >= start, table.at < end).order_by(table.at)
            found = [*connection.execute(before), *connection.execute(among)]
            out[agent] = [(at, state) for at, state in found]
    return out


def closed_agent_time(ledger: Ledger) -> dict[tuple[int, str], int]:
    """(quarter-hour number, counter) → ms that agents spent in states that have ended."""
    cap_ms = round(ledger.rules.hotline.max_state_h * HOUR_MS)
    with ledger.engine.connect() as connection:
        return agent_quarters(connection, cap_ms)
