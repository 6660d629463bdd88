"""Geodetic datums 坐标系 a source may use → WGS-84, degrees, one point at a time.

CGCS2000 agrees with WGS-84 to centimetres and passes unchanged. GCJ-02 (高德、腾讯、天地图以外的
国内底图) and BD-09 (百度) are shifted by some hundred metres inside China and are undone here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

Shift = Callable[[float, float], tuple[float, float]]

_A: Final = 6_378_245.0  # Krasovsky 1940, m
_EE: Final = 0.006_693_421_622_965_943
_BD_TURN: Final = math.pi * 3000 / 180


def _outside_china(lon: float, lat: float) -> bool:
    return not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271)


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """WGS-84 → GCJ-02; identity outside the China box."""
    if _outside_china(lon, lat):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    wave = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    east = (
        300
        + x
        + 2 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * math.sqrt(abs(x))
        + (
            wave
            + 20 * math.sin(x * math.pi)
            + 40 * math.sin(x / 3 * math.pi)
            + 150 * math.sin(x / 12 * math.pi)
            + 300 * math.sin(x / 30 * math.pi)
        )
        * 2
        / 3
    )
    north = (
        -100
        + 2 * x
        + 3 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * math.sqrt(abs(x))
        + (
            wave
            + 20 * math.sin(y * math.pi)
            + 40 * math.sin(y / 3 * math.pi)
            + 160 * math.sin(y / 12 * math.pi)
            + 320 * math.sin(y / 30 * math.pi)
        )
        * 2
        / 3
    )
    phi = math.radians(lat)
    magic = 1 - _EE * math.sin(phi) ** 2
    d_lon = math.degrees(east / (_A / math.sqrt(magic) * math.cos(phi)))
    d_lat = math.degrees(north / (_A * (1 - _EE) / (magic * math.sqrt(magic))))
    return lon + d_lon, lat + d_lat


def from_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 → WGS-84 by fixed point, four rounds: under a millimetre in the China box."""
    guess_lon, guess_lat = lon, lat
    for _ in range(4):
        there_lon, there_lat = to_gcj02(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
    return guess_lon, guess_lat


def from_bd09(lon: float, lat: float) -> tuple[float, float]:
    """BD-09 → WGS-84 through GCJ-02 (published inverse, within a metre)."""
    if _outside_china(lon, lat):
        return lon, lat
    x, y = lon - 0.0065, lat - 0.006
    radius = math.hypot(x, y) - 0.00002 * math.sin(y * _BD_TURN)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * _BD_TURN)
    return from_gcj02(radius * math.cos(angle), radius * math.sin(angle))


def _same(lon: float, lat: float) -> tuple[float, float]:
    return lon, lat


SHIFTS: Final[dict[str, Shift]] = {
    "wgs84": _same,
    "cgcs2000": _same,
    "gcj02": from_gcj02,
    "bd09": from_bd09,
}
DATUMS: Final = tuple(SHIFTS)
