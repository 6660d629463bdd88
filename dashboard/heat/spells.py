"""What one record adds to its cell, and when 贡献: spells from ≤ clock < until with ±1.

A window of length L at clock t holds the instants t − L ≤ at < t, so an instant counts from at + 1
until at + L + 1; a day's window changes at city midnight. Nothing here knows the clock.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from dashboard import cases as c
from dashboard.cases import COLUMNS, Row
from dashboard.heat.keys import HOTLINES, SLIDING_MS
from dashboard.livestate.contributions import CITY, OPEN, OVERDUE, stock_steps

Spell = tuple[int, int, int, int]
"""(from ms, until ms, numerator, denominator): holds while from ≤ clock < until."""
Values = tuple[Any, ...]
"""A record's values in the order of a counting's `columns`."""
NEVER: Final = 1 << 62
_EPOCH: Final = datetime.date(1970, 1, 1)


class City(Protocol):
    """What a city profile says of days and of what counts."""

    @property
    def self_handled_counts_as(self) -> frozenset[str]: ...
    @property
    def separate_channels(self) -> frozenset[str]: ...
    def day(self, ms: int) -> int: ...
    def day_start(self, day: int) -> int: ...


class Windows:
    """When an instant counts in each window."""

    def __init__(self, city: City) -> None:
        self._day, self._start = city.day, city.day_start
        self._kept: dict[int, tuple[int, int, int, int]] = {}
        """City day → its first instant and those of the next days and year: asked ever again."""

    def spell(self, window: str, at: int) -> tuple[int, int]:
        """(from, until) of an instant in a window; empty when from ≥ until."""
        length = SLIDING_MS.get(window)
        if length is not None:
            return at + 1, at + 1 + length
        day = self._day(at)
        edges = self._kept.get(day)
        if edges is None:
            edges = self._kept[day] = self._edges(day)
        if window == "yesterday":
            return edges[1], edges[2]
        return at + 1, edges[3 if window == "year" else 1]

    def _edges(self, day: int) -> tuple[int, int, int, int]:
        date = _EPOCH + datetime.timedelta(day)
        new_year = (datetime.date(date.year + 1, 1, 1) - _EPOCH).days
        start = self._start
        return start(day), start(day + 1), start(day + 2), start(new_year)

    def since(self, window: str, now: int) -> int:
        """No instant before this one counts at `now` or later."""
        length = SLIDING_MS.get(window)
        if length is not None:
            return now - length
        day = self._day(now)
        if window == "year":
            date = _EPOCH + datetime.timedelta(day)
            day = (datetime.date(date.year, 1, 1) - _EPOCH).days
        return self._start(day - 1 if window == "yesterday" else day)


@dataclass(frozen=True)
class Counting:
    """How one measure reads a record: the columns it needs, and what it makes of their values.

    `instants` yields (window instant, from, until, numerator, denominator); the spell is what
    from … until has in common with the window. `by`: the time field every counted record has in
    the window, or "" for stocks, which concern open records.
    """

    columns: tuple[str, ...]
    instants: Callable[[Values], Iterator[tuple[int, int, int, int, int]]]
    by: str

    def values(self, row: Row) -> Values:
        """A whole record's values."""
        return tuple(row[_PLACE[name]] for name in self.columns)

    def spells(self, windows: Windows, window: str, values: Values) -> Iterator[Spell]:
        """The spells of a record in a window."""
        for at, start, stop, num, den in self.instants(values):
            begin, until = windows.spell(window, at)
            begin, until = max(begin, start), min(until, stop)
            if begin < until:
                yield begin, until, num, den


_PLACE: Final = {name: i for i, name in enumerate(COLUMNS)}
Instants = Iterator[tuple[int, int, int, int, int]]


def countings(city: City) -> dict[str, Counting]:
    """Measure of the map → how it is counted in this city."""
    counts_as, apart = city.self_handled_counts_as, city.separate_channels

    def reported(values: Values) -> Instants:
        at, channel, flag = values
        if at is None or channel in apart:
            return
        if "reported" in counts_as or not (flag or channel == "self_handled"):
            yield at, 0, NEVER, 1, 0

    def hotline(values: Values) -> Instants:
        at, channel = values
        if at is not None and channel in HOTLINES:
            yield at, 0, NEVER, 1, 0

    def filed(values: Values) -> Instants:
        at, channel, flag, cancelled = values
        if at is None or cancelled is not None or channel in apart:
            return
        if "filed" in counts_as or not (flag or channel == "self_handled"):
            yield at, 0, NEVER, 1, 0

    def on_time(values: Values) -> Instants:
        at, channel, flag, cancelled, disposed, due = values
        if at is None or cancelled is not None or channel in apart:
            return
        if flag or channel == "self_handled":
            if "closed" in counts_as:
                good = disposed is not None and (due is None or disposed <= due)
                yield at, 0, NEVER, int(good), 1
            return
        good = disposed is not None and due is not None and disposed <= due
        yield at, 0, NEVER, int(good), 1

    def stock(name: str) -> Callable[[Values], Instants]:
        def instants(values: Values) -> Instants:
            row = _thin(values)
            if row[c.CHANNEL] in apart:
                return
            at = row[c.DUE_AT]
            if name == OPEN:
                begun = [row[i] for i in _BEGINS if row[i] is not None]
                at = min(begun, default=None)
            for start, stop in _spans(row, name):
                if at is not None:
                    yield at, start, stop, 1, 0

        return instants

    self_columns = ("channel", "self_handled")
    return {
        "reported": Counting(("reported_at", *self_columns), reported, "reported_at"),
        "filed": Counting(("filed_at", *self_columns, "cancelled_at"), filed, "filed_at"),
        "open": Counting(STOCK_COLUMNS, stock(OPEN), ""),
        "overdue": Counting(STOCK_COLUMNS, stock(OVERDUE), ""),
        "on_time_rate": Counting(
            ("closed_at", *self_columns, "cancelled_at", "disposed_at", "due_at"),
            on_time,
            "closed_at",
        ),
        "hotline": Counting(("reported_at", "channel"), hotline, "reported_at"),
    }


_BEGINS: Final = (c.REPORTED, c.ACCEPTED, c.FILED, c.DISPATCHED)
STOCK_COLUMNS: Final = (
    "reported_at",
    "accepted_at",
    "rejected_at",
    "filed_at",
    "refused_at",
    "dispatched_at",
    "disposed_at",
    "suspended_at",
    "resumed_at",
    "closed_at",
    "cancelled_at",
    "channel",
    "due_at",
)
_STOCK_PLACES: Final = tuple(_PLACE[name] for name in STOCK_COLUMNS)


def _thin(values: Values) -> Row:
    """A record of which only the columns of stocks are known."""
    row: Row = [None] * len(COLUMNS)
    for place, value in zip(_STOCK_PLACES, values, strict=True):
        row[place] = value
    return row


def _spans(row: Row, name: str) -> Iterator[tuple[int, int]]:
    """(from, until) of a stock of the whole city; a step holds for clocks after its instant."""
    start = None
    for at, key, n in stock_steps(row, _no_day):
        if key[:2] != (name, CITY):
            continue
        if n > 0:
            start = at + 1
        elif start is not None:
            yield start, at + 1
            start = None
    if start is not None:
        yield start, NEVER


def _no_day(_instant: int) -> int:
    return 0
