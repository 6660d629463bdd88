"""Cells of a real grid for the simulated city 模拟落格: where cases turn up, and how often.

A few thousand of the grid's cells, thick around centres of activity and in districts with much
weight. The same grid and profile always give the same cells.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.profile import Profile
from geo.grid import Grid

CELLS: Final = 30_000
CENTRES: Final = 7
"""Centres of activity in a district."""
REACH_KM: Final = (0.5, 2.0)
QUIET: Final = 0.02
"""What lies far from every centre, as a share of a centre."""
SCATTER: Final = 0.6
"""How much neighbouring cells differ (sigma of a lognormal)."""
KM_A_DEGREE: Final = 111.32

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GridCells:
    """`cells`: fields an event in the cell carries; `weights`: how often, relative to others."""

    cells: Sequence[dict[str, Any]]
    weights: Floats


def cells_of(grid: Grid, profile: Profile) -> GridCells:
    """The cells the simulated city happens in."""
    rng = np.random.default_rng(zlib.crc32(f"{profile.id}{grid.version}".encode()))
    weight = _weights(grid, profile, rng)
    count = min(CELLS, len(grid), int(np.count_nonzero(weight)))
    drawn = np.sort(rng.choice(len(grid), count, replace=False, p=weight / weight.sum()))
    return GridCells([_cell(grid, profile, i) for i in drawn.tolist()], weight[drawn])


def _weights(grid: Grid, profile: Profile, rng: np.random.Generator) -> Floats:
    areas = {area.code: area for area in profile.districts}
    district = grid.parent["district"]
    km = grid.centres * KM_A_DEGREE
    km[:, 0] *= np.cos(np.radians(grid.centres[:, 1].mean()))
    out = np.zeros(len(grid))
    for number, code in enumerate(grid.levels["district"].codes):
        own = np.nonzero(district == number)[0]
        if not len(own):
            continue
        middle = np.median(km[own], axis=0)
        distance = np.hypot(*(km[own] - middle).T)
        near = np.exp(-distance / max(1.0, float(np.median(distance))))
        centres = km[rng.choice(own, min(CENTRES, len(own)), replace=False, p=near / near.sum())]
        busy = np.full(len(own), QUIET)
        for centre in centres:
            reach = rng.uniform(*REACH_KM)
            busy += rng.uniform(0.3, 1.0) * np.exp(
                -(np.hypot(*(km[own] - centre).T) ** 2) / (2 * reach**2)
            )
        busy *= rng.lognormal(0.0, SCATTER, len(own))
        share = areas[code].weight if code in areas else 1.0
        out[own] = share * busy / busy.sum()
    return out


def _cell(grid: Grid, profile: Profile, i: int) -> dict[str, Any]:
    lon, lat = grid.centres[i].tolist()
    upper = grid.parents_of(i)
    cell: dict[str, Any] = {level: code for level, (code, _) in upper.items()}
    cell["unit_cell"] = str(grid.codes[i])
    street = upper.get("street", ("", ""))[1]
    roads = profile.simulation.roads
    road = roads[(i // 7) % len(roads)] if roads else ""
    cell["place"] = f"{street}{road}"[:40] or str(grid.codes[i])
    return cell | {"lon": round(lon, 6), "lat": round(lat, 6)}
