"""Point → unit cell 落格, exactly: the cell whose outline the point lies in or on.

A point on a shared border belongs to the first of the cells there. Two ways with the same answers:
`Locator` asks a tree, for a city's live cases; `RasterLocator` looks up a raster of some 10 m and
asks the tree only about pixels that a border passes through, for years of cases at once.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from geo.projection import Floats, Shapes
from geo.raster import Window, edges_of, rasterise, touched

OUTSIDE: Final = -1
"""网格外: in no cell."""
PIXELS_A_DEGREE: Final = 10_000.0  # 9–11 m a pixel in China
MOST_PIXELS: Final = 64_000_000
_BORDER: Final = 0xFFFF_FFFF

Cells = NDArray[np.int32]


class Locator:
    """Finds cells by a tree of their outlines (degrees)."""

    def __init__(self, shapes: Shapes) -> None:
        self._tree = shapely.STRtree(shapes)

    def find(self, lon: Floats, lat: Floats) -> Cells:
        """The cell of each point, or `OUTSIDE`."""
        point, cell = self._tree.query(shapely.points(lon, lat), predicate="intersects")
        out = np.full(len(lon), np.iinfo(np.int32).max, np.int32)
        np.minimum.at(out, point, cell.astype(np.int32))
        out[out == np.iinfo(np.int32).max] = OUTSIDE
        return out


class RasterLocator:
    """Finds cells by a raster, and at borders by the tree."""

    def __init__(self, shapes: Shapes) -> None:
        self._tree = Locator(shapes)
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        size = (east - west) * (north - south)
        scale = min(PIXELS_A_DEGREE, math.sqrt(MOST_PIXELS / max(size, 1e-12)))
        left, top = math.floor(west * scale) - 1, math.floor(south * scale) - 1
        width, height = math.floor(east * scale) + 2 - left, math.floor(north * scale) + 2 - top
        self._window = window = Window(scale, left, top, width, height)
        edges = edges_of(shapes)
        self._ids = rasterise(edges, window)
        self._ids[touched(edges, window)] = _BORDER

    def find(self, lon: Floats, lat: Floats) -> Cells:
        """The cell of each point, or `OUTSIDE`."""
        window = self._window
        x = np.asarray(lon, np.float64) * window.scale - window.left
        y = np.asarray(lat, np.float64) * window.scale - window.top
        near = (x >= 0) & (y >= 0) & (x < window.width) & (y < window.height)
        spot = np.where(near, y, 0).astype(np.int64) * window.width
        spot += np.where(near, x, 0).astype(np.int64)
        ids = self._ids.ravel()[spot]
        out = np.where(near & (ids != _BORDER), ids.astype(np.int64) - 1, OUTSIDE).astype(np.int32)
        ask = np.nonzero(near & (ids == _BORDER))[0]
        out[ask] = self._tree.find(lon[ask], lat[ask])
        return out
