"""The grid 网格 of a city: its unit cells in order of their codes, and the levels above them.

Cell i has code `codes[i]`, outline `shapes[i]` (WGS-84 degrees) and, at each level above, the
member `parent[level][i]` (−1: none). A grid never changes: its `version` is a hash of its content,
and everything that is made of it (tiles, records' cells) names the version it was made of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from geo.codes import LEVELS
from geo.projection import Floats, Plane, Shapes

UPPER: Final = tuple(level for level in LEVELS if level != "unit_cell")
"""区 街道 社区 责任网格"""
UNKNOWN: Final = -1

Texts = NDArray[np.str_]
Parents = NDArray[np.int32]


class GridError(ValueError):
    """A grid that cannot be built, stored or read; the text says what was found."""


@dataclass(frozen=True)
class Origin:
    """Where a grid comes from 来历: shown wherever the grid is shown.

    `schematic` 示意: the outlines are of our own drawing, no survey.
    """

    kind: Literal["imported", "generated"]
    source: str
    datum: str = "wgs84"
    schematic: bool = False


@dataclass(frozen=True, eq=False)
class Level:
    """One level above the cells: its members in order of their codes, their names and outlines.

    `given`: the outlines came from a file; else they are the union of the members' cells.
    """

    id: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    outlines: Shapes
    given: bool = False

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Code → position."""
        return {code: i for i, code in enumerate(self.codes)}


@dataclass(frozen=True)
class Outlines:
    """Given outlines of one level's members, WGS-84, for `build_grid`; code, name and shape."""

    codes: Sequence[str]
    names: Sequence[str]
    shapes: Shapes


@dataclass(frozen=True, eq=False)
class Grid:
    """See the module. `centres` (n, 2) lie inside their cells; `area_m2` is theirs in metres²."""

    city: str
    origin: Origin
    version: str
    codes: Texts
    shapes: Shapes
    centres: Floats
    area_m2: NDArray[np.float32]
    levels: Mapping[str, Level]
    parent: Mapping[str, Parents]

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Cell code → cell."""
        return {code: i for i, code in enumerate(self.codes.tolist())}

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north, degrees."""
        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return west, south, east, north

    def members(self, level: str) -> Sequence[str]:
        """The codes of a level, in the order that `parent` counts; cells at `unit_cell`."""
        if level == "unit_cell":
            return self.codes.tolist()  # type: ignore[no-any-return]
        return self.levels[level].codes

    def parents_of(self, cell: int) -> dict[str, tuple[str, str]]:
        """Level → (code, name) of what a cell belongs to."""
        found = {}
        for level, parent in self.parent.items():
            if (i := int(parent[cell])) != UNKNOWN:
                found[level] = (self.levels[level].codes[i], self.levels[level].names[i])
        return found


def build_grid(
    city: str,
    origin: Origin,
    codes: Sequence[str] | Texts,
    shapes: Shapes,
    parents: Mapping[str, Sequence[str]],
    names: Mapping[str, Mapping[str, str]],
    outlines: Mapping[str, Outlines] | None = None,
) -> Grid:
    """A grid of cells; `parents`: level → member code of each cell ("": none).

    `names`: level → code → name; members without one are called by their code. Raises `GridError`.
    """
    order = np.argsort(np.asarray(codes, np.str_), kind="stable")
    sorted_codes = np.asarray(codes, np.str_)[order]
    _check(sorted_codes, shapes)
    shapes = shapely.normalize(np.asarray(shapes, object)[order])
    west, _, east, _ = shapely.total_bounds(shapes)
    plane = Plane.at((west + east) / 2)
    union = _union_of(shapes)
    levels: dict[str, Level] = {}
    parent: dict[str, Parents] = {}
    for id in UPPER:
        given = (outlines or {}).get(id)
        of_cells = np.asarray(parents.get(id, [""] * len(order)), np.str_)[order]
        known = {**dict(zip(given.codes, given.names, strict=True) if given else {})}
        known.update(names.get(id, {}))
        levels[id], parent[id] = _level(id, of_cells, shapes, known, given, union)
    return Grid(
        city,
        origin,
        _version(city, origin, sorted_codes, shapes, levels, parent),
        sorted_codes,
        shapes,
        _centres(shapes),
        shapely.area(plane.project(shapes)).astype(np.float32),
        levels,
        parent,
    )


