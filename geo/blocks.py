"""Blocks 片区: cells cut into compact parts of equal weight, as streets and communities are.

By cutting in two again and again across the longer side. The weight of a cell falls with its
distance from the middle of its district, so that parts are small in the old town and large outside.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from geo.projection import Floats
from geo.raster import Ints

MIDDLE_M: Final = 4_000.0
"""How far from the middle a cell weighs half."""


def weights(points: Floats, middle: Floats) -> Floats:
    """The weight of cells at `points` ((n, 2), metres) of a district with this middle."""
    distance = np.hypot(*(points - middle).T)
    out: Floats = 1 / (1 + (distance / MIDDLE_M) ** 2)
    return out


def shares(sizes: Ints, total: int) -> Ints:
    """`total` things given out in proportion to `sizes`, at least one each (largest remainders).

    With fewer things than sizes some get none.
    """
    if total <= len(sizes):
        out: Ints = np.zeros(len(sizes), np.int64)
        out[np.argsort(-sizes, kind="stable")[:total]] = 1
        return out
    exact = sizes / sizes.sum() * (total - len(sizes))
    out = np.floor(exact).astype(np.int64)
    rest = total - len(sizes) - int(out.sum())
    out[np.argsort(out - exact, kind="stable")[:rest]] += 1
    out += 1
    return out


def split(points: Floats, weight: Floats, parts: int) -> Ints:
    """The part 0 … parts − 1 of each cell; every part has cells if there are as many."""
    labels = np.zeros(len(points), np.int64)
    todo = [(np.arange(len(points)), 0, min(parts, len(points)))]
    while todo:
        cells, first, count = todo.pop()
        labels[cells] = first
        if count < 2:
            continue
        half = count // 2
        spread = np.ptp(points[cells], axis=0)
        axis = 0 if spread[0] >= spread[1] else 1
        order = cells[np.lexsort((points[cells, 1 - axis], points[cells, axis]))]
        grown = np.cumsum(weight[order])
        cut = int(np.searchsorted(grown, grown[-1] * half / count * (1 - 1e-12))) + 1
        cut = min(max(cut, half), len(order) - (count - half))
        todo += [(order[:cut], first, half), (order[cut:], first + half, count - half)]
    return labels
