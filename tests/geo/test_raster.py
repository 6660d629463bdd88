"""Scan lines against exact geometry, pixel by pixel."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.raster import Window, edges_of, expand, rasterise, touched

WINDOW = Window(1.0, 0, 0, 24, 20)
POINT = st.tuples(st.floats(-4, 28), st.floats(-4, 24))


def rough(seed: int, parts: int) -> np.ndarray:
    """Overlapping polygons, some with holes, some of several parts."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(parts):
        at = rng.uniform(0, 22, (rng.integers(1, 4), 2))
        shape = shapely.union_all(
            [shapely.Point(p).buffer(rng.uniform(0.3, 6), quad_segs=2) for p in at]
        )
        hole = shapely.Point(at[0]).buffer(rng.uniform(0.1, 3), quad_segs=1)
        out.append(shapely.affinity.rotate(shape.difference(hole), rng.uniform(0, 90)))
    return np.array([s for s in out if not s.is_empty] or [shapely.box(1, 1, 2, 3)], object)


def exact(shapes: np.ndarray, window: Window = WINDOW) -> np.ndarray:
    """The first shape that contains each pixel's centre."""
    y, x = np.mgrid[: window.height, : window.width] + 0.5
    x, y = (x + window.left) / window.scale, (y + window.top) / window.scale
    out = np.zeros(x.shape, np.uint32)
    for i in reversed(range(len(shapes))):
        out[shapely.contains_xy(shapes[i], x.ravel(), y.ravel()).reshape(x.shape)] = i + 1
    return out


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_every_pixel_gets_the_first_shape_its_centre_lies_in(seed: int, parts: int) -> None:
    shapes = rough(seed, parts)
    assert (rasterise(edges_of(shapes), WINDOW) == exact(shapes)).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(-9, 9), st.integers(-9, 9))
def test_a_window_shows_its_part_of_the_picture(seed: int, left: int, top: int) -> None:
    shapes = rough(seed, 4)
    window = Window(3.0, left, top, 31, 17)
    assert (rasterise(edges_of(shapes), window) == exact(shapes, window)).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60))
def test_shapes_that_tile_the_plane_tile_the_pixels(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    points = shapely.MultiPoint(rng.uniform(0, 24, (count, 2)))
    box = shapely.box(-60, -60, 90, 90)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    found = rasterise(edges_of(cells), WINDOW)
    assert (found > 0).all()
    assert (found == exact(cells)).all()


def test_corners_and_edges_on_pixel_centres_belong_to_one_shape_only() -> None:
    cells = shapely.box(
        *np.mgrid[0:4, 0:4].reshape(2, -1) + 0.5, *np.mgrid[1:5, 1:5].reshape(2, -1) + 0.5
    )
    found = rasterise(edges_of(cells), Window(1.0, 0, 0, 6, 6))
    assert sorted(found[found > 0].tolist()) == list(range(1, 17))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5))
def test_an_untouched_pixel_lies_wholly_in_one_shape_or_none(seed: int, parts: int) -> None:
    shapes = rough(seed, parts)
    edges = edges_of(shapes)
    free = ~touched(edges, WINDOW)
    row, column = np.nonzero(free)
    pixels = shapely.box(column, row, column + 1, row + 1)
    for shape in shapes:
        assert not shapely.intersects(pixels, shape.boundary).any()


@settings(max_examples=100, deadline=None)
@given(POINT, POINT)
def test_every_pixel_on_a_line_is_touched(a: tuple[float, float], b: tuple[float, float]) -> None:
    line = shapely.Polygon([a, b, b])
    seen = touched(edges_of(np.array([line], object)), WINDOW)
    part = np.linspace(0, 1, 500)[:, None]
    spots = np.floor(np.array(a) + part * (np.array(b) - np.array(a))).astype(int)
    inside = (spots >= 0).all(axis=1) & (spots < (24, 20)).all(axis=1)
    assert seen[spots[inside, 1], spots[inside, 0]].all()
    assert seen.sum() <= 2 * (24 + 20)


def test_nothing_makes_nothing() -> None:
    nothing = edges_of(np.array([], object))
    assert not rasterise(nothing, WINDOW).any() and not touched(nothing, WINDOW).any()
    assert expand(np.array([5, 9]), np.array([3, 0])).tolist() == [5, 6, 7]
