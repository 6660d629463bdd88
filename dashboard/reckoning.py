"""Measures over a window 指标测算: whole city days from the tally, a cut day from its records.

`reckon` is what `cityops measures`, the yearly form and the leaders' pages ask. A window is clipped
at its as-of time 截至; time-driven counts (超期) are evaluated at that time.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from dashboard.cases import CHANNEL
from dashboard.counters import AT_REPORT, BIT, COUNTERS, points
from dashboard.formula import OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK, Choice, Resolved, Value
from dashboard.ledger import Ledger
from dashboard.ledger.reading import (
    Stocks,
    last_by_source,
    overdue_instants,
    pattern_sums,
    records_with_instants,
    stocks,
)
from dashboard.measures import MEASURES, resolve
from dashboard.tally import DIMENSIONS, expand

BY: Final = ("district", "department", "channel", "category", "duty_grid", "day", "month")
"""What `--by` takes; every dimension of the tally works the same way."""


class City(Choice, Protocol):
    """What reckoning needs of a city profile: its choices and its calendar."""

    def day(self, instant: int) -> int: ...
    def day_start(self, day: int) -> int: ...


@dataclass(frozen=True)
class Window:
    """City days first ≤ day < end; as-of is an epoch-ms instant."""

    first_day: int
    end_day: int
    as_of: int


_EPOCH: Final = datetime.date(1970, 1, 1)


def window(city: City, first: datetime.date, last: datetime.date, as_of: int) -> Window:
    """The days first … last (both in), as of `as_of` or the end, whichever is earlier."""
    first_day, end_day = (first - _EPOCH).days, (last - _EPOCH).days + 1
    return Window(first_day, end_day, min(as_of, city.day_start(end_day)))


def year_window(city: City, year: int, as_of: int) -> Window:
    """A calendar year."""
    return window(city, datetime.date(year, 1, 1), datetime.date(year, 12, 31), as_of)


@dataclass(frozen=True)
class Report:
    """The measures of a window, and of each member of a breakdown when one was asked for."""

    window: Window
    measures: dict[str, Value]
    by: dict[str, dict[str, Value]]


Counts = dict[str, int]
_REPORTS: Final = frozenset({BIT["reported"], BIT["self_reported"]})


def reckon(
    ledger: Ledger, city: City, window: Window, by: str | None = None, ids: Iterable[str] = MEASURES
) -> Report:
    """Every measure in `ids` over the window, in the city's variants; `by` splits it."""
    resolved = [resolve(id, city) for id in ids]
    total = _counts(ledger, city, window, None)
    split = _counts(ledger, city, window, by) if by else {}
    known = _has_data(ledger, city, window)
    return Report(
        window,
        _values(resolved, total.get("", {}), window, known),
        {member: _values(resolved, split[member], window, known) for member in sorted(split)},
    )


def _values(
    resolved: Sequence[Resolved], counts: Mapping[str, int], window: Window, known: bool
) -> dict[str, Value]:
    report = {**counts, OVERDUE: counts.get("overdue@report", 0)}
    out: dict[str, Value] = {}
    for one in resolved:
        value = one.value(report if one.attribution == "report" else counts, window.as_of)
        out[one.measure.id] = value if known else replace(value, num=None, state="nodata")
    return out


def _has_data(ledger: Ledger, city: City, window: Window) -> bool:
    """False when no source had delivered anything as late as the window's start: 无数据, not 0."""
    newest = max(last_by_source(ledger).values(), default=0)
    return newest >= city.day_start(window.first_day)


def _counts(ledger: Ledger, city: City, window: Window, by: str | None) -> dict[str, Counts]:
    """Member → counts (city under ""), pseudo counters included."""
    dim = by if by in DIMENSIONS else None
    calendar = by in ("day", "month")
    cut_day = city.day(window.as_of)
    end = min(window.end_day, cut_day)
    sums = pattern_sums(
        ledger, dim or "all", window.first_day, end, "day" if calendar else "member"
    )
    out: dict[str, Counts] = {}
    for key, patterns in sums.items():
        _add(out, _member(by, key), expand(patterns))
    cut_from = city.day_start(cut_day)
    if window.first_day <= cut_day < window.end_day and window.as_of > cut_from:
        for member, counts in _part_of_day(ledger, window.as_of, cut_from, dim).items():
            _add(out, _member(by, cut_day) if calendar else member, counts)
    _add_stocks(ledger, city, window, by, dim, out)
    return out


def _member(by: str | None, key: str | int) -> str:
    if by == "month":
        return iso_day(int(key))[:7]
    return iso_day(int(key)) if by == "day" else str(key)


def iso_day(day: int) -> str:
    """A city day as YYYY-MM-DD."""
    return (_EPOCH + datetime.timedelta(days=day)).isoformat()


def _part_of_day(ledger: Ledger, as_of: int, start: int, dim: str | None) -> dict[str, Counts]:
    """Counts of the instants start ≤ t < as_of, by member of `dim`."""
    out: dict[str, Counts] = {}
    for row in records_with_instants(ledger, start, as_of):
        if dim != "channel" and row[CHANNEL] in ledger.rules.apart:
            continue
        member = "" if dim is None else (row[DIMENSIONS[dim]] or "")
        counts = out.setdefault(member, {})
        found = points(row)
        cohort = any(bit in _REPORTS and start <= at < as_of for at, bit in found)
        for at, bit in found:
            if start <= at < as_of:
                counts[COUNTERS[bit]] = counts.get(COUNTERS[bit], 0) + 1
            if cohort and bit < AT_REPORT:
                name = COUNTERS[bit + AT_REPORT]
                counts[name] = counts.get(name, 0) + 1
    return out


def _add_stocks(
    ledger: Ledger,
    city: City,
    window: Window,
    by: str | None,
    dim: str | None,
    out: dict[str, Counts],
) -> None:
    span = (city.day_start(window.first_day), city.day_start(window.end_day))
    if by in ("day", "month"):
        for due, reported in overdue_instants(ledger, window.as_of):
            for at, name in ((due, OVERDUE), (reported, "overdue@report")):
                if at is not None and span[0] <= at < span[1]:
                    _add(out, _member(by, city.day(at)), {name: 1})
        return
    for member, found in stocks(ledger, window.as_of, span, dim).items():
        _add(out, member, _stock_counts(found))


def _stock_counts(found: Stocks) -> Counts:
    return {
        OVERDUE: found.overdue_due_in_window,
        "overdue@report": found.overdue_reported_in_window,
        OVERDUE_STOCK: found.overdue,
        SUSPENDED_STOCK: found.suspended,
    }


def _add(out: dict[str, Counts], member: str, counts: Mapping[str, int]) -> None:
    have = out.setdefault(member, {})
    for name, n in counts.items():
        have[name] = have.get(name, 0) + n
