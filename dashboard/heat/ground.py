"""The grid without outlines 网格索引: where a record lies, what belongs to what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from dashboard.heat.moving import Moving, Vector, thousandths
from geo.grid import UNKNOWN, UPPER, GridError
from geo.store import GridStore

OUTSIDE: Final = "outside"
Floats = NDArray[np.float64]


class Finder(Protocol):
    """Finds the cell of points; `geo.locate.Locator` is one."""

    def find(self, lon: Floats, lat: Floats) -> NDArray[np.int32]: ...


@dataclass(eq=False)
class Ground:
    """Cell i of n has `codes[i]`; two more places follow: 网格外 (a location outside every cell)
    and 无位置 (no location). `finder` is made when a record has coordinates and no known code."""

    version: str
    codes: Sequence[str]
    centres: Floats
    parent: Mapping[str, NDArray[np.int32]]
    members: Mapping[str, Sequence[str]]
    names: Mapping[str, Sequence[str]]
    finder: Callable[[], Finder]
    _made: list[Finder] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.index = {code: i for i, code in enumerate(self.codes)}
        self.index[OUTSIDE] = self.outside  # what the ledger says of such a record

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def outside(self) -> int:
        """网格外"""
        return len(self.codes)

    @property
    def nowhere(self) -> int:
        """无位置"""
        return len(self.codes) + 1

    @property
    def places(self) -> int:
        """Cells and the two places beside them."""
        return len(self.codes) + 2

    def place(self, code: str | None, lon: float | None, lat: float | None) -> int:
        """Where a record counts: by its code, else by its coordinates."""
        if code is not None:
            found = self.index.get(code)
            if found is not None:
                return found
        if lon is None or lat is None:
            return self.nowhere if code is None else self.outside
        return int(self.find(np.array([lon]), np.array([lat]))[0])

    def find(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """The cells of points, `outside` where there is none."""
        if not self._made:
            self._made.append(self.finder())
        cell = self._made[0].find(lon, lat)
        return np.where(cell < 0, self.outside, cell).astype(np.int32)

    def values(self, moving: Moving, level: str) -> Vector:
        """The values of a vector per member of a level."""
        num = self.sums(moving.num, level)
        return num if moving.den is None else thousandths(num, self.sums(moving.den, level))

    def sums(self, places: Vector, level: str) -> Vector:
        """Per member what its cells add up to; cells without a parent are in none."""
        cells = places[: len(self.codes)]
        if level == "unit_cell":
            return cells.copy()
        sums = np.bincount(self.parent[level] + 1, cells, self.size(level) + 1)
        return sums[1:].astype(np.int32)

    def size(self, level: str) -> int:
        """How many members a level has."""
        return len(self.codes) if level == "unit_cell" else len(self.members[level])

    def code(self, level: str, i: int) -> str:
        return str((self.codes if level == "unit_cell" else self.members[level])[i])

    def name(self, level: str, i: int) -> str:
        """A cell is called by its community; other members by their name."""
        if level != "unit_cell":
            return str(self.names[level][i])
        return self.upper(i).get("community", "")

    def districts(self, level: str, i: int) -> set[str]:
        """The districts 区 (codes) that a member lies in; "" for cells of none."""
        if level == "district":
            return {self.code(level, i)}
        cells = [i] if level == "unit_cell" else np.flatnonzero(self.parent[level] == i)
        found = np.unique(self.parent["district"][cells]) if "district" in self.parent else [-1]
        return {self.code("district", int(one)) if one >= 0 else "" for one in found}

    def upper(self, cell: int) -> dict[str, str]:
        """Level → name of what a cell belongs to."""
        found = {}
        for level, parent in self.parent.items():
            if (i := int(parent[cell])) >= 0:
                found[level] = str(self.names[level][i])
        return found

    def place_name(self, level: str, i: int) -> str:
        """Where a member lies, in words: district and street, once where they are the same; ""
        above them."""
        if level != "unit_cell":
            return ""
        upper = self.upper(i)
        return "".join(dict.fromkeys(upper.get(one, "") for one in ("district", "street")))


def read_ground(store: GridStore, version: str, finder: Callable[[], Finder]) -> Ground:
    """The ground of a stored version, read without its outlines: a tenth of the memory. Raises
    `GridError`."""
    folder = store.path(store.about(version).version)
    parent: dict[str, NDArray[np.int32]] = {}
    members: dict[str, Sequence[str]] = {}
    names: dict[str, Sequence[str]] = {}
    try:
        table = pq.read_table(folder / "cells.parquet", columns=["code", "lon", "lat", *UPPER])
        for id in UPPER:
            stored = pq.read_table(folder / f"{id}.parquet", columns=["code", "name"])
            members[id] = stored["code"].to_pylist()
            names[id] = stored["name"].to_pylist()
            found = pc.index_in(table[id].combine_chunks(), stored["code"].combine_chunks())
            parent[id] = found.fill_null(UNKNOWN).to_numpy()
    except (pa.ArrowException, OSError, KeyError) as error:
        raise GridError(f"读不出网格 {folder}（{error}）") from error
    centres = np.column_stack((table["lon"].to_numpy(), table["lat"].to_numpy()))
    return Ground(version, table["code"].to_pylist(), centres, parent, members, names, finder)
