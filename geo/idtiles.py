"""Cell-id tiles 网格编号瓦片: what lies under each pixel of the map, once and for all.

A tile is 256 × 256 little-endian uint32, row by row from the north-west: the 1-based number of the
cell, 0 outside every cell; gzip. Colours never enter: the browser looks them up by cell. A pixel
belongs to the cell its centre lies in, except that the pixel with a cell's own centre belongs to
that cell, so that no cell is lost where cells are as small as pixels.
"""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import shapely  # type: ignore[import-untyped]

from geo.grid import Grid
from geo.projection import TILE, Floats, Shapes, pixels, world
from geo.raster import Edges, Ids, Ints, Window, edges_of, rasterise

MIN_ZOOM, MAX_ZOOM = 8, 16
PREBUILT: Final = range(10, 15)
"""Zooms worth making ahead; above, a tile is made when first asked for."""
Bounds = tuple[float, float, float, float]
Tile = tuple[int, int, int]
"""(zoom, x, y)"""


class NoTile(ValueError):
    """No tile has this address."""


class TileMaker:
    """Makes the id tiles of shapes; `centres` (n, 2) are positions inside them, degrees."""

    def __init__(self, shapes: Shapes, centres: Floats) -> None:
        self._edges: Edges = edges_of(shapely.transform(shapes, world))
        self._centres = centres

    def ids(self, zoom: int, x: int, y: int, tiles: int = 1) -> Ids:
        """(256, 256 × tiles) ids of a row of `tiles` tiles that begins at (x, y)."""
        window = Window(TILE << zoom, x * TILE, y * TILE, TILE * tiles, TILE)
        out = rasterise(self._edges, window)
        column, row, cell = self._centre_pixels(zoom, window)
        out[row[::-1], column[::-1]] = cell[::-1] + 1  # of two in one pixel the first stays
        return out

    def _centre_pixels(self, zoom: int, window: Window) -> tuple[Ints, Ints, Ints]:
        at = pixels(self._centres, zoom) - (window.left, window.top)
        meets = (at >= 0).all(axis=1) & (at[:, 0] < window.width) & (at[:, 1] < window.height)
        cell = np.nonzero(meets)[0]
        return at[cell, 0], at[cell, 1], cell

    def crowded(self, zoom: int) -> Ints:
        """The cells whose centre shares its pixel with that of a cell before them."""
        at = pixels(self._centres, zoom)
        _, first = np.unique(at[:, 1] << 32 | at[:, 0], return_index=True)
        return np.setdiff1d(np.arange(len(at)), first)


def packed(ids: Ids) -> bytes:
    """A tile as it is stored and sent (Content-Encoding: gzip)."""
    return gzip.compress(np.ascontiguousarray(ids, "<u4").tobytes(), 6, mtime=0)


def unpacked(tile: bytes) -> Ids:
    """The (256, 256) ids of a tile."""
    return np.frombuffer(gzip.decompress(tile), "<u4").reshape(TILE, TILE)


def tiles_over(bounds: Bounds, zoom: int) -> tuple[range, range]:
    """The x and y of the tiles over a box of degrees."""
    west, south, east, north = bounds
    first, last = pixels(np.array([[west, north], [east, south]]), zoom) // TILE
    return range(int(first[0]), int(last[0]) + 1), range(int(first[1]), int(last[1]) + 1)


class IdTiles:
    """The tiles of one grid version, kept in a folder as `z/x/y.gz`.

    `load` is called when a tile must be made that is not in the folder.
    """

    def __init__(self, folder: Path, bounds: Bounds, load: Callable[[], Grid]) -> None:
        self._folder, self._bounds, self._load = folder, bounds, load
        self._maker: TileMaker | None = None
        self._lock = threading.Lock()
        self._empty = packed(np.zeros((TILE, TILE), np.uint32))

    def tile(self, zoom: int, x: int, y: int) -> bytes:
        """The gzipped tile at an address, made if need be. Raises `NoTile`."""
        if not MIN_ZOOM <= zoom <= MAX_ZOOM:
            raise NoTile(f"zoom {zoom}: expected {MIN_ZOOM} … {MAX_ZOOM}")
        if not (0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
            raise NoTile(f"tile {x}, {y}: expected 0 … {(1 << zoom) - 1} at zoom {zoom}")
        columns, rows = tiles_over(self._bounds, zoom)
        if x not in columns or y not in rows:
            return self._empty
        file = self._file((zoom, x, y))
        try:
            return file.read_bytes()
        except FileNotFoundError:
            tile = packed(self._made().ids(zoom, x, y))
            _keep(file, tile)
            return tile

    def prebuild(self, zooms: Iterable[int] = PREBUILT) -> Iterator[Tile]:
        """Makes every tile of some zooms that is not there; yields the address of each."""
        for zoom in zooms:
            columns, rows = tiles_over(self._bounds, zoom)
            for y in rows:
                wanted = [x for x in columns if not self._file((zoom, x, y)).exists()]
                if wanted:
                    band = self._made().ids(zoom, columns.start, y, len(columns))
                for x in wanted:
                    left = (x - columns.start) * TILE
                    _keep(self._file((zoom, x, y)), packed(band[:, left : left + TILE]))
                    yield zoom, x, y

    def _made(self) -> TileMaker:
        with self._lock:
            if self._maker is None:
                grid = self._load()
                self._maker = TileMaker(grid.shapes, grid.centres)
            return self._maker

    def _file(self, tile: Tile) -> Path:
        zoom, x, y = tile
        return self._folder / str(zoom) / str(x) / f"{y}.gz"


def _keep(file: Path, tile: bytes) -> None:
    """Whole or not at all, also when two processes make the same tile."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    fresh.write_bytes(tile)
    os.replace(fresh, file)