def _check(codes: Texts, shapes: Shapes) -> None:
    if not len(codes):
        raise GridError("没有单元网格")
    if len(codes) != len(shapes):
        raise GridError(f"{len(codes)} 个编码，{len(shapes)} 个图形")
    twice = codes[1:][codes[1:] == codes[:-1]]
    if len(twice):
        raise GridError(f"编码重复 {len(twice)} 个，如 {twice[0]}")


def _centres(shapes: Shapes) -> Floats:
    """Centroids, where they lie inside; else some point that does."""
    points = shapely.centroid(shapes)
    outside = ~shapely.contains_properly(shapes, points)
    points[outside] = shapely.point_on_surface(shapes[outside])
    return shapely.get_coordinates(points)  # type: ignore[no-any-return]


def _level(
    id: str,
    of_cells: Texts,
    shapes: Shapes,
    names: Mapping[str, str],
    given: Outlines | None,
    union: Union,
) -> tuple[Level, Parents]:
    found = {code for code in np.unique(of_cells).tolist() if code}
    codes = tuple(sorted(found | set(given.codes if given else ())))
    place = {code: i for i, code in enumerate(codes)}
    unique, where = np.unique(of_cells, return_inverse=True)
    numbers = np.array([place.get(code, UNKNOWN) for code in unique.tolist()], np.int32)
    parent = numbers[where]
    if given is None:
        drawn = _union_by(parent, len(codes), shapes, union)
    else:
        drawn = np.empty(len(codes), object)
        drawn[[place[code] for code in given.codes]] = given.shapes
        missing = [i for i, shape in enumerate(drawn) if shape is None]
        if missing:
            drawn[missing] = _union_by(parent, len(codes), shapes, union)[missing]
    return Level(id, codes, tuple(names.get(c, c) for c in codes), drawn, given is not None), parent


Union = Callable[[Shapes], Any]


def _union_of(shapes: Shapes) -> Union:
    """How to unite some of these: a tenth of the time where they share their edges exactly."""
    exact = shapely.coverage_is_valid(shapes)
    return shapely.coverage_union_all if exact else shapely.union_all  # type: ignore[no-any-return]


def _union_by(parent: Parents, count: int, shapes: Shapes, union: Union) -> Shapes:
    """The union of the shapes of each of `count` members, shared edges gone."""
    out = np.empty(count, object)
    order = np.argsort(parent, kind="stable")
    starts = np.searchsorted(parent[order], np.arange(count + 1))
    for i in range(count):
        out[i] = union(shapes[order[starts[i] : starts[i + 1]]])
    return out


def _version(
    city: str,
    origin: Origin,
    codes: Texts,
    shapes: Shapes,
    levels: Mapping[str, Level],
    parent: Mapping[str, Parents],
) -> str:
    """16 hex digits: everything given, nothing derived."""
    content = hashlib.sha256(repr((city, origin.kind, origin.schematic)).encode())

    def put(value: Any) -> None:
        data = value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
        content.update(len(data).to_bytes(8, "big") + data)

    def put_shapes(values: Shapes) -> None:
        encoded = shapely.to_wkb(values, byte_order=1)
        put(np.array([len(one) for one in encoded], np.int64))
        content.update(b"".join(encoded))

    put(codes.tolist())
    put_shapes(shapes)
    for id in UPPER:
        put((levels[id].codes, levels[id].names))
        put(parent[id])
        if levels[id].given:
            put_shapes(shapely.normalize(levels[id].outlines))
    return content.hexdigest()[:16]
