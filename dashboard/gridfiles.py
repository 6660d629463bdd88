"""What browsers load once of a grid 网格静态数据: members, parents, outlines, tiles, by version.

Made on first need beside the grid, gzipped, and never changed. No personal data can be in it.
"""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import shapely  # type: ignore[import-untyped]

from geo.codes import LEVELS
from geo.grid import UPPER, Grid
from geo.idtiles import MAX_ZOOM, PREBUILT, IdTiles
from geo.store import About, GridStore

OUTLINES: Final = ("district", "street", "duty_grid")
OUTLINES_MAX: Final = 1_500
"""More polygons than this are not drawn as outlines."""
TOLERANCE: Final = 1e-5
"""Degrees, about a metre: what an outline on a screen may be off."""


class NoFile(KeyError):
    """This version of the grid has no such file."""


class GridFiles:
    """The files of one stored version."""

    def __init__(self, store: GridStore, version: str) -> None:
        self.about: About = store.about(version)
        self.version = version
        self._store = store
        self._folder = store.path(version) / "web"
        self._lock = threading.Lock()
        load = lambda: store.load(version)  # noqa: E731
        self._tiles = IdTiles(store.path(version) / "tiles", self.about.bounds, load)

    @property
    def outlines(self) -> tuple[str, ...]:
        """The levels whose outlines can be asked for."""
        return tuple(one for one in OUTLINES if 0 < self.about.members[one] <= OUTLINES_MAX)

    def meta(self) -> dict[str, Any]:
        """What a browser must know of the grid before anything else."""
        about = self.about
        counts = {**about.members, "unit_cell": about.cells}
        return {
            "version": self.version,
            "n": about.cells,
            "bounds": about.bounds,
            "zooms": [PREBUILT.start, MAX_ZOOM],
            "origin": about.origin.kind,
            "schematic": about.origin.schematic,
            "levels": [
                {"id": id, "name": name, "count": counts[id]} for id, name in LEVELS.items()
            ],
            "outlines": self.outlines,
        }

    def tile(self, zoom: int, x: int, y: int) -> bytes:
        """A gzipped id tile. Raises `NoTile`."""
        return self._tiles.tile(zoom, x, y)

    def members(self, level: str) -> bytes:
        """codes, names, centres of a level as gzipped JSON. Raises `NoFile`."""
        if level not in LEVELS:
            raise NoFile(level)
        return self._file(f"members-{level}.json.gz", lambda grid: _members(grid, level))

    def parent(self, level: str) -> bytes:
        """Per cell the member of a level, gzipped int32 LE. Raises `NoFile`."""
        if level not in UPPER:
            raise NoFile(level)
        return self._file(
            f"parent-{level}.bin.gz", lambda grid: grid.parent[level].astype("<i4").tobytes()
        )

    def outline(self, level: str) -> bytes:
        """The outlines of a level as gzipped GeoJSON. Raises `NoFile`."""
        if level not in self.outlines:
            raise NoFile(level)
        return self._file(f"outlines-{level}.geojson.gz", lambda grid: _outlines(grid, level))

    def lines(self, level: str) -> bytes:
        """The borders of a level as one line in gzipped GeoJSON: what a thousand outlines look
        like, at the cost of one. Raises `NoFile`."""
        if level not in self.outlines:
            raise NoFile(level)
        return self._file(f"lines-{level}.geojson.gz", lambda grid: _lines(grid, level))

    def build(self) -> None:
        """Makes every file that is not there."""
        grid = self._store.load(self.version)
        for level in LEVELS:
            self._made(f"members-{level}.json.gz", lambda g, level=level: _members(g, level), grid)
        for level in UPPER:
            make = lambda g, level=level: g.parent[level].astype("<i4").tobytes()  # noqa: E731
            self._made(f"parent-{level}.bin.gz", make, grid)
        for level in self.outlines:
            for name, draw in (("outlines", _outlines), ("lines", _lines)):
                self._made(f"{name}-{level}.geojson.gz", partial(draw, level=level), grid)

    def _file(self, name: str, make: Callable[[Grid], bytes]) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            with self._lock:
                if not (self._folder / name).exists():
                    self.build()
            return self._made(name, make, None)

    def _made(self, name: str, make: Callable[..., bytes], grid: Grid | None) -> bytes:
        file = self._folder / name
        try:
            return file.read_bytes()
        except FileNotFoundError:
            content = gzip.compress(make(grid or self._store.load(self.version)), 6, mtime=0)
            _keep(file, content)
            return content


def _keep(file: Path, content: bytes) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    fresh.write_bytes(content)
    os.replace(fresh, file)


def _members(grid: Grid, level: str) -> bytes:
    if level == "unit_cell":
        codes, centres = grid.codes.tolist(), grid.centres
        community = grid.levels["community"].names
        names = [community[i] if i >= 0 else "" for i in grid.parent["community"].tolist()]
    else:
        one = grid.levels[level]
        codes, names = list(one.codes), list(one.names)
        centres = shapely.get_coordinates(shapely.point_on_surface(one.outlines))
    rounded = np.round(centres, 5).tolist()
    return orjson.dumps({"codes": codes, "names": names, "centres": rounded})


def _outlines(grid: Grid, level: str) -> bytes:
    one = grid.levels[level]
    shapes = shapely.simplify(one.outlines, TOLERANCE, preserve_topology=True)
    shapes = shapely.transform(shapes, lambda points: np.round(points, 5))
    features = (
        b'{"type":"Feature","id":%d,"properties":%s,"geometry":%s}'
        % (
            i,
            orjson.dumps({"i": i, "code": code, "name": name}),
            shapely.to_geojson(shape).encode(),
        )
        for i, (code, name, shape) in enumerate(zip(one.codes, one.names, shapes, strict=True))
        if shape is not None and not shape.is_empty
    )
    return b'{"type":"FeatureCollection","features":[' + b",".join(features) + b"]}"


def _lines(grid: Grid, level: str) -> bytes:
    """Every border once, also where two members share it."""
    shapes = grid.levels[level].outlines
    known = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    borders = shapely.line_merge(shapely.union_all(shapely.boundary(known)))
    drawn = shapely.simplify(borders, TOLERANCE, preserve_topology=True)
    drawn = shapely.transform(drawn, lambda points: np.round(points, 5))
    feature = b'{"type":"Feature","properties":{},"geometry":%s}'
    return b'{"type":"FeatureCollection","features":[%s]}' % (
        feature % shapely.to_geojson(drawn).encode()
    )
