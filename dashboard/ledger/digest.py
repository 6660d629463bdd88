"""A fingerprint of everything a ledger counts 指纹: equal digests mean equal figures.

Independent of the order, batching and repetition in which events came, and of the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import select

from dashboard.counters import mask_of, names
from dashboard.ledger.callschema import agent_states, agents, call_days, call_tally, calls
from dashboard.ledger.dialect import state_of
from dashboard.ledger.schema import cases, patterns, tally
from dashboard.ledger.store import Ledger
from dashboard.ledger.uptimeschema import platform_records, probe_days, uptime_spans
from dashboard.platformparts import SELF
from dashboard.uptime.points import decode

_BODY: Final = [column.name for column in probe_days.columns].index("points")


class Fingerprint:
    """Adds up what is hashed row by row, so that rows may come in any order and in parts; only
    `patterns` come before the tally that they explain."""

    def __init__(self) -> None:
        self._total = 0
        self._text: dict[int, list[str]] = {}

    def row(self, table: str, row: Sequence[Any]) -> None:
        """A row of one of `COUNTED`, in the order of its columns."""
        if table in (uptime_spans.name, probe_days.name) and row[0] == SELF:
            return  # what a worker says of itself depends on when it ran, not on the events
        if table == patterns.name:
            self._text[row[0]] = sorted(names(mask_of(row[1])))
        elif table == cases.name:
            self._add([row[0], *state_of(row[1:])])
        elif table == tally.name:
            dim, day, member, pattern, n = row
            if n:
                self._add([dim, day, member, self._text[pattern], n])
        elif table == call_days.name and not row[1]:
            return  # every call of that day has moved to another: as if it had never had any
        elif table == probe_days.name:
            component, day, body = row[0], row[1], row[_BODY]
            points = decode(body, day)
            self._add([component, points.at.tolist(), points.answer.tolist()])
        else:
            self._add([str(table), *row])

    def __str__(self) -> str:
        return f"{self._total % 2**256:064x}"

    def _add(self, values: list[object]) -> None:
        hashed = hashlib.sha256(msgspec.msgpack.encode(values)).digest()
        self._total += int.from_bytes(hashed, "big")


COUNTED: Final = (
    *(patterns, cases, tally),
    *(calls, agent_states, agents, call_tally, call_days),
    *(uptime_spans, platform_records, probe_days),
)
"""The tables that figures come from, in the order in which they are hashed."""


def digest(ledger: Ledger) -> str:
    """SHA-256 over all that figures come from, each row hashed and added."""
    made = Fingerprint()
    with ledger.engine.connect().execution_options(yield_per=5_000) as connection:
        for table in COUNTED:
            for found in connection.execute(select(table)):
                made.row(table.name, tuple(found))
    return str(made)
