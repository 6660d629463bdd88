"""A section 分区 of the frame: live state beside the cases, driven by the worker.

Like the live state of the cases it keeps nothing that the ledger does not have: `reset` loads,
`apply` moves it by a committed batch, `advance` lets time pass, `paint` shows it.
"""

from __future__ import annotations

from typing import Protocol

from dashboard.ledger import Applied
from dashboard.snapshot import Frame


class Section(Protocol):
    """One room's part of the frame; sections are painted in order, alarms after all others."""

    next_at: int
    """When time alone changes something again, epoch ms; far ahead when nothing does."""

    def reset(self, now: int) -> None:
        """Everything anew from the ledger."""

    def apply(self, applied: Applied) -> None:
        """Moves by one committed batch."""

    def advance(self, now: int) -> bool:
        """Lets the clock go to `now`; True when the frame is different."""

    def paint(self, frame: Frame) -> None:
        """Adds its cells, series and tables to the frame made so far."""
