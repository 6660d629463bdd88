"""Moves a ledger to another version of the grid 换网格: every record settled anew, exactly.

What a record's place follows from is the record and the grid alone, so the outcome is as if the
new grid had been there from the beginning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from dashboard.cases import DISTRICT, LON, UNIT_CELL, Row
from dashboard.ledger import Ledger
from dashboard.ledger.reading import cell_counts, records
from dashboard.places import OUTSIDE

LEVELS: Final = ("district", "street", "community", "duty_grid", "unit_cell")
Watch = Callable[[str, Sequence[str | None], Sequence[str | None]], None]
"""(case, its five members before, after), in the order of `LEVELS`."""
PAGE: Final = 10_000


@dataclass
class Moves:
    """What a change of grid does. `moved`: level → how many records changed their member there."""

    records: int = 0
    changed: int = 0
    moved: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    in_cells: int = 0
    outside: int = 0
    unknown_codes: dict[str, int] = field(default_factory=dict)
    """Codes that the grid does not have and no position that could say where: kept as they came."""
    without_place: int = 0

    def see(self, before: Row, after: Row) -> bool:
        """Counts one record; whether it moved."""
        differs = [a != b for a, b in zip(_members(before), _members(after), strict=True)]
        for level, moved in zip(LEVELS, differs, strict=True):
            self.moved[level] += moved
        self.changed += any(differs)
        return any(differs)

    def settle(self, ledger: Ledger, cells: dict[str, int]) -> None:
        """Takes down where the records are, from how many each cell code has."""
        grid = ledger.rules.places.grid
        for code, n in cells.items():
            if code == "":
                self.without_place += n
            elif code == OUTSIDE:
                self.outside += n
            elif grid is not None and grid.index(code) is None:
                self.unknown_codes[code] = n
            else:
                self.in_cells += n


def _members(row: Row) -> Row:
    return row[DISTRICT:LON]


def _ignore(case: str, before: Sequence[str | None], after: Sequence[str | None]) -> None:
    """Nobody watches."""


def reassign(
    ledger: Ledger, progress: Callable[[int], None] = lambda n: None, watch: Watch = _ignore
) -> Moves:
    """Rebuilds the ledger with the grid it was opened with (`new_rules`), in one transaction."""
    moves = Moves()

    def see(case: str, before: Row, after: Row) -> None:
        if moves.see(before, after):
            watch(case, _members(before), _members(after))

    def count(n: int) -> None:
        moves.records += n
        progress(n)

    ledger.rebuild(count, see)
    moves.settle(ledger, cell_counts(ledger))
    return moves


def preview(
    ledger: Ledger, progress: Callable[[int], None] = lambda n: None, watch: Watch = _ignore
) -> Moves:
    """What `reassign` would do; nothing is written."""
    moves = Moves()
    cells: Counter[str] = Counter()
    every = records(ledger)
    while page := list(islice(every, PAGE)):
        after = [row[:] for _, row in page]
        ledger.rules.derive(after)
        for (case, before), row in zip(page, after, strict=True):
            cells[row[UNIT_CELL] or ""] += 1
            if moves.see(before, row):
                watch(case, _members(before), _members(row))
        moves.records += len(page)
        progress(len(page))
    moves.settle(ledger, dict(cells))
    return moves
