"""Schematic outlines: around their centres, borders shared, of the right size, always the same."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.grid import GridError
from geo.outline import roughen, schematic_outlines

CENTRES = np.array([[0.0, 0.0], [9_000.0, 2_000.0], [3_000.0, -7_000.0], [40_000.0, 0.0]])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8))
@example(972, 4)  # a long border between two near centres: crooked, it left one of them outside
def test_districts_lie_around_their_centres_and_do_not_overlap(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 30_000, (count, 2))
    if (
        count > 1
        and shapely.STRtree(shapely.points(centres))
        .query(shapely.points(centres), predicate="dwithin", distance=2_000)
        .shape[1]
        > count
    ):
        return  # so near to each other that a refusal is right
    drawn = schematic_outlines(centres, rng.uniform(0.6, 1.2, count), 5e8)
    assert shapely.is_valid(drawn).all() and shapely.coverage_is_valid(drawn)
    assert shapely.area(drawn).sum() == pytest.approx(5e8, rel=1e-6)
    assert shapely.contains_xy(shapely.buffer(drawn, 500), *centres.T).all()


def test_the_same_input_gives_the_same_drawing() -> None:
    one, other = (schematic_outlines(CENTRES, [1, 1, 1, 0.5], 4e8) for _ in range(2))
    assert shapely.equals_exact(one, other).all()
    assert shapely.area(one[3]) < shapely.area(one[0])


def test_a_border_is_equally_crooked_from_both_sides() -> None:
    halves = np.array([shapely.box(0, 0, 5e3, 8e3), shapely.box(5e3, 0, 9e3, 8e3)], object)
    drawn = roughen(halves)
    border = shapely.intersection(*drawn)
    assert shapely.length(border) > 8_050
    assert shapely.area(border) == 0
    assert shapely.get_num_coordinates(drawn).min() > 50


def test_enlarging_keeps_borders_shared() -> None:
    halves = np.array([shapely.box(0, 0, 5e3, 8e3), shapely.box(5e3, 0, 9e3, 8e3)], object)
    drawn = roughen(halves, 1e8)
    assert shapely.coverage_is_valid(drawn) and shapely.area(drawn).sum() == pytest.approx(1e8)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(GridError, match="相同"):
        schematic_outlines(CENTRES[[0, 0]], [1, 1], 1e8)
    crossing = np.array([shapely.box(0, 0, 2e3, 2e3), shapely.box(1e3, 0, 3e3, 2e3)], object)
    with pytest.raises(GridError, match="相互交叉"):
        roughen(crossing)
