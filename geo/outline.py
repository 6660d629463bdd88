"""Schematic district outlines 区界示意: of our own drawing, for a city that has given no better.

Each district is what lies nearer to its centre than to any other's, within rounded blobs around the
centres that together have the city's area; the borders are roughened so that they do not pretend to
be surveyed. Districts share their borders exactly. The same input always gives the same drawing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely  # type: ignore[import-untyped]

from geo.grid import GridError
from geo.projection import Floats, Shapes

CORNERS: Final = 40  # of a blob
ROUGHNESS: Final = (0.14, 0.08, 0.04, 0.0)
FINEST_M: Final = 300.0
_STEPS: Final = 40

Point = tuple[float, float]


def schematic_outlines(centres: Floats, sizes: Sequence[float], area_m2: float) -> Shapes:
    """One polygon for each district centre ((n, 2), metres), `area_m2` in all.

    `sizes`: how large the districts are to each other (the share of a radius). Raises `GridError`.
    """
    if len(np.unique(centres.round(), axis=0)) < len(centres):
        raise GridError("两个区的中心（lon、lat）相同，画不出区界；请改正城市档案")
    radii = np.asarray(sizes, np.float64)
    low, high = 0.0, 4 * math.sqrt(area_m2 / len(centres) / math.pi) / float(radii.min())
    for _ in range(_STEPS):
        scale = (low + high) / 2
        if shapely.area(_divide(centres, radii * scale)).sum() < area_m2:
            low = scale
        else:
            high = scale
    return _resized(_roughened(_divide(centres, radii * high), shapely.points(centres)), area_m2)


def roughen(shapes: Shapes, area_m2: float | None = None) -> Shapes:
    """Polygons (metres, one ring each) with crooked borders, the same on both sides of each, and
    enlarged or reduced to `area_m2` in all.

    Less crooked where borders would cross. Raises `GridError` if even the straight ones do.
    """
    drawn = _roughened(shapes)
    return drawn if area_m2 is None else _resized(drawn, area_m2)


def _resized(drawn: Shapes, area_m2: float) -> Shapes:
    scale = math.sqrt(area_m2 / shapely.area(drawn).sum())
    middle = shapely.get_coordinates(shapely.centroid(shapely.union_all(drawn)))
    scaled: Shapes = shapely.transform(drawn, lambda points: (points - middle) * scale + middle)
    return scaled


def _roughened(shapes: Shapes, inside: Shapes | None = None) -> Shapes:
    """As crooked as they can be without crossing, and with each point of `inside` in its shape."""
    for rough in ROUGHNESS:
        drawn = np.array([_roughen(shape, rough) for shape in shapes], object)
        if not (shapely.is_valid(drawn).all() and shapely.coverage_is_valid(drawn)):
            continue
        if inside is None or rough == 0 or shapely.covers(drawn, inside).all():
            return drawn
    raise GridError("画不出区界：区中心（lon、lat）太近，或所给的示意区界相互交叉；请给出区界文件")


def _divide(centres: Floats, radii: Floats) -> Shapes:
    """Each district's share of the city: the part around its centre."""
    blobs = [_blob(i, *one) for i, one in enumerate(zip(centres, radii, strict=True))]
    reach = float(radii.max())
    city = shapely.union_all(blobs).buffer(reach / 5).buffer(-reach / 5).simplify(reach / 60)
    city = shapely.union_all([shapely.Polygon(p.exterior) for p in shapely.get_parts(city)])
    out = []
    for centre, cell in zip(centres, _nearest(centres, 4 * reach), strict=True):
        pieces = shapely.get_parts(shapely.intersection(cell, city))
        own = shapely.distance(pieces, shapely.Point(centre)).argmin()
        out.append(pieces[own])
    return np.array(out, object)


def _nearest(centres: Floats, margin: float) -> Shapes:
    """For each centre the part of the plane that is nearer to it than to the others."""
    low, high = centres.min(axis=0) - margin, centres.max(axis=0) + margin
    box = shapely.box(*low, *high)
    if len(centres) == 1:
        return np.array([box], object)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=box))
    tree = shapely.STRtree(cells)
    return np.array([cells[tree.nearest(shapely.Point(centre))] for centre in centres], object)


def _blob(number: int, centre: Floats, radius: float) -> Any:
    """A rounded shape with a few gentle bulges."""
    rng = np.random.default_rng(number)
    turn = np.arange(CORNERS) * 2 * np.pi / CORNERS
    bulge = np.ones(CORNERS)
    for wave, height in ((2, 0.10), (3, 0.08), (5, 0.04)):
        bulge += height * np.sin(wave * turn + rng.uniform(0, 2 * np.pi))
    circle = np.column_stack((np.cos(turn), np.sin(turn)))
    return shapely.Polygon(centre + radius * bulge[:, None] * circle)


def _roughen(shape: Any, rough: float) -> Any:
    """The polygon with every edge replaced by a crooked one; the same edge is always crooked in
    the same way, from whichever side it is seen."""
    corners = [(round(x, 1), round(y, 1)) for x, y in shapely.normalize(shape).exterior.coords]
    ring: list[Point] = []
    for a, b in itertools.pairwise(corners):
        if a == b:
            continue
        crooked = _crook(a, b, rough) if a < b else _crook(b, a, rough)[::-1]
        ring += crooked[:-1]
    return shapely.Polygon(ring)


def _crook(a: Point, b: Point, rough: float) -> list[Point]:
    """A line from a to b whose middle is moved aside, and so are its halves' middles."""
    rng = np.random.default_rng([abs(round(v * 10)) for v in (*a, *b)])
    line = [a, b]
    while rough and math.dist(line[0], line[1]) > FINEST_M:
        finer = [line[0]]
        for (x0, y0), (x1, y1) in itertools.pairwise(line):
            off = rough * (2 * rng.random() - 1)
            middle = ((x0 + x1) / 2 - (y1 - y0) * off, (y0 + y1) / 2 + (x1 - x0) * off)
            finer += [(round(middle[0], 1), round(middle[1], 1)), (x1, y1)]
        line = finer
    return line
