"""Where cases count 落格: from what a record says and the city's grid to the cell and its parents.

A pure function of a record and the grid: it is run whenever a record changes, over all records when
the grid changes, and its results are derived columns that no event ever writes. So it does not
matter in which order events came, nor which grids there were before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol

from dashboard import cases as c
from dashboard.cases import Row
from geo.datum import TO_WGS84

OUTSIDE: Final = "outside"
"""网格外: the member of every level for a position in no cell."""

Home = tuple[str | None, str | None, str | None, str | None, str | None]
"""The codes of district, street, community, duty grid and unit cell."""
_OUTSIDE: Final[Home] = (OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE)


class Grid(Protocol):
    """What settling needs of a grid; `geo.addresses.Addresses` is one."""

    def index(self, code: str) -> int | None:
        """The cell with a code of 15 or 14 digits; None: no such cell."""

    def find(self, lon: Sequence[float], lat: Sequence[float]) -> Sequence[int]:
        """The cell of each position (WGS-84); −1: in none."""

    def home(self, cell: int) -> Home:
        """What a cell belongs to."""


@dataclass(frozen=True)
class Places:
    """The rules of settling: the grid's version ("": no grid), how to load it, and the datum that
    each sending system's positions are in (absent: WGS-84)."""

    version: str = ""
    load: Callable[[], Grid] | None = None
    datums: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def grid(self) -> Grid | None:
        """The grid, loaded when first needed."""
        return None if self.load is None else self.load()

    def settle(self, rows: Sequence[Row]) -> None:
        """Sets the place columns of derived records: the cell by its code, else by the position;
        each level above by what the events say, else by the cell."""
        asked: list[Row] = []
        for row in rows:
            lon, lat = row[c.LON], row[c.LAT]
            if lon is None or lat is None:
                row[c.LON] = row[c.LAT] = lon = None
            else:
                row[c.LON], row[c.LAT] = self._wgs84(lon, lat, row[c.DATUM])
            code = row[c.UNIT_CELL]
            if self.load is None or (code is None and lon is None):
                continue
            cell = None if code is None or self.grid is None else self.grid.index(code)
            if cell is not None and self.grid is not None:
                _put(row, self.grid.home(cell))
            elif lon is not None:
                asked.append(row)
        if asked and self.grid is not None:
            found = self.grid.find([row[c.LON] for row in asked], [row[c.LAT] for row in asked])
            for row, cell in zip(asked, found, strict=True):
                _put(row, _OUTSIDE if cell < 0 else self.grid.home(cell))

    def _wgs84(self, lon: float, lat: float, datum: str | None) -> tuple[float, float]:
        if datum is not None and datum[:1] == "@":
            datum = self.datums.get(datum[1:])
        if datum is None or datum == "wgs84":
            return lon, lat
        return TO_WGS84[datum](lon, lat)


def _put(row: Row, home: Home) -> None:
    """The cell is the grid's; above it what the events say wins."""
    row[c.UNIT_CELL] = home[4]
    for column, member in zip(_ABOVE, home, strict=False):
        if row[column] is None:
            row[column] = member


_ABOVE: Final = (c.DISTRICT, c.STREET, c.COMMUNITY, c.DUTY_GRID)
