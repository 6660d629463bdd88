"""Cutting a table into pages: nothing too full, groups kept together where that can be."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.exports.paging import crossings, page_starts
from dashboard.evaluation.exports.table import Cell, Row


def grouped(*sizes: int) -> list[Row]:
    rows: list[Row] = []
    for size in sizes:
        rows += [(Cell(rows=size) if n == 0 else None, Cell()) for n in range(size)]
    return rows


def test_a_cut_above_the_inside_of_a_group_is_a_crossing() -> None:
    assert crossings(grouped(1, 3, 2)) == [0, 0, 1, 1, 0, 1]


def test_a_group_that_would_be_cut_begins_the_next_page() -> None:
    assert page_starts(grouped(7, 5, 4), [1.0] * 16, 10, 10) == [7]


def test_a_group_larger_than_a_page_is_cut_where_the_page_is_full() -> None:
    assert page_starts(grouped(25), [1.0] * 25, 10, 10) == [10, 20]


def test_a_last_page_of_one_row_gets_more() -> None:
    assert page_starts(grouped(*[1] * 11), [1.0] * 11, 10, 10) == [9]


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=20),
    st.floats(10, 60),
    st.floats(10, 60),
    st.data(),
)
def test_no_page_is_too_full_and_no_row_is_lost(
    sizes: list[int], first: float, others: float, data: st.DataObject
) -> None:
    rows = grouped(*sizes)
    heights = data.draw(st.lists(st.floats(1, 10), min_size=len(rows), max_size=len(rows)))
    starts = page_starts(rows, heights, first, others)
    ends = [0, *starts, len(rows)]
    assert ends == sorted(set(ends))
    for number, (begin, end) in enumerate(pairwise(ends)):
        room = others if number else first
        assert end - begin == 1 or sum(heights[begin:end]) <= room + 1e-6
