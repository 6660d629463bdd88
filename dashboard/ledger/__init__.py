"""The only room that speaks SQL 账本: records, archive, tally and cursor of one city."""

from dashboard.ledger.errors import CursorMoved, LedgerAway, LedgerError, RulesMoved, Superseded
from dashboard.ledger.store import Advance, Applied, Ledger, Refused

__all__ = [
    "Advance",
    "Applied",
    "CursorMoved",
    "Ledger",
    "LedgerAway",
    "LedgerError",
    "Refused",
    "RulesMoved",
    "Superseded",
]
