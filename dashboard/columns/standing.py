"""The backlog 在办 of a choice of cases at a moment: by stage and age, the twin of `backlog`."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.columns.counting import Moment
from dashboard.columns.shape import Flags
from dashboard.columns.table import CHECKED_AFTER, CaseTable

STAGES: Final = (1, 2, 3, 4, 5, 6, 8)
"""Open stages in the order of the work, as `cases.STAGES` numbers them."""
AGES: Final = (1, 3, 7, 30)
"""Bounds of 压了多久, days of 24 hours."""
DAY_MS: Final = 86_400_000


def standing(table: CaseTable, chosen: Flags, as_of: int) -> dict[int, list[int]]:
    """Stage → how many are there, by how long since the report, the youngest first."""
    stage = stages(table, as_of)
    older = [_since_by(table, as_of, as_of - days * DAY_MS) for days in AGES]
    age = sum((one.astype(np.int64) for one in older), np.zeros(table.n, np.int64))
    width = len(AGES) + 1
    found: dict[int, list[int]] = {}
    for number in STAGES:
        where = (stage == number) & chosen
        found[number] = np.bincount(age[where], minlength=width).tolist()
    return found


def stages(table: CaseTable, as_of: int) -> NDArray[np.int8]:
    """Where each case stood at a moment, 0 where it was not there yet; see `cases.stage`."""
    at = Moment(table, as_of)
    stage = np.zeros(table.n, np.int8)
    for number, name in ((1, "reported"), (2, "accepted"), (3, "filed"), (4, "dispatched")):
        stage[at.happened(name)] = number
    disposed = at.happened("disposed")
    stage[disposed] = 5
    checked = at.happened("checked") & ((table["edges"] & CHECKED_AFTER) != 0)
    stage[disposed & checked] = 6
    stage[at.suspended()] = 8
    for number, name in ((10, "rejected"), (11, "refused"), (7, "closed"), (9, "cancelled")):
        stage[at.happened(name)] = number
    began = at.happened("reported") | at.happened("accepted") | at.happened("filed")
    stage[~(began | at.happened("dispatched"))] = 0
    return stage


def _since_by(table: CaseTable, as_of: int, bound: int) -> Flags:
    """Open since `bound` or before: since the report, without one since whatever came first."""
    moment, edge = Moment(table, as_of), Moment(table, bound)
    has_report = moment.happened("reported")
    first = edge.happened("reported")
    for name in ("accepted", "filed", "dispatched"):
        first = first | (edge.happened(name) & ~has_report)
    return first


def places(table: CaseTable, chosen: Flags, as_of: int) -> NDArray[Any]:
    """The open cases of a choice."""
    found: NDArray[Any] = np.flatnonzero(np.isin(stages(table, as_of), STAGES) & chosen)
    return found
