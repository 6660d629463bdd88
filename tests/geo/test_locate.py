"""Points find their cells: the tree against geometry, the raster against the tree."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.locate import OUTSIDE, Locator, RasterLocator
from tests.geo.qingshi import squares, town

CELLS = squares(4, 3)


@pytest.fixture(scope="module")
def both() -> tuple[Locator, RasterLocator]:
    return Locator(town().shapes), RasterLocator(town().shapes)


def test_the_middle_of_every_cell_is_in_that_cell(both: tuple[Locator, RasterLocator]) -> None:
    lon, lat = town().centres.T
    for way in both:
        assert way.find(lon, lat).tolist() == list(range(len(town())))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_tree_and_raster_and_geometry_agree(seed: int) -> None:
    tree, raster = Locator(town().shapes), RasterLocator(town().shapes)
    west, south, east, north = town().bounds
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(west - 0.01, east + 0.01, 400), rng.uniform(south, north, 400)
    found = tree.find(lon, lat)
    assert (raster.find(lon, lat) == found).all()
    for x, y, cell in zip(lon[:40], lat[:40], found, strict=False):
        hits = np.nonzero(shapely.intersects_xy(town().shapes, x, y))[0]
        assert cell == (hits[0] if len(hits) else OUTSIDE)


def test_a_shared_border_belongs_to_the_first_cell(both: tuple[Locator, RasterLocator]) -> None:
    corners = np.unique(shapely.get_coordinates(town().shapes), axis=0)
    middles = shapely.get_coordinates(
        shapely.line_interpolate_point(shapely.boundary(town().shapes), 0.125, normalized=True)
    )
    lon, lat = np.concatenate((corners, middles)).T
    first = both[0].find(lon, lat)
    assert (first[: len(corners)] >= 0).all()
    assert (both[1].find(lon, lat) == first).all()
    corner = shapely.get_coordinates(shapely.intersection(CELLS[0], CELLS[5]))
    for way in (Locator(CELLS), RasterLocator(CELLS)):
        assert way.find(*corner.T).tolist() == [0]


def test_far_away_and_nowhere_are_outside(both: tuple[Locator, RasterLocator]) -> None:
    lon = np.array([0.0, 180.0, -180.0, 114.0, np.nan, np.inf])
    lat = np.array([0.0, 90.0, -90.0, -34.7, 34.7, 34.7])
    for way in both:
        assert way.find(lon, lat).tolist() == [OUTSIDE] * 6
        assert way.find(np.empty(0), np.empty(0)).tolist() == []


def test_fast_enough_for_a_year_at_once(both: tuple[Locator, RasterLocator]) -> None:
    """A tenth of the bar of the benchmark, so that a busy machine passes."""
    lon, lat = np.tile(town().centres, (100, 1)).T + 0.0002
    for way, rate in zip(both, (20_000, 100_000), strict=True):
        began = time.perf_counter()
        way.find(lon, lat)
        assert len(lon) / (time.perf_counter() - began) > rate
