"""Cells over districts: all covered, nothing twice, no crumbs."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.lattice import SMALLEST, lattice
from geo.outline import schematic_outlines


def test_a_district_on_the_lattice_is_whole_cells() -> None:
    cells = lattice(np.array([shapely.box(1_000, 2_000, 1_500, 2_300)], object), 100.0)
    assert len(cells.shapes) == 15
    assert shapely.area(cells.shapes) == pytest.approx(10_000)
    first = np.lexsort((cells.column, cells.row))[0]
    assert shapely.bounds(cells.shapes[first]).tolist() == [1_000, 2_200, 1_100, 2_300]


def test_a_strip_too_thin_for_a_cell_goes_to_its_neighbour() -> None:
    cells = lattice(np.array([shapely.box(0, 0, 230, 100)], object), 100.0)
    assert sorted(shapely.area(cells.shapes).round().tolist()) == [10_000, 13_000]


def test_a_district_smaller_than_a_cell_keeps_it() -> None:
    cells = lattice(np.array([shapely.box(10, 10, 40, 40)], object), 100.0)
    assert shapely.area(cells.shapes).tolist() == pytest.approx([900])


def test_a_cell_never_crosses_a_border() -> None:
    halves = np.array([shapely.box(0, 0, 450, 400), shapely.box(450, 0, 900, 400)], object)
    cells = lattice(halves, 100.0)
    for number in (0, 1):
        own = cells.shapes[cells.district == number]
        assert shapely.covers(halves[number], own).all()
    assert len(cells.shapes) == 40


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5))
def test_cells_cover_their_districts_exactly(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    centres = np.arange(count)[:, None] * (2_500, 900) + rng.uniform(0, 1_000, (count, 2))
    outlines = schematic_outlines(centres, np.ones(count), 2e6 * count)
    cells = lattice(outlines, 100.0)
    for number in range(count):
        own = cells.shapes[cells.district == number]
        assert shapely.area(own).sum() == pytest.approx(shapely.area(outlines[number]), rel=1e-6)
        assert shapely.covers(shapely.buffer(outlines[number], 0.01), own).all()
    assert shapely.is_valid(cells.shapes).all()
    assert (shapely.get_type_id(cells.shapes) == 3).all()
    assert shapely.area(cells.shapes).min() >= SMALLEST * 10_000
