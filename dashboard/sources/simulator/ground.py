"""The ground of a simulated city: unit cells, who patrols them, what turns up, who deals with it.

Cells follow from the profile (and the grid, where there is one) alone, so the same cell is hot 高发
in every run. Without a grid codes are 9 digits of the street, 3 of the community, 3 of the cell;
places are public roads, never people.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.cityparts import Area, Department
from dashboard.profile import Profile
from dashboard.sources.simulator.gridded import GridCells

MAX_CELLS: Final = 20_000
COMMUNITIES: Final = 8
CELLS_IN_COMMUNITY: Final = 999
CELL_KM: Final = 0.1
"""万米单元网格: a cell is about 100 m × 100 m."""
HOTNESS: Final = 0.85
"""Exponent of Zipf's law for cells and categories."""
GRID_HOTNESS: Final = 0.3
"""For cells of a real grid, whose weights are already thick in the right places."""

COMMON: Final = (
    "E0102 E0504 E0501 E0506 E0104 E0201 E0507 E0505 E0103 E0106 E0202 E0511 E0110 E0203 "
    "B0103 E0108 E0113 B0104 E0112 B0305 E0205 B0118 B0205 B0211 E0302 B0102 E0508 B0404 "
    "B0402 E0304 E0404 E0105 B0115 E0406 E0510 B0107 E0101 B0209 E0303 B0405 E0401 B0117 "
    "E0301 B0116 B0212 E0408 E0503 B0301 B0203 E0513 E0116 B0408 E0107 B0126 E0115 B0213 "
    "E0305 E0402 B0101 B0207"
)
"""高发类别 in falling order of frequency, as Chinese cities publish them."""


