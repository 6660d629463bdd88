"""A grid for a city that has none 生成网格: plausible, complete, and marked as generated.

Square cells in the city's Gauss–Krüger zone, clipped to the districts; streets, communities and
duty grids as compact blocks; codes after GB/T 30428.1. The same plan always gives the same grid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely  # type: ignore[import-untyped]

from geo.blocks import shares, split, weights
from geo.codes import CodeError, cell_code
from geo.grid import Grid, GridError, Origin, Outlines, build_grid
from geo.idtiles import TileMaker
from geo.lattice import Lattice, absorb, lattice
from geo.outline import roughen, schematic_outlines
from geo.projection import Floats, Plane, Shapes
from geo.raster import Ints

CELL_M: Final = 100.0
"""万米单元网格: 100 m by 100 m."""
STREET_M2: Final = 15e6
COMMUNITY_CELLS, MOST_CELLS = 150, 999
DUTY_CELLS: Final = 117
"""What a street, a community, a duty grid has where nothing better is known: 117 = 139,400 cells of
郑州 over its 1,193 duty grids. A community has at most 999 codes."""
SEEN_ZOOM: Final = 11
"""From this zoom on every cell has a pixel of its own."""


@dataclass(frozen=True)
class PlannedDistrict:
    """A district of the plan: its code (6 digits, or 9 if it is a street or town itself), centre
    (degrees) and streets (9-digit code, name)."""

    code: str
    name: str
    lon: float | None = None
    lat: float | None = None
    size: float = 1.0
    streets: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Plan:
    """What is known of the city. `outlines`: the districts', degrees, in their order; `drawn`: they
    are schematic 示意 and are roughened. Without outlines the area around the centres is used."""

    city: str
    districts: Sequence[PlannedDistrict]
    area_m2: float | None = None
    duty_grids: int | None = None
    meridian: int | None = None
    outlines: Shapes | None = None
    drawn: bool = False
    source: str = "cityops grid generate"


def generate(plan: Plan, progress: Callable[[str], None] = lambda what: None) -> Grid:
    """The grid of a plan; `progress` hears what is being made. Raises `GridError`."""
    centres = _centres(plan)
    plane = Plane(plan.meridian) if plan.meridian is not None else Plane.at(centres[:, 0].mean())
    progress("区界")
    outlines = _outlines(plan, plane, centres)
    progress("单元网格")
    cells = _spread(lattice(outlines, CELL_M), plane)
    progress("街道、社区、责任网格")
    at = shapely.get_coordinates(shapely.centroid(cells.shapes))
    middles = plane.metres(centres)
    weight = weights(at, middles[cells.district])
    streets, street = _streets(plan, cells, at, weight, middles)
    communities, community = _communities(streets, street, at, weight)
    duties, duty = _duty_grids(plan, streets, street, cells.district, at, weight)
    progress("编码与区划")
    codes = _codes(communities, community, cells)
    districts = [district.code for district in plan.districts]
    names = {"street": dict(streets), "community": dict(communities), "duty_grid": dict(duties)}
    drawn = Outlines(
        districts, [district.name for district in plan.districts], plane.unproject(outlines)
    )
    return build_grid(
        plan.city,
        Origin("generated", plan.source, "wgs84", plan.drawn or plan.outlines is None),
        codes,
        plane.unproject(cells.shapes),
        {
            "district": np.array(districts)[cells.district].tolist(),
            "street": _of(streets, street),
            "community": _of(communities, community),
            "duty_grid": _of(duties, duty),
        },
        names,
        {"district": drawn},
    )


def _of(members: Sequence[tuple[str, str]], number: Ints) -> list[str]:
    return [members[n][0] for n in number.tolist()]


def _centres(plan: Plan) -> Floats:
    if plan.outlines is not None:
        inside = shapely.get_coordinates(shapely.point_on_surface(plan.outlines))
        for i, district in enumerate(plan.districts):
            if district.lon is not None and shapely.contains_xy(
                plan.outlines[i], district.lon, district.lat
            ):
                inside[i] = district.lon, district.lat
        return inside  # type: ignore[no-any-return]
    missing = [district.name for district in plan.districts if district.lon is None]
    if missing:
        raise GridError(
            f"{'、'.join(missing)} 没有中心坐标：在城市档案写上 lon、lat，或先用"
            " cityops grid boundaries 给出区界"
        )
    return np.array([(one.lon, one.lat) for one in plan.districts], np.float64)


def _outlines(plan: Plan, plane: Plane, centres: Floats) -> Shapes:
    if plan.outlines is not None:
        outlines = plane.project(plan.outlines)
        return roughen(outlines, plan.area_m2) if plan.drawn else outlines
    if plan.area_m2 is None:
        raise GridError("不知道城市面积：在城市档案写上 area_km2，或给出区界")
    sizes = [min(1.2, max(0.6, district.size**0.5)) for district in plan.districts]
    return schematic_outlines(plane.metres(centres), sizes, plan.area_m2)


def _spread(cells: Lattice, plane: Plane) -> Lattice:
    """Gives cells away until no two centres share a pixel at `SEEN_ZOOM`."""
    while True:
        shapes = plane.unproject(cells.shapes)
        centres = shapely.get_coordinates(shapely.centroid(shapes))
        crowded = TileMaker(shapes[:0], centres).crowded(SEEN_ZOOM)
        if not len(crowded):
            return cells
        stay = np.ones(len(shapes), np.bool_)
        stay[crowded] = False
        fewer = absorb(cells.take(stay), cells.take(~stay))
        if len(fewer.shapes) == len(shapes):
            return cells  # what is left has no neighbour to go to
        cells = fewer


def _streets(
    plan: Plan, cells: Lattice, at: Floats, weight: Floats, middles: Floats
) -> tuple[list[tuple[str, str]], Ints]:
    """(code, name) of all streets, and the street of each cell; the first are the most central."""
    streets: list[tuple[str, str]] = []
    street = np.zeros(len(at), np.int64)
    for number, district in enumerate(plan.districts):
        own = np.nonzero(cells.district == number)[0]
        wanted = list(district.streets) or _made_up_streets(district, len(own))
        wanted = wanted[: max(1, len(own))]
        part = split(at[own], weight[own], len(wanted))
        distance = np.hypot(*(at[own] - middles[number]).T)
        far = [distance[part == i].mean() for i in range(len(wanted)) if (part == i).any()]
        rank = np.argsort(np.argsort(far, kind="stable"), kind="stable")
        street[own] = len(streets) + rank[part] if len(own) else 0
        streets += wanted
    return streets, street


def _made_up_streets(district: PlannedDistrict, cells: int) -> list[tuple[str, str]]:
    if len(district.code) == 9:
        return [(district.code, district.name)]
    count = max(1, round(cells * CELL_M**2 / STREET_M2))
    return [
        (f"{district.code}{n:03d}", f"{district.name} {n} 号街道（生成）")
        for n in range(1, count + 1)
    ]


def _communities(
    streets: Sequence[tuple[str, str]], street: Ints, at: Floats, weight: Floats
) -> tuple[list[tuple[str, str]], Ints]:
    communities: list[tuple[str, str]] = []
    community = np.zeros(len(at), np.int64)
    for number, (code, _) in enumerate(streets):
        own = np.nonzero(street == number)[0]
        count = max(1, round(len(own) / COMMUNITY_CELLS))
        part = split(at[own], weight[own], count)
        while len(own) and np.bincount(part).max() > MOST_CELLS:
            count += 1
            part = split(at[own], weight[own], count)
        community[own] = len(communities) + part
        communities += [(f"{code}{n:03d}", f"{n} 号社区（生成）") for n in range(1, count + 1)]
    return communities, community


def _duty_grids(
    plan: Plan,
    streets: Sequence[tuple[str, str]],
    street: Ints,
    district: Ints,
    at: Floats,
    weight: Floats,
) -> tuple[list[tuple[str, str]], Ints]:
    """Duty grids within streets if there are enough of them, else within districts, else the
    city's as a whole."""
    wanted = plan.duty_grids or max(1, round(len(at) / DUTY_CELLS))
    if wanted >= 2 * len(streets):
        area, prefixes = street, [code for code, _ in streets]
    elif wanted >= len(plan.districts):
        area, prefixes = district, [one.code for one in plan.districts]
    else:
        area, prefixes = np.zeros(len(at), np.int64), [plan.city]
    count = shares(np.bincount(area, minlength=len(prefixes)), wanted)
    duties: list[tuple[str, str]] = []
    duty = np.zeros(len(at), np.int64)
    for number, prefix in enumerate(prefixes):
        own = np.nonzero(area == number)[0]
        duty[own] = len(duties) + split(at[own], weight[own], int(count[number]))
        for n in range(1, int(count[number]) + 1):
            duties.append((f"{prefix}-{n:02d}", f"责任网格 {len(duties) + 1}（生成）"))
    return duties, duty


def _codes(communities: Sequence[tuple[str, str]], community: Ints, cells: Lattice) -> list[str]:
    """Community and sequence: from north to south, and in a row from west to east."""
    order = np.lexsort((cells.column, cells.row, community))
    sorted_by = community[order]
    start = np.searchsorted(sorted_by, sorted_by)
    sequence = np.empty(len(order), np.int64)
    sequence[order] = np.arange(len(order)) - start + 1
    codes = [
        f"{communities[c][0]}{n:03d}"
        for c, n in zip(community.tolist(), sequence.tolist(), strict=True)
    ]
    try:
        cell_code(codes[0])
    except CodeError as error:
        raise GridError(
            f"区编码 {communities[0][0][:-6]} 不能作国标单元网格的开头（{error}）；"
            "城市档案中区编码应为 6 位（或街道、镇 9 位）行政区划代码"
        ) from error
    return codes
