"""Counting a table of cases over a window 计数: the city, or by a dimension, or by day.

The same figures as the tally and the records give (`casecounts`), under any choice of cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.columns.shape import COHORT, INSTANT_OF, OWN, PLACE, Flags, Ints
from dashboard.columns.table import EDGE, SECOND, CaseTable
from dashboard.formula import OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK
from dashboard.windows import Counts

OVERDUE_REPORT: Final = "overdue@report"
STOCKS: Final = frozenset({OVERDUE, OVERDUE_REPORT, OVERDUE_STOCK, SUSPENDED_STOCK})
LARGEST: Final = 1 << 22
"""Members times patterns counted in one go."""


@dataclass(frozen=True)
class Edges:
    """A window in epoch ms: start ≤ t < end, as of `as_of`; all on whole seconds."""

    start: int
    end: int
    as_of: int

    def __post_init__(self) -> None:
        if any(at % SECOND for at in (self.start, self.end, self.as_of)):
            raise ValueError(f"{self}: window edges are whole seconds")

    @property
    def upto(self) -> int:
        """Where counting ends."""
        return min(self.end, self.as_of)


@dataclass
class Counting:
    """One choice of cases over one window; what is found for one breakdown serves the next.

    `check` is called between steps and may raise to stop.
    """

    table: CaseTable
    chosen: Flags
    edges: Edges
    needs: frozenset[str]
    """Counters wanted, `@report`, `@deadline` and pseudo counters among them."""
    check: Callable[[], None] = lambda: None
    _found: dict[str, tuple[Ints, NDArray[Any]]] = field(default_factory=dict)
    """Instant or pseudo counter → the cases that have it in the window, and when."""

    def total(self) -> Counts:
        """The counters of all chosen cases."""
        zeros = self._grouped(lambda places, at: np.zeros(len(places), np.int64), 1)
        return self._named(zeros).get(0, {})

    def by(self, dimension: str) -> dict[str, Counts]:
        """Member code → counters."""
        members = self.table[dimension]
        found = self._grouped(
            lambda places, at: members[places], len(self.table.members[dimension])
        )
        names = self.table.members[dimension]
        return {names[index]: counts for index, counts in self._named(found).items()}

    def by_time(self, starts: Sequence[int]) -> list[Counts]:
        """Counters by piece of the window; `starts` are the beginnings, epoch ms, in order.

        Stocks belong to no piece and are left out.
        """
        begins = np.array([start // SECOND for start in starts], np.int64)

        def piece(places: Ints, at: NDArray[Any]) -> Ints:
            return np.searchsorted(begins, at, side="right") - 1

        timed = self.needs - {OVERDUE_STOCK, SUSPENDED_STOCK}
        found = self._named(self._grouped(piece, len(starts), timed))
        return [found.get(index, {}) for index in range(len(starts))]

    def places(self, plus: Iterable[str], minus: Iterable[str] = ()) -> Ints:
        """The cases that add to the counters of `plus` more often than to those of `minus`."""
        net = np.zeros(self.table.n, np.int16)
        for sign, names in ((1, plus), (-1, minus)):
            for name in names:
                places, _ = self._hits(name)
                net[places] += np.int16(sign)
        return np.flatnonzero(net > 0)

    # -- how

    def _grouped(
        self,
        group: Callable[[Ints, NDArray[Any]], Ints],
        size: int,
        needs: frozenset[str] | None = None,
    ) -> dict[str, NDArray[np.int64]]:
        """Counter → how many in each group."""
        needs = self.needs if needs is None else needs
        out: dict[str, NDArray[np.int64]] = {}
        kinds: dict[str, list[str]] = {}
        for name in needs - STOCKS:
            kinds.setdefault(_instant(name), []).append(name)
        for instant, names in sorted(kinds.items()):
            self.check()
            places, at = self._within(instant)
            groups = group(places, at)
            out |= self._by_pattern(groups, self.table["pattern"][places], size, names)
        for name in needs & STOCKS:
            self.check()
            places, at = self._hits(name)
            out[name] = np.bincount(group(places, at), minlength=size)[:size]
        return out

    def _by_pattern(
        self, groups: Ints, patterns: NDArray[Any], size: int, names: Sequence[str]
    ) -> dict[str, NDArray[np.int64]]:
        width = len(self.table.patterns)
        fits = {name: self._fits(name) for name in names}
        if size * width > LARGEST:
            return {
                name: np.bincount(groups[has[patterns]], minlength=size)
                for name, has in fits.items()
            }
        keys = groups.astype(np.int64) * width + patterns
        table = np.bincount(keys, minlength=size * width).reshape(size, width)
        return {name: table[:, has].sum(axis=1) for name, has in fits.items()}

    def _fits(self, name: str) -> Flags:
        """Pattern number → whether it has the counter."""
        bit = np.uint64(1 << PLACE[name.removesuffix("@report")])
        found: Flags = (np.array(self.table.patterns, np.uint64) & bit) != 0
        return found

    def _within(self, instant: str) -> tuple[Ints, NDArray[Any]]:
        """The chosen cases whose instant lies in the window, and that instant."""
        if instant not in self._found:
            at = self.table[instant]
            start, upto = self.edges.start // SECOND, self.edges.upto // SECOND
            places = np.flatnonzero((at >= start) & (at < max(start, upto)) & self.chosen)
            self._found[instant] = places, at[places]
        return self._found[instant]

    def _hits(self, name: str) -> tuple[Ints, NDArray[Any]]:
        """The chosen cases that add to one counter, and the instant at which they do."""
        if name not in STOCKS:
            places, at = self._within(_instant(name))
            has = self._fits(name)[self.table["pattern"][places]]
            return places[has], at[has]
        if name not in self._found:
            self._found[name] = self._standing(name)
        return self._found[name]

    def _standing(self, name: str) -> tuple[Ints, NDArray[Any]]:
        """Time-driven counts at the window's as-of time: 超期未处置, 在挂."""
        table, as_of = self.table, self.edges.as_of
        if name == SUSPENDED_STOCK:
            places = np.flatnonzero((table["suspended"] != 0) & self.chosen)
            there = Moment(table, as_of, places)
            places = places[there.suspended() & there.open()]
            return places, table["suspended"][places]
        due = table["due"]
        places = np.flatnonzero((due != 0) & (due < as_of // SECOND) & self.chosen)
        places = places[Moment(table, as_of, places).awaiting_disposal()]
        at = table["reported" if name == OVERDUE_REPORT else "due"][places]
        if name != OVERDUE_STOCK:
            start, end = self.edges.start // SECOND, self.edges.end // SECOND
            inside = (at >= start) & (at < end)
            places, at = places[inside], at[inside]
        return places, at

    def _named(self, found: dict[str, NDArray[np.int64]]) -> dict[int, Counts]:
        """Group → counter → n, zeros left out."""
        out: dict[int, Counts] = {}
        for name, counts in found.items():
            for index in np.flatnonzero(counts).tolist():
                out.setdefault(index, {})[name] = int(counts[index])
        return out


class Moment:
    """Where cases stood at a moment, epoch ms on a whole second; of `places`, or of all."""

    def __init__(self, table: CaseTable, as_of: int, places: Ints | None = None) -> None:
        self._table, self._at, self._places = table, as_of // SECOND, places

    def _column(self, name: str) -> NDArray[Any]:
        column = self._table[name]
        return column if self._places is None else column[self._places]

    def happened(self, instant: str) -> Flags:
        """It was at or before the moment."""
        at = self._column(instant)
        found: Flags = (at != 0) & (at < self._at)
        on_edge = np.flatnonzero(at == self._at)
        if len(on_edge):
            found[on_edge] = (self._column("edges")[on_edge] & EDGE[instant]) != 0
        return found

    def open(self) -> Flags:
        """Not cancelled, closed, refused or rejected."""
        ended = self.happened("cancelled") | self.happened("closed")
        found: Flags = ~(ended | self.happened("refused") | self.happened("rejected"))
        return found

    def suspended(self) -> Flags:
        """挂账, not resumed."""
        return self.happened("suspended") & ~self.happened("resumed")

    def awaiting_disposal(self) -> Flags:
        """待处置: with a department, neither disposed, ended nor suspended."""
        waiting = self.happened("dispatched") & ~self.happened("disposed")
        return waiting & self.open() & ~self.suspended()


def _instant(counter: str) -> str:
    """The instant at which a counter counts: by report time all at the report."""
    return "reported" if counter.endswith("@report") else INSTANT_OF[counter]


KNOWN: Final = frozenset({*OWN, *(f"{name}@report" for name in OWN[:COHORT]), *STOCKS})
"""Every counter that can be wanted."""
