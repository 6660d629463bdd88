"""Records beside the cases 其他记录: each kind folds its events inside the ledger's transaction.

A part speaks SQL and keeps its own tables; what an event means is said by the pure room of its
record. Archive, records, tallies and cursor of a batch commit together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from dashboard.eventkinds import OtherEvent
from dashboard.ledger.dialect import SQLite
from dashboard.ledger.postgres import Postgres

Dialect = SQLite | Postgres


@dataclass(frozen=True)
class PartApplied:
    """What a batch did to a part: its changes, for its live section; events without effect."""

    changes: Any
    unchanged: int = 0


class Part(Protocol):
    """One kind of records; made anew for every opened ledger."""

    name: str
    kinds: frozenset[str]
    """The event types it folds."""

    def apply(
        self, connection: Connection, dialect: Dialect, events: Sequence[OtherEvent]
    ) -> PartApplied:
        """Folds its events of one batch; in any order, any number of times, the same records."""

    def archived(self, events: Sequence[OtherEvent]) -> Sequence[OtherEvent]:
        """Which of them go into the event archive one by one."""

    def holds(self, connection: Connection) -> bool:
        """Whether there are any records: what has none may be opened with any rules."""

    def rebuild(self, connection: Connection, dialect: Dialect) -> None:
        """Makes what is derived anew from its records, by the present rules."""
