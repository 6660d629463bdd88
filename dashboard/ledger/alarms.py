"""The alarm log 告警记录: every incident with its times, its worst value, who acknowledged it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, fields

from sqlalchemy import Row, or_, select

from dashboard.alarms.engine import Alarm
from dashboard.ledger import schema
from dashboard.ledger.store import Ledger

_NAMES = tuple(one.name for one in fields(Alarm))


def record(ledger: Ledger, alarms: Collection[Alarm]) -> None:
    """Writes incidents as they are now; who acknowledged one first stays."""
    table = schema.alarms
    with ledger.writing() as connection:
        for alarm in alarms:
            values = asdict(alarm)
            mine = table.c.id == alarm.id
            acked = connection.execute(select(table.c.acked_at).where(mine)).first()
            if acked is None:
                connection.execute(table.insert().values(values))
                continue
            if acked[0] is not None:
                values = {k: v for k, v in values.items() if not k.startswith("acked_")}
            connection.execute(table.update().where(mine).values(values))


def acknowledge(ledger: Ledger, id: str, at: int, by: str, role: str) -> Alarm | None:
    """确认 an incident that lasts; None if there is none of this id. The first one stays."""
    table = schema.alarms
    with ledger.writing() as connection:
        mine = (table.c.id == id) & table.c.cleared_at.is_(None)
        values = {"acked_at": at, "acked_by": by, "acked_by_role": role}
        connection.execute(table.update().where(mine, table.c.acked_at.is_(None)).values(values))
        found = connection.execute(select(table).where(mine)).first()
    return None if found is None else _alarm(found)


def lasting(ledger: Ledger, cleared_since: int) -> list[Alarm]:
    """The incidents that last, and those that cleared since an instant (epoch ms)."""
    table = schema.alarms.c
    query = select(schema.alarms).where(
        or_(table.cleared_at.is_(None), table.cleared_at >= cleared_since)
    )
    with ledger.engine.connect() as connection:
        return [_alarm(found) for found in connection.execute(query)]


def log(ledger: Ledger, count: int = 200) -> list[Alarm]:
    """The newest incidents, newest first."""
    query = select(schema.alarms).order_by(schema.alarms.c.since.desc()).limit(count)
    with ledger.engine.connect() as connection:
        return [_alarm(found) for found in connection.execute(query)]


def _alarm(found: Row[tuple[object, ...]]) -> Alarm:
    values = found._mapping
    return Alarm(**{name: values[name] for name in _NAMES})
