"""Addresses 格址: from a code or a position to the cell, and from the cell to its parents' codes.

What records are settled by; see `locate` for the two ways of finding positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from geo.codes import CodeError, cell_code
from geo.grid import UNKNOWN, Grid
from geo.locate import Locator, RasterLocator

BULK: Final = 200_000
"""After so many positions the raster is made, which takes a second and finds them far faster."""

Home = tuple[str | None, str | None, str | None, str | None, str | None]
"""District, street, community, duty grid, unit cell."""


class Addresses:
    """The addresses of one grid."""

    def __init__(self, grid: Grid) -> None:
        self.version = grid.version
        self._index = dict(grid.index)
        columns = [_codes(grid, level) for level in ("district", "street", "community")]
        columns.append(_codes(grid, "duty_grid"))
        self._homes: list[Home] = list(zip(*columns, grid.codes.tolist(), strict=True))
        self._shapes = grid.shapes
        self._finder: Locator | RasterLocator = Locator(grid.shapes)
        self._asked = 0

    def index(self, code: str) -> int | None:
        """The cell with a code of 15 or 14 digits; None: no such cell."""
        found = self._index.get(code)
        if found is None and len(code) == 14:
            try:
                found = self._index.get(cell_code(code).text)
            except CodeError:
                return None
        return found

    def find(self, lon: Sequence[float], lat: Sequence[float]) -> list[int]:
        """The cell of each position (WGS-84); −1: in none."""
        if self._asked < BULK <= self._asked + len(lon):
            self._finder = RasterLocator(self._shapes)
        self._asked += len(lon)
        cells = self._finder.find(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        return cells.tolist()  # type: ignore[no-any-return]

    def home(self, cell: int) -> Home:
        """What a cell belongs to."""
        return self._homes[cell]


def _codes(grid: Grid, level: str) -> list[str | None]:
    members = grid.levels[level].codes
    return [None if i == UNKNOWN else members[i] for i in grid.parent[level].tolist()]
