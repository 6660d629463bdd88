"""A recount in bounded memory 重算: contributions as 64-bit numbers, sorted and counted by numpy.

A year of half a million cases makes some nine million contributions; as Python tuples they would
take gigabytes, packed they take eight bytes each.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dashboard.cases import Row
from dashboard.tally import Delta, Key, Rules, add

_FLUSH = 4_000_000
Numbers = NDArray[np.int64]


class Codes:
    """Numbers for members and patterns as they turn up; a key becomes one non-negative int64."""

    def __init__(self) -> None:
        self._member: dict[str, int] = {}
        self._mask: dict[int, int] = {}
        self._members: list[str] = []
        self._masks: list[int] = []

    def pack(self, key: Key) -> int:
        """(dim 5 bits, day 20, member 24, mask 14)."""
        dim, day, member, mask = key
        m = self._member.get(member)
        if m is None:
            m = self._member[member] = len(self._members)
            self._members.append(member)
        p = self._mask.get(mask)
        if p is None:
            p = self._mask[mask] = len(self._masks)
            self._masks.append(mask)
        return (((dim << 20 | day) << 24) | m) << 14 | p

    def unpack(self, number: int) -> Key:
        """The key of a packed number."""
        return (
            number >> 58,
            (number >> 38) & 0xFFFFF,
            self._members[(number >> 14) & 0xFFFFFF],
            self._masks[number & 0x3FFF],
        )


class Recount:
    """The tally of the records given to `add`, over the city days first ≤ day < end."""

    def __init__(self, rules: Rules, codes: Codes, first_day: int, end_day: int) -> None:
        self._rules, self._codes = rules, codes
        self._first, self._end = first_day, end_day
        self._packed = array("q")
        self._numbers: Numbers = np.empty(0, np.int64)
        self._counts: Numbers = np.empty(0, np.int64)

    def add(self, row: Row) -> None:
        """Count one record."""
        delta: Delta = {}
        add(delta, row, 1, self._rules)
        for key in delta:
            if self._first <= key[1] < self._end:
                self._packed.append(self._codes.pack(key))
        if len(self._packed) > _FLUSH:
            self._merge()

    def _merge(self) -> None:
        fresh, n = np.unique(np.frombuffer(self._packed, np.int64), return_counts=True)
        self._numbers, where = np.unique(
            np.concatenate([self._numbers, fresh]), return_inverse=True
        )
        total = np.zeros(len(self._numbers), np.int64)
        np.add.at(total, where, np.concatenate([self._counts, n]))
        self._counts = total
        self._packed = array("q")

    def result(self) -> tuple[Numbers, Numbers]:
        """Packed keys, ascending, and how often each was contributed."""
        self._merge()
        return self._numbers, self._counts

    def items(self) -> Iterator[tuple[Key, int]]:
        """(key, n) of every tally row there should be."""
        numbers, counts = self.result()
        for number, n in zip(numbers.tolist(), counts.tolist(), strict=True):
            yield self._codes.unpack(number), n
