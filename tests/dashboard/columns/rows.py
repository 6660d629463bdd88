"""Cases as records, made at random in every combination of fields, and the same as a chunk."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from dashboard import cases as c
from dashboard.cases import COLUMNS, Row
from dashboard.columns.shape import NUMBERS, TIMES
from dashboard.columns.table import DIMENSIONS, Chunk
from tests.town import DAY, MONDAY

PLACE = {name: i for i, name in enumerate(COLUMNS)}
CODES: dict[str, list[str | None]] = {
    "district": [None, "101", "102"],
    "department": [None, "D1", "D2"],
    "category": [None, "E0102", "E0201", "B0101"],
    "channel": ["collector", "self_handled", "hotline_12319", None],
}
instants = st.none() | st.builds(
    lambda day, piece, ms: MONDAY + day * DAY + piece * (DAY // 4) + ms,
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([0, 0, 1, 999]),
)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """A record as the ledger keeps it: anything may be missing, in any order of time."""
    row: Row = c.blank()[1]
    for name in TIMES:
        row[PLACE[name]] = draw(instants)
    row[c.REWORK_COUNT] = draw(st.sampled_from([None, 0, 2]))
    row[c.RETURN_COUNT] = draw(st.sampled_from([None, 0, 1]))
    row[c.SATISFACTION] = draw(st.sampled_from([None, 1, 4, 5]))
    row[c.SELF_HANDLED] = draw(st.sampled_from([None, 0, 0, 1]))
    for name, codes in CODES.items():
        row[PLACE[name]] = draw(st.sampled_from(codes))
    row[c.STAGE] = c.stage(row)
    return row


towns = st.lists(rows(), min_size=1, max_size=25)


def chunk(records: list[Row], first: int = 0) -> Chunk:
    """The records as cases C000, C001 …"""
    ids = [f"C{first + i:03d}" for i in range(len(records))]
    values: list[list[Any]] = [
        [row[PLACE[name]] or 0 for row in records] for name in (*TIMES, *NUMBERS)
    ]
    ints = np.array(values, np.int64).reshape(len(values), len(records))
    return Chunk(ids, ints, [[row[PLACE[name]] for row in records] for name in DIMENSIONS])
