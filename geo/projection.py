"""Projections 投影: Gauss–Krüger planes in metres (pyproj), and the Web Mercator square of tiles.

Longitudes come before latitudes, x (east) before y (north), everywhere.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Final

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyproj import CRS, Transformer

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
"""An array of shapely geometries."""

GEOGRAPHIC: Final = "EPSG:4326"
TILE: Final = 256
"""Pixels along the edge of a map tile 瓦片."""


def central_meridian(lon: float) -> int:
    """中央经线 of the 3-degree Gauss–Krüger zone that a longitude lies in."""
    return round(lon / 3) * 3


def gauss_kruger(meridian: int) -> CRS:
    """The CGCS2000 3-degree plane of a central meridian, metres, false easting 500 km.

    Outside 75–135° E, where CGCS2000 has no zones, the same transverse Mercator on WGS-84.
    """
    if 75 <= meridian <= 135 and meridian % 3 == 0:
        return CRS.from_epsg(4534 + (meridian - 75) // 3)
    return CRS.from_proj4(f"+proj=tmerc +lon_0={meridian} +x_0=500000 +datum=WGS84 +units=m")


class Plane:
    """A plane in metres over a city 平面: positions and shapes to and fro."""

    def __init__(self, meridian: int) -> None:
        self.meridian = meridian
        self.crs = gauss_kruger(meridian)
        # From the plane's own longitudes, not by a datum change: CGCS2000 is taken as WGS-84.
        geographic = self.crs.geodetic_crs or CRS(GEOGRAPHIC)
        self._forward = Transformer.from_crs(geographic, self.crs, always_xy=True)

    @classmethod
    def at(cls, lon: float) -> Plane:
        """The plane of the zone around a longitude."""
        return cls(central_meridian(lon))

    def metres(self, points: Floats) -> Floats:
        """(n, 2) longitudes and latitudes → (n, 2) x and y."""
        return np.column_stack(self._forward.transform(points[:, 0], points[:, 1]))

    def degrees(self, points: Floats) -> Floats:
        """(n, 2) x and y → (n, 2) longitudes and latitudes."""
        there = self._forward.transform(points[:, 0], points[:, 1], direction="INVERSE")
        return np.column_stack(there)

    def project(self, shapes: Shapes) -> Shapes:
        """Shapes in degrees → shapes in metres."""
        return shapely.transform(shapes, self.metres)  # type: ignore[no-any-return]

    def unproject(self, shapes: Shapes, digits: int = 9) -> Shapes:
        """Shapes in metres → shapes in degrees, rounded (9 digits: 0.1 mm): equal on any host."""
        return shapely.transform(  # type: ignore[no-any-return]
            shapes, lambda points: np.round(self.degrees(points), digits)
        )


@functools.cache
def reader(crs: CRS) -> Transformer:
    """From a file's CRS to longitudes and latitudes."""
    return Transformer.from_crs(crs, GEOGRAPHIC, always_xy=True)


def world(points: Floats) -> Floats:
    """(n, 2) degrees → Web Mercator with the world as the unit square, y downwards as in tiles."""
    sine = np.sin(np.radians(points[:, 1]))
    return np.column_stack(
        (points[:, 0] / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi))
    )


def unworld(points: Floats) -> Floats:
    """The inverse of `world`."""
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * points[:, 1]))))
    return np.column_stack((points[:, 0] * 360 - 180, lat))


def pixels(points: Floats, zoom: int) -> Any:
    """(n, 2) degrees → (n, 2) whole pixel numbers of the world at a zoom."""
    return np.floor(world(points) * (TILE << zoom)).astype(np.int64)
