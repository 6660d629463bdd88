"""A lattice of square cells 方格 over districts, clipped to their outlines, in metres.

Pieces that clipping leaves too small go to the neighbour in the same district with which they share
the longest border, so that every district is covered and every cell is worth a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from geo.projection import Shapes
from geo.raster import Ints, Window, edges_of, rasterise, touched

SMALLEST: Final = 0.4
"""A piece under this share of a whole cell is given to a neighbour."""
_SPECK_M2: Final = 1.0  # what rounding leaves behind


@dataclass(frozen=True, eq=False)
class Lattice:
    """Cells with their district (its position) and their place: column from the west, row from the
    north."""

    shapes: Shapes
    district: Ints
    column: Ints
    row: Ints

    def take(self, which: Any) -> Lattice:
        """Some of the cells."""
        return Lattice(
            self.shapes[which], self.district[which], self.column[which], self.row[which]
        )


def lattice(outlines: Shapes, size_m: float) -> Lattice:
    """Cells of `size_m` over district outlines (metres) that do not overlap."""
    west, south, east, north = shapely.total_bounds(outlines)
    left, top = int(np.floor(west / size_m)), -int(np.ceil(north / size_m))
    width = int(np.ceil(east / size_m)) - left
    height = -int(np.floor(south / size_m)) - top
    window = Window(1 / size_m, left, top, width, height)
    edges = edges_of(shapely.transform(outlines, lambda points: points * (1, -1)))
    inside = rasterise(edges, window)
    cut = touched(edges, window)
    row, column = np.nonzero((inside > 0) & ~cut)
    whole = Lattice(
        _squares(column + left, row + top, size_m),
        inside[row, column].astype(np.int64) - 1,
        column,
        row,
    )
    cut_row, cut_column = np.nonzero(cut)
    pieces = _clip(outlines, cut_column, cut_row, left, top, size_m)
    cells = _joined(whole, pieces)
    while True:
        small = shapely.area(cells.shapes) < SMALLEST * size_m**2
        fewer = absorb(cells.take(~small), cells.take(small))
        if len(fewer.shapes) == len(cells.shapes):
            return cells
        cells = fewer


def _squares(column: Ints, row: Ints, size_m: float) -> Shapes:
    x, y = column * size_m, -row * size_m
    return shapely.box(x, y - size_m, x + size_m, y)  # type: ignore[no-any-return]


def _clip(outlines: Shapes, column: Ints, row: Ints, left: int, top: int, size_m: float) -> Lattice:
    """What the districts have of the squares that their borders cut; one piece a part."""
    squares = _squares(column + left, row + top, size_m)
    shapely.prepare(outlines)
    square, district = shapely.STRtree(outlines).query(squares, predicate="intersects")
    parts, of = shapely.get_parts(
        shapely.intersection(squares[square], outlines[district]), return_index=True
    )
    keep = shapely.area(parts) > _SPECK_M2
    of = of[keep]
    return Lattice(parts[keep], district[of], column[square[of]], row[square[of]])


def _joined(one: Lattice, other: Lattice) -> Lattice:
    return Lattice(
        np.concatenate((one.shapes, other.shapes)),
        np.concatenate((one.district, other.district)),
        np.concatenate((one.column, other.column)),
        np.concatenate((one.row, other.row)),
    )


def absorb(cells: Lattice, small: Lattice) -> Lattice:
    """Gives each small piece to the cell of its district that it shares the longest border with;
    a piece without such a cell stays a cell of its own."""
    if not len(small.shapes):
        return cells
    piece, cell = shapely.STRtree(cells.shapes).query(small.shapes, predicate="intersects")
    same = small.district[piece] == cells.district[cell]
    piece, cell = piece[same], cell[same]
    border = shapely.length(shapely.intersection(small.shapes[piece], cells.shapes[cell]))
    order = np.lexsort((-border, piece))  # the longest border of each piece comes first
    piece, cell, border = piece[order], cell[order], border[order]
    first = np.ones(len(piece), np.bool_)
    first[1:] = piece[1:] != piece[:-1]
    first &= border > 0
    piece, cell = piece[first], cell[first]
    shapes = cells.shapes.copy()
    for taker in np.unique(cell):
        given = small.shapes[piece[cell == taker]]
        shapes[taker] = shapely.union_all([shapes[taker], *given])
    grown = Lattice(shapes, cells.district, cells.column, cells.row)
    alone: NDArray[np.bool_] = np.ones(len(small.shapes), np.bool_)
    alone[piece] = False
    return _joined(grown, small.take(alone))
