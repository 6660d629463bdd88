"""Screens 屏幕, senders 接入 and monitors 监控 that need no person: added, seen, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Row, select

from dashboard.access.trail import Entry
from dashboard.ledger.accessschema import devices as table
from dashboard.ledger.audit import append
from dashboard.ledger.database import Database
from dashboard.ledger.errors import LedgerError
from dashboard.screensettings import ScreenSettings, read, written

DeviceKind = Literal["wall", "send", "watch"]


class NoDevice(LedgerError):
    """There is no screen or token of that id or name."""


@dataclass(frozen=True)
class Device:
    """One screen, sender or monitor; times are epoch ms."""

    id: str
    kind: DeviceKind
    name: str
    scenes: tuple[str, ...]
    sent_by: str
    bind: str
    secret: str
    created_at: int
    created_by: str
    seen_at: int | None = None
    revoked_at: int | None = None
    settings: ScreenSettings = field(default_factory=ScreenSettings)


class Devices:
    """The devices of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, device: Device, entry: Entry) -> None:
        """A new one; `entry` tells of it. Raises `LedgerError` if the name is in use."""
        with self._database.write() as connection:
            same = (table.c.kind == device.kind, table.c.name == device.name)
            living = select(table.c.id).where(*same, table.c.revoked_at.is_(None))
            if connection.scalar(living.limit(1)) is not None:
                raise LedgerError(f"已有名为 {device.name} 的：先吊销，或换个名字")
            values = {
                **device.__dict__,
                "scenes": " ".join(device.scenes),
                "settings": written(device.settings),
            }
            connection.execute(table.insert().values(**values))
            append(connection, entry)

    def list(self, kind: DeviceKind) -> list[Device]:
        """All of a kind, oldest first, revoked ones too."""
        query = select(table).where(table.c.kind == kind).order_by(table.c.created_at, table.c.id)
        with self._database.read() as connection:
            return [_device(row) for row in connection.execute(query)]

    def get(self, id: str) -> Device | None:
        """The device of an id."""
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.id == id)).first()
        return None if row is None else _device(row)

    def living(self, kind: DeviceKind, name: str) -> Device:
        """The one of an id or name that is not revoked. Raises `NoDevice`."""
        for one in self.list(kind):
            if one.revoked_at is None and name in (one.id, one.name):
                return one
        raise NoDevice(f"没有名为 {name} 的（或已吊销）")

    def arrange(self, screen: str, settings: ScreenSettings, entry: Entry) -> None:
        """Changes a screen's schedule 排片, by its id. Raises `NoDevice`."""
        with self._database.write() as connection:
            mine = (table.c.kind == "wall", table.c.id == screen, table.c.revoked_at.is_(None))
            done = connection.execute(
                table.update().where(*mine).values(settings=written(settings))
            )
            if not done.rowcount:
                raise NoDevice(f"没有编号为 {screen} 的屏幕（或已吊销）")
            append(connection, entry)

    def revoke(self, kind: DeviceKind, name: str, entry: Entry) -> int:
        """Revokes by id or name; returns how many were. Raises `NoDevice`."""
        with self._database.write() as connection:
            mine = (table.c.kind == kind, (table.c.id == name) | (table.c.name == name))
            living = (*mine, table.c.revoked_at.is_(None))
            done = connection.execute(table.update().where(*living).values(revoked_at=entry.at))
            if not done.rowcount:
                raise NoDevice(f"没有名为 {name} 的（或已吊销）")
            append(connection, entry)
            return done.rowcount

    def touch(self, seen: Mapping[str, int]) -> None:
        """Notes when devices last asked."""
        with self._database.write() as connection:
            for id, at in seen.items():
                connection.execute(table.update().where(table.c.id == id).values(seen_at=at))


def _device(row: Row[Any]) -> Device:
    return Device(
        row.id,
        row.kind,
        row.name,
        tuple(row.scenes.split()),
        row.sent_by,
        row.bind,
        row.secret,
        row.created_at,
        row.created_by,
        row.seen_at,
        row.revoked_at,
        read(row.settings),
    )
