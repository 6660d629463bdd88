"""Measures over a window 指标测算: what `cityops measures`, the yearly form and the pages ask.

Each kind of record counts for itself; here the city's formulas are put over those counts. Rates are
sums divided once, and a window nothing is known about has no data, not 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from dashboard.callcounts import CallCounts
from dashboard.casecounts import CaseCounts
from dashboard.formula import OVERDUE, Resolved, Value
from dashboard.ledger import Ledger
from dashboard.measures import MEASURES, resolve
from dashboard.platformcounts import PlatformCounts
from dashboard.windows import City, Counts, Needs, Window, year_of

BY: Final = (
    "district", "department", "channel", "category", "duty_grid", "component", "day", "month",
)  # fmt: skip
"""What `--by` takes; a kind of records without that dimension has no members."""


class Domain(Protocol):
    """One kind of records as reckoning sees it; its measures have its name before the dot."""

    def counts(
        self, ledger: Ledger, city: City, window: Window, by: str | None, needs: Needs
    ) -> Mapping[str, Counts]:
        """Member of `by` → counter → n; the whole city under "". A breakdown that does not apply
        to this kind of records has no members."""

    def known(self, ledger: Ledger, city: City, window: Window) -> bool:
        """Whether anything is known about the window."""


DOMAINS: Final[dict[str, Domain]] = {
    "cases": CaseCounts(),
    "calls": CallCounts(),
    "platform": PlatformCounts(),
}


@dataclass(frozen=True)
class Report:
    """The measures of a window, and of each member of a breakdown when one was asked for."""

    window: Window
    measures: dict[str, Value]
    by: dict[str, dict[str, Value]]
    counts: Mapping[str, Counts] = field(default_factory=dict)
    """What the figures were made of: kind of record → counter → n over the window."""


def reckon(
    ledger: Ledger, city: City, window: Window, by: str | None = None, ids: Iterable[str] = MEASURES
) -> Report:
    """Every measure in `ids` over the window, in the city's variants; `by` splits it."""
    choice = city.in_year(year_of(window.first_day))
    asked: dict[str, list[Resolved]] = {}
    for id in ids:
        asked.setdefault(id.partition(".")[0], []).append(resolve(id, choice))
    measures: dict[str, Value] = {}
    split: dict[str, dict[str, Value]] = {}
    totals: dict[str, Counts] = {}
    for name, resolved in asked.items():
        domain = DOMAINS[name]
        known = domain.known(ledger, city, window)
        needs = frozenset(name for one in resolved for name in (*one.num, *one.den, *one.minus))
        total = domain.counts(ledger, city, window, None, needs).get("", {})
        totals[name] = total
        measures |= values_of(resolved, total, window, known)
        if by:
            for member, counts in domain.counts(ledger, city, window, by, needs).items():
                split.setdefault(member, {}).update(values_of(resolved, counts, window, known))
    by_member = {member: split[member] for member in sorted(split)}
    return Report(window, measures, by_member, totals)


def values_of(
    resolved: Sequence[Resolved], counts: Mapping[str, int], window: Window, known: bool
) -> dict[str, Value]:
    """Each measure over counts (counter → n) of a window; nothing known is no data, not 0."""
    report = {**counts, OVERDUE: counts.get("overdue@report", 0)}
    out: dict[str, Value] = {}
    for one in resolved:
        value = one.value(report if one.attribution == "report" else counts, window.as_of)
        out[one.measure.id] = value if known else replace(value, num=None, state="nodata")
    return out
