"""对账: recount the tally from the records and compare, in bounded memory.

Each contribution is one 64-bit number (dimension, day, member, pattern); a year of half a million
cases is some nine million of them, sorted and counted by numpy.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.cases import Row, derive
from dashboard.counters import names
from dashboard.ledger import Ledger
from dashboard.ledger.reading import records, tally_rows
from dashboard.tally import DIM, DIM_NAMES, Delta, add

_FLUSH = 4_000_000
Numbers = NDArray[np.int64]


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


class _Codes:
    """Numbers for members and patterns as they turn up."""

    def __init__(self) -> None:
        self.member: dict[str, int] = {}
        self.mask: dict[int, int] = {}

    def pack(self, dim: int, day: int, member: str, mask: int) -> int:
        m = self.member.setdefault(member, len(self.member))
        p = self.mask.setdefault(mask, len(self.mask))
        return (((dim << 20 | day) << 24) | m) << 14 | p


def reconcile(
    ledger: Ledger, first_day: int, end_day: int, progress: Callable[[int], None] = lambda n: None
) -> Reconciled:
    """Compare stored tally and recount over the city days first ≤ day < end, every dimension."""
    codes = _Codes()
    count = 0
    packed = array("q")
    counts = np.empty(0, np.int64)
    numbers = np.empty(0, np.int64)
    for _, row in records(ledger):
        _contributions(ledger, row, codes, first_day, end_day, packed)
        count += 1
        if count % 1_000 == 0:
            progress(1_000)
        if len(packed) > _FLUSH:
            numbers, counts = _merge(numbers, counts, packed)
            packed = array("q")
    numbers, counts = _merge(numbers, counts, packed)
    stored_numbers, stored_counts = array("q"), array("q")
    for dim, day, member, mask, n in tally_rows(ledger, list(DIM), first_day, end_day):
        if n:
            stored_numbers.append(codes.pack(dim, day, member, mask))
            stored_counts.append(n)
    differences = _compare(
        codes,
        (numbers, counts),
        (np.frombuffer(stored_numbers, np.int64), np.frombuffer(stored_counts, np.int64)),
    )
    return Reconciled(count, len(stored_numbers), differences)


def _contributions(
    ledger: Ledger, row: Row, codes: _Codes, first_day: int, end_day: int, out: array[int]
) -> None:
    derive(row, ledger.rules.due_at)
    delta: Delta = {}
    add(delta, row, 1, ledger.rules)
    for dim, day, member, mask in delta:
        if first_day <= day < end_day:
            out.append(codes.pack(dim, day, member, mask))


def _merge(numbers: Numbers, counts: Numbers, packed: array[int]) -> tuple[Numbers, Numbers]:
    fresh, n = np.unique(np.frombuffer(packed, np.int64), return_counts=True)
    merged, where = np.unique(np.concatenate([numbers, fresh]), return_inverse=True)
    total = np.zeros(len(merged), np.int64)
    np.add.at(total, where, np.concatenate([counts, n]))
    return merged, total


def _compare(
    codes: _Codes, recounted: tuple[Numbers, Numbers], stored: tuple[Numbers, Numbers]
) -> list[Difference]:
    every = np.union1d(recounted[0], stored[0])
    sides = []
    for numbers, counts in (recounted, stored):
        side = np.zeros(len(every), np.int64)
        np.add.at(side, np.searchsorted(every, numbers), counts)
        sides.append(side)
    members = list(codes.member)
    masks = list(codes.mask)
    return [
        Difference(
            DIM_NAMES[number >> 58],
            (number >> 38) & 0xFFFFF,
            members[(number >> 14) & 0xFFFFFF],
            " ".join(names(masks[number & 0x3FFF])),
            int(sides[1][i]),
            int(sides[0][i]),
        )
        for i in np.nonzero(sides[0] != sides[1])[0]
        for number in (int(every[i]),)
    ]
