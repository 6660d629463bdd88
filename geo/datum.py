"""Datums 坐标系: WGS-84 ⇄ GCJ-02 ⇄ BD-09, degrees, for numbers or whole arrays.

GCJ-02 (高德、腾讯等国内底图) and BD-09 (百度) are shifted by some hundred metres inside a box
around China and equal WGS-84 outside; CGCS2000 (天地图、国家标准) agrees with WGS-84 to centimetres
and passes unchanged. The forward formulas are the published ones; the inverses solve them to well
under a millimetre. Along the box's edge the forward formulas jump, so some positions within a
kilometre outside it are the image of one inside: there the inverse leads back inside.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
N = TypeVar("N", float, Floats)

_A: Final = 6_378_245.0  # Krasovsky 1940, m
_EE: Final = 0.006_693_421_622_965_943
_TURN: Final = math.pi * 3000 / 180
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""The box of the shift, degrees; its edges belong to it."""
_REACH: Final = 0.1  # degrees; neither shift moves anything further
_CLOSE: Final = 1e-10  # degrees, 0.01 mm
_ROUNDS: Final = 20  # far more than the four to six it takes


def inside(lon: N, lat: N, margin: float = 0.0) -> Any:
    """Whether positions are in the box where GCJ-02 differs, or within `margin` degrees of it."""
    return (
        (lon >= WEST - margin)
        & (lon <= EAST + margin)
        & (lat >= SOUTH - margin)
        & (lat <= NORTH + margin)
    )


def to_gcj02(lon: N, lat: N) -> tuple[N, N]:
    """WGS-84 → GCJ-02; identity outside the box."""
    return _where(0.0, _encrypt, lon, lat)


def from_gcj02(lon: N, lat: N) -> tuple[N, N]:
    """GCJ-02 → WGS-84."""
    return _where(_REACH, lambda x, y, m: _back(x, y, _solve(_encrypt, x, y, m)), lon, lat)


def to_bd09(lon: N, lat: N) -> tuple[N, N]:
    """WGS-84 → BD-09, by way of GCJ-02."""
    return _where(0.0, lambda x, y, m: _spin(*_encrypt(x, y, m), m), lon, lat)


def from_bd09(lon: N, lat: N) -> tuple[N, N]:
    """BD-09 → WGS-84."""

    def undo(x: Any, y: Any, m: Any) -> tuple[Any, Any]:
        return _back(x, y, _solve(_encrypt, *_solve(_spin, x, y, m), m))

    return _where(_REACH, undo, lon, lat)


def unchanged(lon: N, lat: N) -> tuple[N, N]:
    """WGS-84 and CGCS2000."""
    return lon, lat


TO_WGS84: Final[dict[str, Callable[[Any, Any], tuple[Any, Any]]]] = {
    "wgs84": unchanged,
    "cgcs2000": unchanged,
    "gcj02": from_gcj02,
    "bd09": from_bd09,
}
"""Datum → the way to WGS-84, for numbers and for arrays."""
DATUMS: Final = tuple(TO_WGS84)


def _where(margin: float, shift: Callable[[Any, Any, Any], Any], lon: N, lat: N) -> tuple[N, N]:
    """Shifts what is in the box. `math` is ten times faster than numpy for one number."""
    near = inside(lon, lat, margin)
    if not isinstance(lon, np.ndarray):
        return shift(lon, lat, math) if near else (lon, lat)
    x, y = np.array(lon, np.float64), np.array(lat, np.float64)
    x[near], y[near] = shift(x[near], y[near], np)
    return x, y


def _back(lon: Any, lat: Any, found: tuple[Any, Any]) -> tuple[Any, Any]:
    """What an inverse found, where that is in the box; by rounding it may miss the very edge."""
    in_box = inside(*found, _CLOSE)
    if isinstance(lon, np.ndarray):
        return np.where(in_box, found[0], lon), np.where(in_box, found[1], lat)
    return found if in_box else (lon, lat)


def _solve(forward: Callable[[Any, Any, Any], Any], lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    """The (x, y) that `forward` takes to (lon, lat): the shifts change so slowly from place to
    place that correcting by the error converges."""
    x, y = lon, lat
    for _ in range(_ROUNDS):
        there_x, there_y = forward(x, y, m)
        off_x, off_y = lon - there_x, lat - there_y
        x, y = x + off_x, y + off_y
        off = abs(off_x) + abs(off_y)
        if (off.max(initial=0.0) if isinstance(off, np.ndarray) else off) < _CLOSE:
            break
    return x, y


def _encrypt(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    """The shift of GCJ-02 as published, without its box."""
    x, y = lon - 105.0, lat - 35.0
    sin, sqrt, pi = m.sin, m.sqrt, m.pi
    wave = 20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)
    to_east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    to_east += wave * 2 / 3
    to_east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    to_east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    to_north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    to_north += wave * 2 / 3
    to_north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    to_north += (160 * sin(y / 12 * pi) + 320 * sin(y / 30 * pi)) * 2 / 3
    phi = lat * (pi / 180)
    magic = 1 - _EE * sin(phi) ** 2
    root = sqrt(magic)
    d_lon = to_east * 180 / (_A / root * m.cos(phi) * pi)
    d_lat = to_north * 180 / (_A * (1 - _EE) / (magic * root) * pi)
    return lon + d_lon, lat + d_lat


def _spin(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    """GCJ-02 → BD-09 as published."""
    arctan2 = np.arctan2 if m is np else math.atan2
    radius = m.hypot(lon, lat) + 0.00002 * m.sin(lat * _TURN)
    angle = arctan2(lat, lon) + 0.000003 * m.cos(lon * _TURN)
    return radius * m.cos(angle) + 0.0065, radius * m.sin(angle) + 0.006