class Ground:
    """Cells with their codes and centres, drawn by hot spots; categories drawn by frequency."""

    def __init__(self, profile: Profile, grid: GridCells | None = None) -> None:
        self.cells: list[dict[str, Any]] = []
        self.collectors: list[str] = []
        if grid is None:
            weights = self._make_cells(profile)
        else:
            self.cells, weights = list(grid.cells), grid.weights.tolist()
            self._assign_collectors(profile)
        rng = np.random.default_rng(zlib.crc32(profile.id.encode()))
        steep = HOTNESS if grid is None else GRID_HOTNESS
        hot = 1 / (1 + rng.permutation(len(weights)) % 400 + 3) ** steep
        self._cells = _cumulated(np.array(weights) * hot)
        self.categories = [code for code in COMMON.split() if code in profile.categories]
        rank = np.arange(len(self.categories)) + 2.0
        self._categories = _cumulated(1 / rank**HOTNESS)
        self._desks = {code: _desk(profile, code) for code in self.categories}
        self._default = _by_district(profile)

    def draw_cells(self, rng: np.random.Generator, n: int) -> list[int]:
        """Indexes of `n` cells; a few hot ones come up again and again."""
        drawn: list[int] = np.searchsorted(self._cells, rng.random(n), "right").tolist()
        return drawn

    def draw_categories(self, rng: np.random.Generator, n: int) -> list[str]:
        """`n` category codes."""
        return [self.categories[i] for i in np.searchsorted(self._categories, rng.random(n))]

    def department(self, category: str, cell: int, share: float) -> str:
        """Who deals with it: a department whose business it is, else that of the district."""
        desk = self._desks.get(category)
        if desk:
            return desk[int(share * len(desk))]
        return self.district_department(cell)

    def district_department(self, cell: int) -> str:
        """The department that looks after the cell's district."""
        district = self.cells[cell].get("district", "")
        return self._default.get(district) or next(iter(self._default.values()))

    def _make_cells(self, profile: Profile) -> list[float]:
        """Cells of our own for a city without a grid; returns their weights."""
        weights: list[float] = []
        streets = _streets(profile)
        total = _cell_count(profile)
        share = sum(area.weight for area, _ in streets)
        for street, district in streets:
            count = max(4, round(total * street.weight / share))
            count = min(count, COMMUNITIES * CELLS_IN_COMMUNITY)
            self.cells.extend(_cells(profile, street, district, count))
            weights.extend(street.weight / count for _ in range(count))
        self._assign_grids(profile)
        return weights

    def _assign_collectors(self, profile: Profile) -> None:
        """One collector 信息采集员 a duty grid."""
        number = {code: n for n, code in enumerate(sorted({_duty(one) for one in self.cells}), 1)}
        for one in self.cells:
            self.collectors.append(f"{profile.code}C{number[_duty(one)]:04d}")

    def _assign_grids(self, profile: Profile) -> None:
        """责任网格: runs of neighbouring cells, each with one collector 信息采集员."""
        grids = round(profile.facts.get("duty_grids", 0)) or max(1, len(self.cells) // 40)
        grids = min(grids, len(self.cells))
        for index, cell in enumerate(self.cells):
            number = index * grids // len(self.cells) + 1
            cell["duty_grid"] = f"{profile.code}G{number:04d}"
            self.collectors.append(f"{profile.code}C{number:04d}")


def _duty(cell: dict[str, Any]) -> str:
    return str(cell.get("duty_grid") or cell["unit_cell"][:12])


def _cumulated(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    sums: NDArray[np.float64] = np.cumsum(weights)
    sums /= sums[-1]
    sums[-1] = 1.0
    return sums


def _cell_count(profile: Profile) -> int:
    cells = profile.facts.get("unit_cells") or (profile.area_km2 or 50) * 100
    return min(MAX_CELLS, max(40, round(cells)))


def _streets(profile: Profile) -> list[tuple[Area, Area]]:
    """Streets with their district; a district without streets is its own only street."""
    districts = {area.code: area for area in profile.districts}
    of: dict[str, list[Area]] = {code: [] for code in districts}
    for street in profile.streets:
        of[street.parent].append(street)
    out: list[tuple[Area, Area]] = []
    for code, district in districts.items():
        streets = of[code] or [Area(f"{code}001"[:9], district.name, code)]
        for number, street in enumerate(streets):
            weight = district.weight / len(streets) * (1.4 - 0.8 * number / len(streets))
            out.append((Area(street.code, street.name, code, weight=weight), district))
    return out


def _cells(profile: Profile, street: Area, district: Area, count: int) -> Iterable[dict[str, Any]]:
    communities = min(COMMUNITIES, max(2, count // 12))
    roads = profile.simulation.roads
    seed = zlib.crc32(street.code.encode())
    side = math.ceil(math.sqrt(count))
    for number in range(count):
        community = f"{street.code}{number % communities + 1:03d}"
        cell: dict[str, Any] = {
            "district": district.code,
            "street": street.code,
            "community": community,
            "unit_cell": f"{community}{number // communities + 1:03d}",
        }
        road = roads[(seed + number // 7) % len(roads)] if roads else ""
        cell["place"] = f"{street.name}{road}"[:40]
        if district.lon is not None and district.lat is not None:
            angle = seed % 360 * math.pi / 180
            reach = 0.6 + seed % 17 * 0.16
            east = reach * math.cos(angle) + (number % side - side / 2) * CELL_KM
            north = reach * math.sin(angle) + (number // side - side / 2) * CELL_KM
            scale = 111.32 * math.cos(math.radians(district.lat))
            cell["lon"] = round(district.lon + east / scale, 6)
            cell["lat"] = round(district.lat + north / 110.95, 6)
        yield cell


def _desk(profile: Profile, category: str) -> tuple[str, ...]:
    """The departments whose business a category is by the longest matching code."""
    found: dict[int, list[str]] = {}
    for one in profile.departments:
        lengths = [len(code) for code in one.handles if category.startswith(code)]
        if lengths:
            found.setdefault(max(lengths), []).append(one.code)
    return tuple(found[max(found)]) if found else ()


def _by_district(profile: Profile) -> dict[str, str]:
    """District → the department that gets what nobody else handles."""
    if not profile.departments:
        return {area.code: f"D{area.code}" for area in profile.districts}
    general = [one for one in profile.departments if not one.handles] or profile.departments
    by_area = {one.district: one for one in reversed(general)}
    fallback: Department = by_area.get("", general[0])
    return {area.code: by_area.get(area.code, fallback).code for area in profile.districts}
