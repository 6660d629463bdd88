"""A fingerprint of everything a ledger counts 指纹: equal digests mean equal figures.

Independent of the order, batching and repetition in which events came, and of the database.
"""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import select

from dashboard.counters import names
from dashboard.ledger import schema
from dashboard.ledger.callschema import agent_states, agents, call_days, call_tally, calls
from dashboard.ledger.dialect import state_of
from dashboard.ledger.reading import masks
from dashboard.ledger.store import Ledger
from dashboard.ledger.uptimeschema import platform_records, probe_days, uptime_spans
from dashboard.uptime.points import decode

_WHOLE = (calls, agent_states, agents, call_tally, call_days)
_POINTS = (probe_days.c.component, probe_days.c.day, probe_days.c.points)


def digest(ledger: Ledger) -> str:
    """SHA-256 over records with their revisions and over the tally, each line hashed and added."""
    total = 0
    with ledger.engine.connect().execution_options(yield_per=5_000) as connection:
        for found in connection.execute(select(schema.cases)):
            total += _line([found[0], *state_of(found[1:])])
        text = {number: sorted(names(mask)) for number, mask in masks(ledger).items()}
        for dim, day, member, pattern, n in connection.execute(select(schema.tally)):
            if n:
                total += _line([dim, day, member, text[pattern], n])
        for table in (*_WHOLE, uptime_spans, platform_records):
            for found in connection.execute(select(table)):
                total += _line([str(table.name), *found])
        for component, day, body in connection.execute(select(*_POINTS)):
            found_points = decode(body, day)
            total += _line([component, found_points.at.tolist(), found_points.answer.tolist()])
    return f"{total % 2**256:064x}"


def _line(values: list[object]) -> int:
    return int.from_bytes(hashlib.sha256(msgspec.msgpack.encode(values)).digest(), "big")
