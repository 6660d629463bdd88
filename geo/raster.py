"""Polygons to pixels 栅格化, all at once in numpy: which shape does each pixel's centre lie in.

By scan lines: every edge crosses the pixel rows' middle lines at known x; sorted, crossings pair up
into spans (even–odd, so holes and several parts need no care). A shared edge gives both neighbours
the same crossing, so that shapes which tile the plane tile the pixels: no gap, no overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from geo.projection import Floats, Shapes

Ints = NDArray[np.int64]
Ids = NDArray[np.uint32]
"""1-based shape numbers, 0 for none."""


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges of shapes, in order of the shapes; `start[i]:start[i + 1]` are shape i's.

    `low` and `high` (n, 2) are the corners of the shapes' boxes.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    start: Ints
    low: Floats
    high: Floats

    def touching(self, low: tuple[float, float], high: tuple[float, float]) -> Ints:
        """The shapes whose boxes meet the box low … high."""
        meets = (self.low[:, 0] <= high[0]) & (self.high[:, 0] >= low[0])
        meets &= (self.low[:, 1] <= high[1]) & (self.high[:, 1] >= low[1])
        return np.nonzero(meets)[0]

    def of(self, shapes: Ints) -> tuple[Ints, Ints]:
        """(edge numbers, the shape of each) of some shapes."""
        count = self.start[shapes + 1] - self.start[shapes]
        return expand(self.start[shapes], count), np.repeat(shapes, count)


def edges_of(shapes: Shapes) -> Edges:
    """The edges of polygons, each written from its lower to its upper end (by y, then x)."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    same = ring_of_point[1:] == ring_of_point[:-1]
    a, b = points[:-1][same], points[1:][same]
    shape = shape_of_part[part_of_ring[ring_of_point[:-1][same]]]
    swap = (a[:, 1] > b[:, 1]) | ((a[:, 1] == b[:, 1]) & (a[:, 0] > b[:, 0]))
    a[swap], b[swap] = b[swap], a[swap]
    boxes = shapely.bounds(shapes)
    start = np.searchsorted(shape, np.arange(len(shapes) + 1)).astype(np.int64)
    return Edges(a[:, 0], a[:, 1], b[:, 0], b[:, 1], start, boxes[:, :2], boxes[:, 2:])


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels: `scale` pixels a unit of the plane, from pixel (left, top)."""

    scale: float
    left: int
    top: int
    width: int
    height: int


def expand(start: Ints, count: Ints) -> Ints:
    """start[0], start[0] + 1, … (count[0] of them), start[1], …"""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    out: Ints = np.arange(total) + np.repeat(start - (ends - count), count)
    return out


def rasterise(edges: Edges, window: Window) -> Ids:
    """(height, width): the 1-based number of the shape each pixel's centre lies in, else 0.

    Where shapes overlap the first one wins.
    """
    out = np.zeros(window.height * window.width, np.uint32)
    shape, row, x = _crossings(edges, window)
    # Spans from crossing to crossing; a span's pixels are those whose centres lie in it.
    begin = np.clip(np.ceil(x[0::2] - 0.5), 0, window.width).astype(np.int64)
    end = np.clip(np.ceil(x[1::2] - 0.5), 0, window.width).astype(np.int64)
    count = np.maximum(end - begin, 0)
    spots = expand(row[0::2] * window.width + begin, count)
    ids = np.repeat(shape[0::2] + 1, count)
    out[spots[::-1]] = ids[::-1]  # the last one written stays: the first shape
    return out.reshape(window.height, window.width)


def _crossings(edges: Edges, window: Window) -> tuple[Ints, Ints, Floats]:
    """(shape, row, x) of every crossing of an edge with a row's middle line, in that order; rows
    and x in pixels from the window's corner."""
    scale, top = window.scale, float(window.top)
    low = (window.left / scale, window.top / scale)
    high = ((window.left + window.width) / scale, (window.top + window.height) / scale)
    edge, shape = edges.of(edges.touching(low, high))
    y0, y1 = edges.y0[edge] * scale - top, edges.y1[edge] * scale - top
    first = np.clip(np.ceil(y0 - 0.5), 0, window.height).astype(np.int64)
    beyond = np.clip(np.ceil(y1 - 0.5), 0, window.height).astype(np.int64)
    count = beyond - first
    row = expand(first, count)
    of = np.repeat(np.arange(len(edge)), count)
    part = (row + 0.5 - y0[of]) / (y1[of] - y0[of])
    x0, x1 = edges.x0[edge], edges.x1[edge]
    x = (x0[of] + part * (x1[of] - x0[of])) * scale - window.left
    shape = shape[of]
    order = np.lexsort((x, shape * window.height + row))
    return shape[order], row[order], x[order]


def touched(edges: Edges, window: Window, slack: float = 1e-6) -> NDArray[np.bool_]:
    """(height, width): the pixels that any edge passes through or comes within `slack` pixels of.

    A pixel that is not touched lies wholly in the shape its centre lies in, or wholly in none.
    """
    scale = window.scale
    x0, x1 = edges.x0 * scale - window.left, edges.x1 * scale - window.left
    y0, y1 = edges.y0 * scale - window.top, edges.y1 * scale - window.top
    first = np.clip(np.floor(y0 - slack), 0, window.height).astype(np.int64)
    last = np.clip(np.floor(y1 + slack), -1, window.height - 1).astype(np.int64)
    count = np.maximum(last - first + 1, 0)
    row = expand(first, count)
    of = np.repeat(np.arange(len(x0)), count)
    rise = np.maximum(y1 - y0, 1e-12)[of]
    enters = np.clip((row - slack - y0[of]) / rise, 0, 1)
    leaves = np.clip((row + 1 + slack - y0[of]) / rise, 0, 1)
    run = (x1 - x0)[of]
    a, b = x0[of] + enters * run, x0[of] + leaves * run
    left = np.clip(np.floor(np.minimum(a, b) - slack), 0, window.width).astype(np.int64)
    right = np.clip(np.floor(np.maximum(a, b) + slack), -1, window.width - 1).astype(np.int64)
    out = np.zeros(window.height * window.width, np.bool_)
    out[expand(row * window.width + left, np.maximum(right - left + 1, 0))] = True
    return out.reshape(window.height, window.width)
