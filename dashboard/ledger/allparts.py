"""Every part of the ledger beside the cases 各类记录, as each ledger is opened with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dashboard.ledger.calls import CallsPart
from dashboard.ledger.parts import Part
from dashboard.ledger.uptime import UptimePart
from dashboard.tally import Rules

PARTS: Final[tuple[Callable[[Rules], Part], ...]] = (CallsPart, UptimePart)
"""How to make each part from the city's rules."""
