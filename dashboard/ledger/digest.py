"""A fingerprint of everything a ledger counts 指纹: equal digests mean equal figures.

Independent of the order, batching and repetition in which events came, and of the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from dashboard.counters import mask_of, names
from dashboard.ledger import schema
from dashboard.ledger.dialect import state_of
from dashboard.ledger.store import Ledger


class Fingerprint:
    """Adds up what is hashed line by line, so that rows may come in any order and in parts."""

    def __init__(self) -> None:
        self._total = 0
        self._text: dict[int, list[str]] = {}

    def pattern(self, number: int, counters: str) -> None:
        """A row of `patterns`; all of them come before the tally."""
        self._text[number] = sorted(names(mask_of(counters)))

    def case(self, row: Sequence[Any]) -> None:
        """A row of `cases`."""
        self._add([row[0], *state_of(row[1:])])

    def tally(self, dim: int, day: int, member: str, pattern: int, n: int) -> None:
        """A row of `tally`."""
        if n:
            self._add([dim, day, member, self._text[pattern], n])

    def __str__(self) -> str:
        return f"{self._total % 2**256:064x}"

    def _add(self, values: list[object]) -> None:
        hashed = hashlib.sha256(msgspec.msgpack.encode(values)).digest()
        self._total += int.from_bytes(hashed, "big")


def digest(ledger: Ledger) -> str:
    """SHA-256 over records with their revisions and over the tally, each line hashed and added."""
    made = Fingerprint()
    with ledger.engine.connect().execution_options(yield_per=5_000) as connection:
        for number, counters in connection.execute(select(schema.patterns)):
            made.pattern(number, counters)
        for found in connection.execute(select(schema.cases)):
            made.case(found)
        for dim, day, member, pattern, n in connection.execute(select(schema.tally)):
            made.tally(dim, day, member, pattern, n)
    return str(made)
