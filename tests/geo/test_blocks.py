"""Blocks: nothing lost, balanced, compact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.blocks import shares, split, weights


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=30), st.integers(1, 2_000))
def test_shares_add_up_and_nobody_goes_without(sizes: list[int], total: int) -> None:
    if not sum(sizes):
        return
    given_out = shares(np.array(sizes), total)
    assert given_out.sum() == total
    assert given_out.min() >= (1 if total >= len(sizes) else 0)


def test_shares_follow_sizes() -> None:
    assert shares(np.array([600, 300, 100]), 13).tolist() == [7, 4, 2]
    assert shares(np.array([5, 9, 1]), 2).tolist() == [1, 1, 0]


@given(st.integers(1, 400), st.integers(1, 40), st.integers(0, 999))
def test_every_part_has_cells_and_they_are_balanced(count: int, parts: int, seed: int) -> None:
    points = np.random.default_rng(seed).uniform(0, 1e4, (count, 2))
    sizes = np.bincount(split(points, np.ones(count), parts), minlength=parts)
    assert (sizes > 0).sum() == min(count, parts)
    if count >= parts:
        assert sizes.max() <= np.ceil(count / parts) + np.ceil(np.log2(parts) if parts > 1 else 0)


def test_parts_are_cut_across_the_longer_side() -> None:
    row, column = np.divmod(np.arange(80), 20)
    points = np.column_stack((column, row)).astype(float)
    label = split(points, np.ones(80), 4)
    assert [len(set(column[label == part].tolist())) for part in range(4)] == [5, 5, 5, 5]


def test_near_the_middle_parts_are_smaller() -> None:
    points = np.column_stack((np.linspace(0, 20_000, 2_000), np.zeros(2_000)))
    weight = weights(points, np.array([0.0, 0.0]))
    assert weight[0] == 1.0 and weights(np.array([[4_000.0, 0.0]]), np.zeros(2)) == pytest.approx(
        0.5
    )
    sizes = np.bincount(split(points, weight, 4))
    assert sizes[0] < sizes[-1] / 3
