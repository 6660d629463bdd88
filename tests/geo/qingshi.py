"""青石, the town of the geography tests: two districts east of Zhengzhou, eight km²."""

from __future__ import annotations

import functools

import numpy as np
import shapely

from geo.generate import Plan, PlannedDistrict, generate
from geo.grid import Grid, Origin, build_grid
from geo.projection import Plane, Shapes

EAST = PlannedDistrict(
    "410151", "东石区", 114.022, 34.70, 1.2, (("410151001", "河沿街道"), ("410151002", "桥头街道"))
)
WEST = PlannedDistrict("410152", "西石区", 113.998, 34.702)
PLAN = Plan("qingshi", (EAST, WEST), area_m2=8e6, duty_grids=7)


@functools.cache
def town() -> Grid:
    """The generated grid: some 800 cells, every kind of edge."""
    return generate(PLAN)


def squares(columns: int, rows: int, size_m: float = 100.0) -> Shapes:
    """Square cells around 114° E 34.7° N, row by row from the north-west, degrees."""
    plane = Plane(114)
    x0, y0 = plane.metres(np.array([[114.0, 34.7]]))[0]
    row, column = np.divmod(np.arange(columns * rows), columns)
    x, y = x0 + column * size_m, y0 - row * size_m
    return plane.unproject(shapely.box(x, y - size_m, x + size_m, y))


def codes(count: int, community: str = "410151001001") -> list[str]:
    return [f"{community}{n:03d}" for n in range(1, count + 1)]


def block(columns: int = 4, rows: int = 3) -> Grid:
    """A hand-made grid in one community, with two duty grids: the west and the east half."""
    count = columns * rows
    of = ["W" if i % columns < columns / 2 else "E" for i in range(count)]
    return build_grid(
        "qingshi",
        Origin("imported", "block.shp"),
        codes(count),
        squares(columns, rows),
        {
            "district": ["410151"] * count,
            "street": ["410151001"] * count,
            "community": ["410151001001"] * count,
            "duty_grid": of,
        },
        {"district": {"410151": "东石区"}, "duty_grid": {"W": "西片", "E": "东片"}},
    )
