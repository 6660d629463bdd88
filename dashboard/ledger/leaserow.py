"""The row of the lease 租约 in the ledger: who may write, and the last sign of life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from dashboard.ledger import schema

KEY: Final = "writer"
"""In the table `meta`."""


@dataclass(frozen=True)
class LeaseRow:
    """`token` grows with every new holder; `beat` with every sign of life of the present one."""

    holder: str = ""
    token: int = 0
    beat: int = 0

    @property
    def fence(self) -> str:
        """What a holder's transactions look for."""
        return f"{self.token} {self.holder}"


_row = msgspec.json.Decoder(LeaseRow)


def lease_of(connection: Connection) -> LeaseRow:
    """The lease as it stands; nobody's where there is none."""
    text = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == KEY))
    return LeaseRow() if text is None else _row.decode(text)


def keep_lease(connection: Connection, dialect: Any, row: LeaseRow) -> None:
    """Writes the lease, within the one writer's transaction."""
    value = msgspec.json.encode(row).decode()
    dialect.remember(connection, "meta", [(KEY, value)])
    connection.execute(schema.meta.update().where(schema.meta.c.key == KEY), {"value": value})
