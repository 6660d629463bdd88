"""What the built-in profiles say of their ground, and grids of all four cities."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from dashboard.city import BUILT_IN, load_profile
from dashboard.citygrid import known_of, plan_of
from geo.generate import generate
from geo.projection import Plane


def test_the_cities_counties_are_those_of_their_codes() -> None:
    assert known_of(load_profile("meixian")).counties == {"441403"}
    zhengzhou = known_of(load_profile("zhengzhou"))
    assert {"410105", "410171", "410122"} <= zhengzhou.counties
    assert zhengzhou.streets["410105014"] == ("龙子湖街道", "410190")


def test_zhengzhou_is_drawn_and_every_district_lies_around_its_seat() -> None:
    profile = load_profile("zhengzhou")
    plan = plan_of(profile)
    assert plan.drawn and plan.outlines is not None
    seats = np.array([(area.lon, area.lat) for area in profile.districts])
    assert shapely.contains_xy(plan.outlines, *seats.T).all()
    metres = Plane(114).project(plan.outlines)
    assert shapely.coverage_is_valid(metres)
    assert shapely.area(metres).sum() == pytest.approx(1394e6, rel=1e-3)


def test_surveyed_outlines_win_when_they_are_complete() -> None:
    profile = load_profile("zhengzhou")
    square = shapely.box(113.6, 34.7, 113.7, 34.8)
    some = {profile.districts[0].code: square}
    assert plan_of(profile, some).drawn
    every = {area.code: square for area in profile.districts}
    assert not plan_of(profile, every).drawn and plan_of(profile, every).outlines is not None


@pytest.mark.parametrize("name", [name for name in BUILT_IN if name != "zhengzhou"])
def test_each_city_gets_its_grid(name: str) -> None:
    profile = load_profile(name)
    grid = generate(plan_of(profile))
    expected = profile.facts.get("unit_cells") or grid.area_m2.sum() / 1e4
    assert len(grid) == pytest.approx(expected, rel=0.02)
    assert grid.members("district") == tuple(sorted(area.code for area in profile.districts))
    if "duty_grids" in profile.facts:
        assert len(grid.members("duty_grid")) == profile.facts["duty_grids"]
    assert {street.code for street in profile.streets} <= set(grid.members("street"))


def test_zhengzhou_in_full() -> None:
    """139,400 cells of a hectare, 1,193 duty grids; in seconds."""
    grid = generate(plan_of(load_profile("zhengzhou")))
    assert len(grid) == pytest.approx(139_400, rel=0.005)
    assert len(grid.members("duty_grid")) == 1_193
    assert grid.area_m2.sum() == pytest.approx(1394e6, rel=1e-3)
    assert all((parent >= 0).all() for parent in grid.parent.values())
