"""What can go wrong with a ledger, in words an operator can act on."""


class LedgerError(RuntimeError):
    """The ledger cannot be used as asked; the text says what was found and what to do."""


class LedgerAway(LedgerError):
    """The database cannot be reached or broke off: a batch under way was written whole or not."""


class Superseded(LedgerError):
    """Somebody else has taken the ledger further: stop, do not write."""


class CursorMoved(Superseded):
    """Another process has folded this stream further than we thought."""


class RulesMoved(Superseded):
    """The ledger was rebuilt with other rules or another grid while we had it open."""


class Fenced(Superseded):
    """Another worker holds the lease 租约: this one must not write any more."""
