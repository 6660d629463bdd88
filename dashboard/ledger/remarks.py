"""标注 in the ledger: each change with its line in the audit log, in one transaction."""

from __future__ import annotations

from dataclasses import asdict, fields

from sqlalchemy import Connection, Row, select

from dashboard.ledger import schema
from dashboard.ledger.audit import audit
from dashboard.ledger.store import Ledger
from dashboard.remarks import Remark

_NAMES = tuple(one.name for one in fields(Remark))


def put(ledger: Ledger, new: Remark) -> bool:
    """Writes an annotation; whether there was one of its id, which it takes the place of."""
    table = schema.remarks
    with ledger.writing() as connection:
        before = _found(connection, new.id)
        values = asdict(new)
        if before is None:
            connection.execute(table.insert().values(values))
        else:
            connection.execute(table.update().where(table.c.id == new.id).values(values))
        act = "annotation.change" if before else "annotation.add"
        told = {"now": _told(new)} | ({"before": _told(before)} if before else {})
        audit(connection, new.at, new.by, act, new.id, told)
    return before is not None


def remove(ledger: Ledger, id: str, at: int, by: str) -> Remark | None:
    """Deletes an annotation; the audit log keeps what it said. None if there is none."""
    table = schema.remarks
    with ledger.writing() as connection:
        gone = _found(connection, id)
        if gone is not None:
            connection.execute(table.delete().where(table.c.id == id))
            audit(connection, at, by, "annotation.remove", id, {"before": _told(gone)})
    return gone


def one(ledger: Ledger, id: str) -> Remark | None:
    """The annotation of this id."""
    with ledger.engine.connect() as connection:
        return _found(connection, id)


def between(ledger: Ledger, first_day: int, end_day: int) -> list[Remark]:
    """Those that touch first ≤ day < end, by their first day."""
    table = schema.remarks
    query = (
        select(table)
        .where(table.c.first_day < end_day, table.c.last_day >= first_day)
        .order_by(table.c.first_day, table.c.id)
    )
    with ledger.engine.connect() as connection:
        return [_remark(found) for found in connection.execute(query)]


def _found(connection: Connection, id: str) -> Remark | None:
    table = schema.remarks
    found = connection.execute(select(table).where(table.c.id == id)).first()
    return None if found is None else _remark(found)


def _remark(found: Row[tuple[object, ...]]) -> Remark:
    values = found._mapping
    return Remark(**{name: values[name] for name in _NAMES})


def _told(one: Remark) -> str:
    place = f" {one.district}" if one.district else ""
    return f"{one.first} 至 {one.last}{place} {one.text}"
