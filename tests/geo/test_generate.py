"""Generated grids: complete, coded after the standard, marked, the same every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.codes import cell_code
from geo.generate import CELL_M, Plan, PlannedDistrict, generate
from geo.grid import UNKNOWN, GridError
from geo.projection import Plane
from tests.geo.qingshi import EAST, PLAN, WEST, squares, town


def test_the_area_is_covered_by_hundred_metre_cells() -> None:
    grid = town()
    assert grid.area_m2.sum() == pytest.approx(8e6, rel=1e-4)
    assert len(grid) == pytest.approx(800, rel=0.03)
    assert np.median(grid.area_m2) == pytest.approx(CELL_M**2, rel=1e-3)
    assert shapely.coverage_is_valid(Plane(114).project(grid.shapes), gap_width=0)


def test_codes_count_from_the_north_west_of_each_community() -> None:
    grid = town()
    codes = [cell_code(code) for code in grid.codes.tolist()]
    for i, code in enumerate(codes):
        assert grid.parents_of(i)["community"][0] == code.community
        assert grid.parents_of(i)["street"][0] == code.street
    for community in {code.community for code in codes}:
        own = [i for i, code in enumerate(codes) if code.community == community]
        assert [codes[i].sequence for i in own] == list(range(1, len(own) + 1))
        assert grid.centres[own[0], 1] > grid.centres[own[-1], 1]


def test_every_cell_has_every_parent_and_names() -> None:
    grid = town()
    assert all((parent != UNKNOWN).all() for parent in grid.parent.values())
    assert grid.members("district") == ("410151", "410152")
    assert len(grid.members("duty_grid")) == 7
    assert grid.parents_of(0)["district"] == ("410151", "东石区")
    assert grid.parents_of(0)["street"][1] == "河沿街道"
    assert "（生成）" in grid.parents_of(0)["community"][1]
    assert (grid.origin.kind, grid.origin.schematic) == ("generated", True)


def test_streets_are_those_given_and_the_first_is_the_innermost() -> None:
    grid = town()
    plane = Plane(114)
    seat = plane.metres(np.array([[EAST.lon, EAST.lat]]))[0]
    streets = grid.levels["street"]
    assert set(streets.codes) == {"410151001", "410151002", "410152001"}
    away = [
        np.hypot(
            *(plane.metres(grid.centres[grid.parent["street"] == streets.index[code]]) - seat).T
        ).mean()
        for code in ("410151001", "410151002")
    ]
    assert away[0] < away[1]


def test_the_same_plan_gives_the_same_version() -> None:
    assert generate(PLAN).version == town().version
    assert generate(replace(PLAN, duty_grids=8)).version != town().version


def test_given_outlines_are_followed() -> None:
    frame = shapely.union_all(squares(14, 6))
    plan = Plan("qingshi", (EAST,), outlines=np.array([frame], object))
    grid = generate(plan)
    assert not grid.origin.schematic
    assert grid.area_m2.sum() == pytest.approx(14 * 6 * 10_000, rel=1e-4)
    assert shapely.covers(shapely.buffer(frame, 1e-7), grid.shapes).all()


def test_drawn_outlines_are_roughened_and_sized() -> None:
    frame = shapely.box(114.0, 34.69, 114.03, 34.71)
    plan = Plan("qingshi", (EAST,), 7e6, outlines=np.array([frame], object), drawn=True)
    grid = generate(plan)
    assert grid.origin.schematic and grid.area_m2.sum() == pytest.approx(7e6, rel=1e-4)


def test_a_town_that_is_its_own_district_is_its_own_street() -> None:
    town_only = PlannedDistrict("441403131", "南口镇", 116.02, 24.27)
    grid = generate(Plan("meixian", (town_only,), area_m2=2e6, duty_grids=3))
    assert grid.members("street") == ("441403131",) == grid.members("district")
    assert len(grid.members("duty_grid")) == 3


def test_cells_of_two_zones_differ() -> None:
    west = generate(replace(PLAN, meridian=111))
    assert west.version != town().version
    assert west.area_m2.sum() == pytest.approx(8e6, rel=5e-3)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (replace(PLAN, area_m2=None), "area_km2"),
        (replace(PLAN, districts=(EAST, replace(WEST, lon=None, lat=None))), "西石区 没有中心坐标"),
        (replace(PLAN, districts=(replace(EAST, code="Q2", streets=()),)), "区编码 Q2"),
    ],
)
def test_what_is_missing_is_named(plan: Plan, said: str) -> None:
    with pytest.raises(GridError, match=said):
        generate(plan)
