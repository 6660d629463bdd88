"""The cases behind a figure 数字背后的案卷: exactly those that a numerator or denominator counts.

Drill-down from any number to its list. The list is as long as the figure says (tested for every
measure): a case is in it for the same reason for which it was counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

from dashboard import cases as c
from dashboard.cases import Row
from dashboard.counters import AT_REPORT, BIT, points
from dashboard.formula import OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK, Resolved
from dashboard.ledger import Ledger
from dashboard.ledger.reading import records
from dashboard.windows import City, Window

Side = Literal["num", "den"]
Counts = Callable[[Row], int]
_PSEUDO: Final = frozenset({OVERDUE, "overdue@report", OVERDUE_STOCK, SUSPENDED_STOCK})


def cases_behind(
    ledger: Ledger, city: City, window: Window, resolved: Resolved, side: Side
) -> Iterator[tuple[str, Row]]:
    """(case, record) of every case that the numerator or denominator of a measure of cases counts
    in the window; one that the denominator takes off again is left out."""
    counted = _counting(resolved, side, city, window)
    apart = ledger.rules.apart
    for case, row in records(ledger):
        if row[c.CHANNEL] not in apart and counted(row) > 0:
            yield case, row


def _counting(resolved: Resolved, side: Side, city: City, window: Window) -> Counts:
    """How often a record adds to the side, what is taken off taken off."""
    plus = resolved.num if side == "num" else resolved.den
    minus = () if side == "num" else resolved.minus
    if resolved.attribution == "report":
        plus = tuple("overdue@report" if name == OVERDUE else name for name in plus)
    start, end = city.day_start(window.first_day), city.day_start(window.end_day)
    upto = min(end, window.as_of)
    bits = {BIT[name]: 1 for name in plus if name not in _PSEUDO}
    bits |= {BIT[name]: -1 for name in minus if name not in _PSEUDO}
    pseudo = [name for name in plus if name in _PSEUDO]

    def count(row: Row) -> int:
        total = sum(_pseudo(name, row, start, end, window.as_of) for name in pseudo)
        if not bits:
            return total
        reported = row[c.REPORTED]
        cohort = reported is not None and start <= reported < upto
        for at, bit in points(row):
            if start <= at < upto:
                total += bits.get(bit, 0)
            if cohort and bit < AT_REPORT:
                total += bits.get(bit + AT_REPORT, 0)
        return total

    return count


def _pseudo(name: str, row: Row, start: int, end: int, as_of: int) -> int:
    """Time-driven counts at `as_of`: 超期未处置 due or reported in the window, 在挂."""
    if name == SUSPENDED_STOCK:
        return int(_suspended(row, as_of) and not _ended(row, as_of))
    if not _overdue(row, as_of):
        return 0
    if name == OVERDUE_STOCK:
        return 1
    at = row[c.DUE_AT] if name == OVERDUE else row[c.REPORTED]
    return int(at is not None and start <= at < end)


def _ended(row: Row, as_of: int) -> bool:
    ends = (row[c.CANCELLED], row[c.CLOSED], row[c.REFUSED], row[c.REJECTED])
    return any(at is not None and at <= as_of for at in ends)


def _suspended(row: Row, as_of: int) -> bool:
    at, resumed = row[c.SUSPENDED], row[c.RESUMED]
    return at is not None and at <= as_of and (resumed is None or resumed > as_of)


def _overdue(row: Row, as_of: int) -> bool:
    """超期未处置 at a moment: the twin of the ledger's question."""
    dispatched, due, disposed = row[c.DISPATCHED], row[c.DUE_AT], row[c.DISPOSED]
    if dispatched is None or dispatched > as_of or due is None or due >= as_of:
        return False
    waiting = disposed is None or disposed > as_of
    return waiting and not _ended(row, as_of) and not _suspended(row, as_of)
