"""对账: recount the tally from the records and compare with the stored one, row by row."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from dashboard.callreconcile import reconcile_calls
from dashboard.counters import names
from dashboard.ledger import Ledger
from dashboard.ledger.reading import records, tally_rows
from dashboard.platformreconcile import reconcile_platform
from dashboard.recounting import Codes, Numbers, Recount
from dashboard.tally import DIM, DIM_NAMES

PAGE = 1_000


@dataclass(frozen=True)
class Difference:
    """One place where the stored tally 台账 and the recount 重算 disagree."""

    dimension: str
    day: int
    member: str
    counters: str
    stored: int
    recounted: int


@dataclass(frozen=True)
class Reconciled:
    """The outcome: how many records were recounted and every difference found."""

    records: int
    rows: int
    differences: list[Difference]


def reconcile(
    ledger: Ledger, first_day: int, end_day: int, progress: Callable[[int], None] = lambda n: None
) -> Reconciled:
    """Compare stored tally and recount over the city days first ≤ day < end, every dimension.

    Deadlines and places are derived anew from each record's own fields: a stored one that no
    longer follows from the city profile and the grid shows up as a difference.
    """
    codes = Codes()
    recounted = Recount(ledger.rules, codes, first_day, end_day)
    count = 0
    every = records(ledger)
    while page := [row for _, row in islice(every, PAGE)]:
        ledger.rules.derive(page)
        for row in page:
            recounted.add(row)
        count += len(page)
        progress(len(page))
    numbers, counts = array("q"), array("q")
    for dim, day, member, mask, n in tally_rows(ledger, list(DIM), first_day, end_day):
        if n:
            numbers.append(codes.pack((dim, day, member, mask)))
            counts.append(n)
    stored = (np.frombuffer(numbers, np.int64), np.frombuffer(counts, np.int64))
    differences = _compare(codes, recounted.result(), stored)
    calls, rows, found = reconcile_calls(ledger, first_day, end_day, progress)
    differences += [Difference(*one) for one in found]
    spans, moved = reconcile_platform(ledger, progress)
    differences += [Difference(*one) for one in moved]
    return Reconciled(count + calls, len(numbers) + rows + spans, differences)


def _compare(
    codes: Codes, recounted: tuple[Numbers, Numbers], stored: tuple[Numbers, Numbers]
) -> list[Difference]:
    every = np.union1d(recounted[0], stored[0])
    sides = []
    for numbers, counts in (stored, recounted):
        side = np.zeros(len(every), np.int64)
        np.add.at(side, np.searchsorted(every, numbers), counts)
        sides.append(side)
    out: list[Difference] = []
    for i in np.nonzero(sides[0] != sides[1])[0].tolist():
        dim, day, member, mask = codes.unpack(int(every[i]))
        out.append(
            Difference(
                DIM_NAMES[dim],
                day,
                member,
                " ".join(names(mask)),
                int(sides[0][i]),
                int(sides[1][i]),
            )
        )
    return out
