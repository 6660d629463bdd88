"""The hotline's part of the ledger 热线账: calls, agent states, their tally, the days' points.

All of a batch happens inside the ledger's transaction. What is derived — tally and points — is
moved by the difference of the records before and after, and can be made anew from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from sqlalchemy import Connection, select

from dashboard.calls import record as r
from dashboard.calls.agents import NAMES, AgentFold, by_quarter, fold_agent, spans
from dashboard.calls.checking import masked
from dashboard.calls.daypoints import change, pack, unpack
from dashboard.calls.folding import (
    Change,
    DayChange,
    Delta,
    State,
    by_day,
    difference,
    fold,
    last_at,
)
from dashboard.eventkinds import OtherEvent
from dashboard.ledger.callschema import agent_states, agents, call_days, call_tally, calls
from dashboard.ledger.parts import Dialect, PartApplied
from dashboard.tally import Rules

PAGE: Final = 20_000
HOUR_MS: Final = 3_600_000
_revs = msgspec.msgpack.Decoder(list[int])
_NAMES: Final = ("id", "revs", *r.COLUMNS)


@dataclass(frozen=True)
class CallsApplied:
    """What a batch did to the hotline: changed calls, new agent states as (agent, at, state), and
    the difference to the tally."""

    calls: list[Change]
    agents: list[tuple[str, int, int]]
    delta: Delta


def state_of(record: Sequence[Any]) -> State:
    """A selected (revs, *COLUMNS) as the lists the merge works on."""
    return r.expand(_revs.decode(record[0])), list(record[1:])


class CallsPart:
    """Folds `call` and `agent` events."""

    name = "calls"
    kinds = frozenset({"call", "agent"})

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @property
    def _cap_ms(self) -> int:
        return round(self._rules.hotline.max_state_h * HOUR_MS)

    def archived(self, events: Sequence[OtherEvent]) -> Sequence[OtherEvent]:
        """Calls, with telephone numbers masked; an agent's states are kept whole in their table."""
        return [
            msgspec.structs.replace(event, body=masked(event.body))
            for event in events
            if event.kind == "call"
        ]

    def apply(
        self, connection: Connection, dialect: Dialect, events: Sequence[OtherEvent]
    ) -> PartApplied:
        """Folds one batch."""
        mine = [(e.subject, e.rev, e.data) for e in events if e.kind == "call"]
        stored = _load(connection, dialect, {call for call, _, _ in mine})
        folded = fold(mine, stored, self._rules.hotline, self._rules.day)
        dialect.replace(
            connection,
            calls,
            [
                (call, _packed(folded.revs[call]), *row, last_at(row))
                for call, _, row in folded.changes
            ],
        )
        states, said, unchanged = self._agents(
            connection, dialect, [event for event in events if event.kind == "agent"]
        )
        delta = _sum(folded.delta, by_day(states, self._rules.day))
        _add(connection, dialect, delta)
        _move_days(connection, dialect, folded.days)
        return PartApplied(CallsApplied(folded.changes, said, delta), folded.unchanged + unchanged)

    def _agents(
        self, connection: Connection, dialect: Dialect, events: Sequence[OtherEvent]
    ) -> tuple[dict[tuple[int, str], int], list[tuple[str, int, int]], int]:
        """Writes agents' states; what that does to the quarters, the new states, the unchanged."""
        incoming: dict[str, list[tuple[int, int, int]]] = {}
        for event in events:
            incoming.setdefault(event.subject, []).append((event.at, event.data, event.rev))
        quarters: dict[tuple[int, str], int] = {}
        rows: list[tuple[Any, ...]] = []
        newest: list[tuple[str, int, int]] = []
        said: list[tuple[str, int, int]] = []
        unchanged = 0
        for agent, found in incoming.items():
            stored = _neighbours(connection, agent, min(found)[0], max(found)[0])
            folded: AgentFold = fold_agent(stored, found, self._cap_ms)
            unchanged += folded.unchanged
            for slot, ms in folded.delta.items():
                quarters[slot] = quarters.get(slot, 0) + ms
            rows += [(agent, at, state, rev) for at, (state, rev) in folded.written.items()]
            said += [(agent, at, state) for at, (state, _) in folded.written.items()]
            if folded.written and max(folded.written) >= max(stored, default=0):
                at = max(folded.written)
                newest.append((agent, at, folded.written[at][0]))
        dialect.replace(connection, agent_states, rows)
        dialect.replace(connection, agents, newest)
        return quarters, said, unchanged

    def holds(self, connection: Connection) -> bool:
        """Whether a call or an agent is known."""
        keys = (calls.c.id, agents.c.agent)
        return any(connection.scalar(select(key).limit(1)) is not None for key in keys)

    def rebuild(self, connection: Connection, dialect: Dialect) -> None:
        """Tally and points anew from the records, by the present rules."""
        connection.execute(call_tally.delete())
        connection.execute(call_days.delete())
        rules = self._rules
        for page in _pages(connection):
            found: list[Change] = [(call, None, row) for call, row in page]
            delta, days = difference(found, rules.hotline, rules.day)
            _add(connection, dialect, delta)
            _move_days(connection, dialect, days)
        _add(connection, dialect, by_day(agent_quarters(connection, self._cap_ms), rules.day))


