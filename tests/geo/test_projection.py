"""Planes in metres and the square of the tiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.projection import Plane, central_meridian, gauss_kruger, pixels, reader, unworld, world


@pytest.mark.parametrize(
    ("lon", "meridian", "epsg"),
    [
        (113.66, 114, 4547),
        (113.1, 114, 4547),
        (112.53, 114, 4547),
        (112.4, 111, 4546),
        (116.08, 117, 4548),
    ],
)
def test_the_zones_of_the_four_cities(lon: float, meridian: int, epsg: int) -> None:
    assert central_meridian(lon) == meridian
    assert gauss_kruger(meridian).to_epsg() == epsg
    assert reader(gauss_kruger(meridian)).transform(500_000, 3_800_000)[0] == pytest.approx(
        meridian
    )


def test_a_hundred_metres_are_a_hundred_metres() -> None:
    plane = Plane(114)
    start = plane.metres(np.array([[113.66, 34.75]]))
    there = plane.degrees(start + np.array([100, 0]))
    assert (there[0, 0] - 113.66) * 111_320 * np.cos(np.radians(34.75)) == pytest.approx(
        100, rel=3e-3
    )


@given(st.floats(-3, 3), st.floats(-80, 80), st.sampled_from([114, 117, -72]))
def test_there_and_back(east: float, lat: float, meridian: int) -> None:
    plane = Plane(meridian)
    point = np.array([[meridian + east, lat]])
    assert plane.degrees(plane.metres(point)) == pytest.approx(point, abs=1e-9)
    assert unworld(world(point)) == pytest.approx(point, abs=1e-9)


def test_pixels_count_from_the_north_west() -> None:
    points = np.array([[-180.0, 85.0511287], [0.0, 0.0], [179.999, -85.05]])
    assert pixels(points, 0).tolist() == [[0, 0], [128, 128], [255, 255]]
