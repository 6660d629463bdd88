"""The grid: order, levels, version."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.grid import UNKNOWN, GridError, Origin, Outlines, build_grid
from geo.projection import Plane
from tests.geo.qingshi import block, codes, squares


def test_cells_stand_in_the_order_of_their_codes() -> None:
    grid = block()
    assert len(grid) == 12
    assert grid.codes.tolist() == codes(12)
    assert grid.index["410151001001005"] == 4
    assert grid.area_m2 == pytest.approx(10_000, rel=1e-4)
    assert shapely.contains_xy(grid.shapes, *grid.centres.T).all()


def test_each_cell_knows_its_parents_at_every_level() -> None:
    grid = block()
    assert grid.members("duty_grid") == ("E", "W")
    assert grid.parent["duty_grid"].tolist() == [1, 1, 0, 0] * 3
    assert grid.parents_of(0) == {
        "district": ("410151", "东石区"),
        "street": ("410151001", "410151001"),
        "community": ("410151001001", "410151001001"),
        "duty_grid": ("W", "西片"),
    }
    assert grid.members("unit_cell")[0] == "410151001001001"


def test_outlines_of_the_levels_are_the_union_of_their_cells() -> None:
    grid = block()
    plane = Plane(114)
    outlines = grid.levels["duty_grid"].outlines
    assert shapely.area(plane.project(outlines)) == pytest.approx(60_000, rel=1e-4)
    assert shapely.get_num_interior_rings(outlines).tolist() == [0, 0]
    assert not grid.levels["duty_grid"].given


def test_given_outlines_win_and_may_have_no_cells() -> None:
    frame = shapely.box(113.9, 34.6, 114.1, 34.8)
    given = Outlines(["410151", "410152"], ["东石区", "西石区"], np.array([frame, frame], object))
    origin, of = Origin("imported", "x"), {"district": ["410151", ""]}
    grid = build_grid("qingshi", origin, codes(2), squares(2, 1), of, {}, {"district": given})
    level = grid.levels["district"]
    assert (level.codes, level.names, level.given) == (
        ("410151", "410152"),
        ("东石区", "西石区"),
        True,
    )
    assert level.outlines[1].equals(frame)
    assert grid.parent["district"].tolist() == [0, UNKNOWN]
    assert grid.parents_of(1) == {}


def test_the_version_follows_the_content_and_nothing_else() -> None:
    grid = block()
    assert grid.version == block().version and len(grid.version) == 16
    order = np.array([3, 1, 0, 2])
    some = squares(2, 2)
    again = {
        build_grid("q", Origin("imported", source), np.array(codes(4))[o], some[o], {}, {}).version
        for o, source in ((np.arange(4), "a.shp"), (order, "b.gpkg"))
    }
    assert len(again) == 1
    others = [
        build_grid("q", Origin("imported", "a"), codes(4), squares(2, 2, 99.0), {}, {}),
        build_grid("r", Origin("imported", "a"), codes(4), some, {}, {}),
        build_grid("q", Origin("generated", "a"), codes(4), some, {}, {}),
        build_grid("q", Origin("imported", "a"), codes(4), some, {"duty_grid": ["A"] * 4}, {}),
        build_grid("q", Origin("imported", "a"), codes(5)[1:], some, {}, {}),
    ]
    assert len(again | {one.version for one in others}) == 6


def test_a_ring_of_a_cell_starts_anywhere() -> None:
    ring = list(squares(1, 1)[0].exterior.coords)[:-1]
    turned = np.array([shapely.Polygon(ring[k:] + ring[:k]) for k in range(4)], object)
    made = {
        build_grid("q", Origin("imported", "a"), codes(1), turned[k : k + 1], {}, {}).version
        for k in range(4)
    }
    assert len(made) == 1


def test_what_is_no_grid_is_refused() -> None:
    origin = Origin("imported", "x")
    with pytest.raises(GridError, match="没有单元网格"):
        build_grid("q", origin, [], np.array([], object), {}, {})
    with pytest.raises(GridError, match="编码重复 1 个，如 410151001001001"):
        build_grid("q", origin, codes(1) * 2, squares(2, 1), {}, {})
    with pytest.raises(GridError, match="1 个编码，2 个图形"):
        build_grid("q", origin, codes(1), squares(2, 1), {}, {})


def test_a_bent_cell_has_its_centre_inside() -> None:
    bent = shapely.Polygon([(0, 0), (9, 0), (9, 1), (1, 1), (1, 9), (0, 9)])
    grid = build_grid("q", Origin("imported", "x"), codes(1), np.array([bent], object), {}, {})
    assert shapely.contains_xy(bent, *grid.centres[0])
