"""Datums: the published shift of Chinese maps, undone."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.sources.datum import SHIFTS, from_bd09, from_gcj02, to_gcj02

ZHENGZHOU = (113.6254, 34.7466)


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (a[0] - b[0]) * 111_320 * math.cos(math.radians(a[1]))
    return math.hypot(east, (a[1] - b[1]) * 111_320)


def test_gcj02_lies_some_hundred_metres_off_in_zhengzhou() -> None:
    assert 500 < metres(to_gcj02(*ZHENGZHOU), ZHENGZHOU) < 650


def test_bd09_lies_further_off() -> None:
    assert 700 < metres(from_bd09(*ZHENGZHOU), ZHENGZHOU) < 1_800


@settings(deadline=None)
@given(st.floats(73.5, 135), st.floats(18, 53.5))
def test_there_and_back_is_less_than_a_millimetre(lon: float, lat: float) -> None:
    assert metres(from_gcj02(*to_gcj02(lon, lat)), (lon, lat)) < 0.001


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_outside_china_and_in_wgs84_nothing_moves(lon: float, lat: float) -> None:
    assert SHIFTS["wgs84"](lon, lat) == SHIFTS["cgcs2000"](lon, lat) == (lon, lat)
    if lon < 70 or lat < 0:
        assert from_gcj02(lon, lat) == from_bd09(lon, lat) == (lon, lat)
