"""What one record adds to the wall's figures: instants of counters, and steps of stocks in time.

A stock 存量 such as 超期未处置 is a sum of steps: +1 when a case falls overdue, −1 when it is
disposed of. Its value at any moment is the sum of the steps before it, so the past can be asked
as well as the present, and a clock that moves is all that time-driven figures need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from dashboard import cases as c
from dashboard.cases import Row
from dashboard.counters import AT_REPORT, BIT, points

DUE_SOON_MS: Final = 2 * 3_600_000
"""即将到期: at most two hours before the disposal deadline 处置截止."""

OPEN: Final = "open"
SUSPENDED: Final = "suspended"
HOLDING: Final = "holding"
OVERDUE: Final = "overdue"
DUE_SOON: Final = "due_soon"
"""在办 挂账 待处置 超期未处置 即将到期"""

StockKey = tuple[str, str, str]
"""(stock, "city" | "district" | "department" | "due" | "report", member or city day as text)."""
CITY: Final = "city"

_REPORTS: Final = (BIT["reported"], BIT["self_reported"])
_ENDS: Final = (c.CANCELLED, c.CLOSED, c.REFUSED, c.REJECTED)
_BEGINS: Final = (c.REPORTED, c.ACCEPTED, c.FILED, c.DISPATCHED)


def instants(row: Row) -> list[tuple[int, int]]:
    """(instant ms, counter bit) of a record, with the `@report` copies at the report time."""
    out = points(row)
    for at, bit in out:
        if bit in _REPORTS:
            return out + [(at, b + AT_REPORT) for _, b in out if b < AT_REPORT]
    return out


def stock_steps(row: Row, day_of: Callable[[int], int]) -> Iterator[tuple[int, StockKey, int]]:
    """(instant ms, key, ±1): the stocks of a record as steps that hold for all t > instant."""
    begin = min((row[i] for i in _BEGINS if row[i] is not None), default=_NEVER)
    end = min((row[i] for i in _ENDS if row[i] is not None), default=_NEVER)
    yield from _span(begin, end, ((OPEN, CITY, ""),))
    pauses: list[tuple[int, int]] = []
    if row[c.SUSPENDED] is not None:
        resumed = row[c.RESUMED]
        stop = min(end, _NEVER if resumed is None else resumed)
        if row[c.SUSPENDED] < stop:
            pauses = [(row[c.SUSPENDED], stop)]
            yield from _span(*pauses[0], ((SUSPENDED, CITY, ""),))
    if row[c.DISPATCHED] is None:
        return
    disposed = row[c.DISPOSED]
    until = end if disposed is None else min(end, disposed)
    due = row[c.DUE_AT]
    department = (HOLDING, "department", row[c.DEPARTMENT] or "")
    for start, stop in _without(row[c.DISPATCHED], until, pauses):
        yield from _span(start, stop, (department,))
        if due is not None:
            yield from _span(
                max(start, due - DUE_SOON_MS), min(stop, due + 1), ((DUE_SOON, CITY, ""),)
            )
            if max(start, due + 1) < stop:
                yield from _span(max(start, due + 1), stop, _overdue_keys(row, due, day_of))


def _overdue_keys(row: Row, due: int, day_of: Callable[[int], int]) -> tuple[StockKey, ...]:
    due_day = str(day_of(due))
    district = row[c.DISTRICT] or ""
    keys = (
        (OVERDUE, CITY, ""),
        (OVERDUE, "district", district),
        (OVERDUE, "department", row[c.DEPARTMENT] or ""),
        (OVERDUE, "due", due_day),
        (OVERDUE, "due", f"{due_day}/{district}"),
    )
    if row[c.REPORTED] is None:
        return keys
    report_day = str(day_of(row[c.REPORTED]))
    reported = ((OVERDUE, "report", report_day), (OVERDUE, "report", f"{report_day}/{district}"))
    return keys + reported


_NEVER: Final = 1 << 62


def _span(start: int, stop: int, keys: tuple[StockKey, ...]) -> Iterator[tuple[int, StockKey, int]]:
    """+1 from `start` on and −1 from `stop` on. A step written at t − 1 holds at t itself."""
    if start >= stop:
        return
    for key in keys:
        yield start - 1, key, 1
        if stop < _NEVER:
            yield stop - 1, key, -1


def _without(start: int, stop: int, pauses: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The pieces of start ≤ t < stop outside the pauses."""
    for pause_start, pause_stop in pauses:
        yield start, min(stop, pause_start)
        start = max(start, pause_stop)
    yield start, stop
