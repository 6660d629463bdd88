"""Datums: the published shifts of Chinese maps, done and undone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import (
    DATUMS,
    EAST,
    NORTH,
    SOUTH,
    TO_WGS84,
    WEST,
    from_bd09,
    from_gcj02,
    to_bd09,
    to_gcj02,
)

ZHENGZHOU = (113.6254, 34.7466)
PAIRS = {"gcj02": (to_gcj02, from_gcj02), "bd09": (to_bd09, from_bd09)}
BOX = (st.floats(WEST, EAST), st.floats(SOUTH, NORTH))


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (a[0] - b[0]) * 111_320 * math.cos(math.radians(a[1]))
    return math.hypot(east, (a[1] - b[1]) * 111_320)


def test_gcj02_lies_577_metres_off_in_zhengzhou() -> None:
    assert 560 < metres(to_gcj02(113.665, 34.757), (113.665, 34.757)) < 590


def test_bd09_lies_further_off() -> None:
    assert 700 < metres(to_bd09(*ZHENGZHOU), ZHENGZHOU) < 1_800


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),  # Shanghai
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),  # Shenzhen
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),  # Beijing
    ],
)
def test_published_pairs_of_positions(
    wgs84: tuple[float, float], gcj02: tuple[float, float]
) -> None:
    assert metres(to_gcj02(*wgs84), gcj02) < 0.001
    assert metres(from_gcj02(*gcj02), wgs84) < 0.001


@pytest.mark.parametrize("datum", PAIRS)
@given(*BOX)
def test_there_and_back_is_less_than_a_millimetre(datum: str, lon: float, lat: float) -> None:
    there, back = PAIRS[datum]
    assert metres(back(*there(lon, lat)), (lon, lat)) < 0.001


@pytest.mark.parametrize("datum", PAIRS)
def test_whole_arrays_there_and_back(datum: str) -> None:
    there, back = PAIRS[datum]
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(WEST, EAST, 200_000), rng.uniform(SOUTH, NORTH, 200_000)
    x, y = back(*there(lon, lat))
    east = (x - lon) * 111_320 * np.cos(np.radians(lat))
    assert np.hypot(east, (y - lat) * 111_320).max() < 0.001


@pytest.mark.parametrize("datum", PAIRS)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_number_and_an_array_agree(datum: str, lon: float, lat: float) -> None:
    for shift in PAIRS[datum]:
        x, y = shift(np.array([lon]), np.array([lat]))
        assert shift(lon, lat) == pytest.approx((x[0], y[0]), abs=1e-9)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_outside_the_box_nothing_moves(lon: float, lat: float) -> None:
    assert TO_WGS84["wgs84"](lon, lat) == TO_WGS84["cgcs2000"](lon, lat) == (lon, lat)
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        assert to_gcj02(lon, lat) == to_bd09(lon, lat) == (lon, lat)
    if not (WEST - 0.02 <= lon <= EAST + 0.02 and SOUTH - 0.02 <= lat <= NORTH + 0.02):
        assert from_gcj02(lon, lat) == from_bd09(lon, lat) == (lon, lat)


def test_nothing_and_not_a_number_pass() -> None:
    assert from_gcj02(np.empty(0), np.empty(0))[0].size == 0
    assert np.isnan(from_gcj02(np.array([math.nan]), np.array([34.0]))[0]).all()
    assert set(DATUMS) == {"wgs84", "cgcs2000", "gcj02", "bd09"}
