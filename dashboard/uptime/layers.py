"""The timeline of a component 时间线: probes below, what people entered above, by precedence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from dashboard.uptime.records import EVERY, Correction, Maintenance, Outage, Record
from dashboard.uptime.spans import MAINTENANCE, UNKNOWN, UP, Span, Spans, at_least, fill, paint

FOREVER: Final = 1 << 62
_T = TypeVar("_T")


@dataclass(frozen=True)
class Service:
    """When a component is to be up 应运行期: since ≤ t < until, epoch ms.

    `on_record` 以人工记录为准: nothing probes it, and the profile declares that it was up where
    nobody entered anything. Without that, no probe is no evidence: unknown.
    """

    since: int = 0
    until: int = FOREVER
    on_record: bool = False


@dataclass(frozen=True)
class Entered:
    """What people entered about one component, in the order in which it is painted."""

    outages: Sequence[Outage] = ()
    maintenance: Sequence[Maintenance] = ()
    corrections: Sequence[Correction] = ()


@dataclass
class Book:
    """All records, sorted by component; those of the whole platform are in every answer."""

    outages: dict[str, list[Outage]] = field(default_factory=dict)
    maintenance: dict[str, list[Maintenance]] = field(default_factory=dict)
    corrections: dict[str, list[Correction]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Record]) -> Book:
        """Records in any order."""
        book = cls()
        for one in records:
            if isinstance(one, Outage):
                book.outages.setdefault(one.component, []).append(one)
            elif isinstance(one, Maintenance):
                book.maintenance.setdefault(one.component, []).append(one)
            elif isinstance(one, Correction):
                book.corrections.setdefault(one.component, []).append(one)
        return book

    def about(self, component: str) -> Entered:
        """What concerns one component."""
        corrections = _both(self.corrections, component)
        return Entered(
            _both(self.outages, component),
            _both(self.maintenance, component),
            sorted(corrections, key=lambda one: (one.made_at, one.id)),
        )


def _both(found: dict[str, list[_T]], component: str) -> list[_T]:
    return [*found.get(component, ()), *found.get(EVERY, ())]


def timeline(
    known: Sequence[Span], entered: Entered, service: Service, start: int, end: int
) -> Spans:
    """The component over start ≤ t < end as far as it is in service: five states, no holes."""
    start, end = max(start, service.since), min(end, service.until)
    if start >= end:
        return []
    cover = fill(known, start, end, UP if service.on_record else UNKNOWN)
    for outage in entered.outages:
        if not outage.planned:
            over = FOREVER if outage.end is None else outage.end
            cover = paint(cover, outage.start, over, at_least(outage.state))
    for window in planned(entered):
        cover = paint(cover, *window, MAINTENANCE)
    for one in entered.corrections:
        cover = paint(cover, one.start, one.end, one.state)
    return cover


def planned(entered: Entered) -> list[tuple[int, int]]:
    """The windows that count as maintenance."""
    counted = [one for one in entered.maintenance if one.planned and one.approved]
    both: list[Maintenance | Outage] = [*counted, *(o for o in entered.outages if o.planned)]
    return [(one.start, FOREVER if one.end is None else one.end) for one in both]
