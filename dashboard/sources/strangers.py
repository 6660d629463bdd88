"""Codes the city profile does not know 未登记的编码: counted, never refused.

They are the usual sign of a mapping that forgot a prefix or a value map; the wall would show the
bare code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from dashboard.cases import FIELDS, INDEX
from dashboard.eventkinds import Event
from dashboard.events import CaseEvent


class Strangers:
    """Counts codes outside `known`, which is field name → the codes of the profile."""

    def __init__(self, known: Mapping[str, Collection[str]]) -> None:
        self._known = {INDEX[name]: frozenset(codes) for name, codes in known.items()}
        self._counts: Counter[tuple[int, str]] = Counter()

    def see(self, events: Sequence[Event]) -> None:
        known = self._known
        for event in (one for one in events if isinstance(one, CaseEvent)):
            for index, value in event.changes:
                if index in known and value is not None and value not in known[index]:
                    self._counts[index, value] += 1

    def found(self) -> dict[str, dict[str, int]]:
        """Field → unknown code → how many events, the most frequent first."""
        report: dict[str, dict[str, int]] = {}
        for (index, code), n in self._counts.most_common():
            report.setdefault(FIELDS[index], {})[code] = n
        return report
