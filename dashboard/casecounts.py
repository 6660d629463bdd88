"""Counting cases over a window 案件计数.

Whole city days come from the tally, a cut day from its records; time-driven counts (超期) are
evaluated at the window's as-of time.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.cases import CHANNEL
from dashboard.counters import AT_REPORT, BIT, COUNTERS, points
from dashboard.formula import OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK
from dashboard.ledger import Ledger
from dashboard.ledger.reading import (
    Stocks,
    last_heard,
    overdue_instants,
    pattern_sums,
    records_with_instants,
    stocks,
)
from dashboard.tally import DIMENSIONS, expand
from dashboard.windows import City, Counts, Needs, Window, iso_day

_STOCKS = frozenset({OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK})
"""Counted case by case, not from the tally."""
_REPORTS = frozenset({BIT["reported"], BIT["self_reported"]})


class CaseCounts:
    """The domain of `cases.…` measures."""

    def counts(
        self, ledger: Ledger, city: City, window: Window, by: str | None, needs: Needs
    ) -> dict[str, Counts]:
        """Member → counter → n; the city under ""."""
        if by is not None and by not in DIMENSIONS and by not in ("day", "month"):
            return {}
        return _counts(ledger, city, window, by, bool(needs & _STOCKS))

    def known(self, ledger: Ledger, city: City, window: Window) -> bool:
        """Whether a source had delivered anything as late as the window's start."""
        return _has_data(ledger, city, window)


def _has_data(ledger: Ledger, city: City, window: Window) -> bool:
    """False when no source had delivered anything as late as the window's start: 无数据, not 0."""
    return last_heard(ledger, {"case"}) >= city.day_start(window.first_day)


def _counts(
    ledger: Ledger, city: City, window: Window, by: str | None, with_stocks: bool
) -> dict[str, Counts]:
    """Member → counts (city under ""), pseudo counters where asked for."""
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
    if with_stocks:
        _add_stocks(ledger, city, window, by, dim, out)
    return out


def _member(by: str | None, key: str | int) -> str:
    if by == "month":
        return iso_day(int(key))[:7]
    return iso_day(int(key)) if by == "day" else str(key)


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