def agent_quarters(connection: Connection, cap_ms: int) -> dict[tuple[int, str], int]:
    """How long every agent's closed states lasted, by quarter-hour and counter."""
    out: dict[tuple[int, str], int] = {}
    for (agent,) in connection.execute(select(agents.c.agent)).all():
        table = agent_states.c
        query = select(table.at, table.state).where(table.agent == agent).order_by(table.at)
        changes = [(at, state) for at, state in connection.execute(query)]
        end = changes[-1][0]
        for (quarter, state), ms in by_quarter(spans(changes, cap_ms, end), 0, end).items():
            slot = (quarter, f"agent_{NAMES[state]}_ms")
            out[slot] = out.get(slot, 0) + ms
    return out


def _packed(revs: list[int]) -> bytes:
    return msgspec.msgpack.encode(r.compact(revs))


def _load(connection: Connection, dialect: Dialect, ids: set[str]) -> dict[str, State]:
    if not ids:
        return {}
    rows = dialect.find(connection, calls, _NAMES, ids)
    return {row[0]: state_of(row[1:]) for row in rows}


def _pages(connection: Connection) -> Iterator[list[tuple[str, list[Any]]]]:
    """Every call's record, a page at a time, in order of id."""
    after = ""
    columns = [calls.c[name] for name in ("id", *r.COLUMNS)]
    while True:
        query = select(*columns).where(calls.c.id > after).order_by(calls.c.id).limit(PAGE)
        found = connection.execute(query).all()
        if not found:
            return
        after = found[-1][0]
        yield [(row[0], list(row[1:])) for row in found]


def _neighbours(
    connection: Connection, agent: str, first: int, last: int
) -> dict[int, tuple[int, int]]:
    """The states of an agent from the one before `first` to the one after `last`."""
    table = agent_states.c
    columns = select(table.at, table.state, table.rev).where(table.agent == agent)
    before = columns.where(table.at < first).order_by(table.at.desc()).limit(1)
    among = columns.where(table.at >= first, table.at <= last)
    after = columns.where(table.at > last).order_by(table.at).limit(1)
    out: dict[int, tuple[int, int]] = {}
    for query in (before, among, after):
        out |= {at: (state, rev) for at, state, rev in connection.execute(query)}
    return out


def _sum(one: Delta, other: Delta) -> Delta:
    out = dict(one)
    for slot, n in other.items():
        out[slot] = out.get(slot, 0) + n
    return out


def _add(connection: Connection, dialect: Dialect, delta: Delta) -> None:
    rows = sorted((*slot, n) for slot, n in delta.items() if n)
    dialect.add_up(connection, call_tally, rows)


def _move_days(connection: Connection, dialect: Dialect, days: dict[int, DayChange]) -> None:
    if not days:
        return
    stored = day_points(connection, days)
    dialect.replace(
        connection,
        call_days,
        [
            (day, pack(change(stored.get(day, np.empty(0, np.int64)), one.gone, one.come)))
            for day, one in days.items()
        ],
    )


def day_points(connection: Connection, days: Iterable[int]) -> dict[int, Any]:
    """Day → the keys of its offered calls, of those that have any."""
    table = call_days.c
    query = select(table.day, table.points).where(table.day.in_(sorted(days)))
    return {day: unpack(bytes(points)) for day, points in connection.execute(query)}
