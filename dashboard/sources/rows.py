"""A row of a case system's table → one event of the contract, by the mapping.

A row is the whole truth about a case at its revision: the event carries every mapped field in
`set`, empty cells as null. Its revision is the mapped `rev` column, else the `updated` column, else
the newest of the row's own times; its id is made of case, revision and content, so the same row
again is the same event.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import orjson

from dashboard.cases import FIELDS, FUTURE_FIELDS, STEPS, TIME_FIELDS
from dashboard.sources.cells import SKIP, Cells, Getter, Row, RowError
from dashboard.sources.mapping import NUMBER_FIELDS, CaseMapping, Column
from dashboard.sources.times import LocalClock


class MissingColumns(ValueError):
    """The table lacks columns the mapping names; the text lists what was found."""


_WRITES: Final = {
    step: tuple(FIELDS[index] for index, sets in writes if sets) for step, writes in STEPS.items()
}
"""步骤 → the time fields it sets; the last is its own: check_fail → checked_at, check_failed_at."""
_CLEARS: Final = {
    step: tuple(FIELDS[index] for index, sets in writes if not sets)
    for step, writes in STEPS.items()
}


class RowReader:
    """Rows of one table with the given `columns` → events (JSON bytes). Raises `MissingColumns`.

    `as_of`, epoch ms, is the revision of rows whose table carries neither `rev` nor `updated`.
    """

    def __init__(
        self, mapping: CaseMapping, columns: Sequence[str], as_of: int | None = None
    ) -> None:
        self._source = mapping.source
        self._constants = mapping.constants
        self._as_of = as_of
        clock = LocalClock(mapping.zone, mapping.ambiguous, mapping.nonexistent)
        cells = Cells(_positions(mapping, columns), mapping.file.nulls, clock)
        self._id = cells.cell(mapping.id)
        self._id_names = "、".join(mapping.id.names)
        self._rev = cells.number(mapping.rev) if mapping.rev else None
        self._rev_names = "、".join(mapping.rev.names) if mapping.rev else ""
        self._updated = cells.time(mapping.updated) if mapping.updated else None
        self._instants = [
            (names, not FUTURE_FIELDS.issuperset(names), cells.time(column))
            for names, column in _instants(mapping)
        ]
        self._others = [
            (name, _reader(cells, name, column))
            for name, column in mapping.fields.items()
            if name not in TIME_FIELDS
        ]
        self._also = [(w[-1], f) for step in mapping.steps for w in [_WRITES[step]] for f in w[:-1]]
        self._clears = _clears(mapping)
        self._point = cells.point(mapping.location) if mapping.location else None
        self._archive = [(name, cells.cell(Column((c,)))) for name, c in mapping.archive.items()]

    def event(self, row: Row) -> bytes:
        """The event of one row, as JSON. Raises `RowError`."""
        case = self._id(row)
        if case is None or case is SKIP:
            raise RowError(self._id_names, None, "案卷号不能为空")
        values: dict[str, Any] = dict(self._constants)
        newest = 0
        for names, happened, get in self._instants:
            value = get(row)
            if value is SKIP:
                continue
            for name in names:
                values[name] = value
            if happened and value is not None and value > newest:
                newest = value
        for name, get in self._others:
            if (value := get(row)) is not SKIP:
                values[name] = value
        for own, also in self._also:
            _raise_to(values, also, values.get(own))
        for later, earlier in self._clears:
            _clear(values, later, earlier)
        if self._point is not None:
            values["lon"], values["lat"] = self._point(row)
        for name, get in self._archive:
            if (text := get(row)) is not None:
                values[name] = text
        at, rev = self._stamp(row, newest)
        body = orjson.dumps(values)
        mark = blake2b(body, digest_size=6).hexdigest()
        event_id = f"{self._source}:{case}:{rev}:{mark}"[-128:]
        head = {"id": event_id, "type": "case", "at": at, "sent_by": self._source}
        return orjson.dumps(head | {"case": case, "rev": rev, "set": orjson.Fragment(body)})

    def _stamp(self, row: Row, newest: int) -> tuple[int, int]:
        """(at, rev) of the row's event."""
        updated = self._updated(row) if self._updated else None
        at = updated if isinstance(updated, int) else self._as_of or newest
        if not at:
            raise RowError("时间", None, "这一行没有任何办理时间，无法判断先后")
        if self._rev is None:
            return at, at
        rev = self._rev(row)
        if type(rev) is not int or rev < 1:
            raise RowError(self._rev_names, rev, "应为不小于 1 的整数")
        return at, rev


def _instants(mapping: CaseMapping) -> list[tuple[tuple[str, ...], Column]]:
    """Time columns with the fields they fill: a column behind several steps is read once."""
    wanted = [(_WRITES[step][-1], column) for step, column in mapping.steps.items()]
    wanted += [(name, column) for name, column in mapping.fields.items() if name in TIME_FIELDS]
    found: list[tuple[tuple[str, ...], Column]] = []
    for ahead in (False, True):
        columns: list[Column] = []
        for name, column in wanted:
            if (name in FUTURE_FIELDS) is ahead and column not in columns:
                columns.append(column)
        for column in columns:
            names = [n for n, c in wanted if c == column and (n in FUTURE_FIELDS) is ahead]
            found.append((tuple(names), column))
    return found


def _reader(cells: Cells, name: str, column: Column) -> Getter:
    if name in NUMBER_FIELDS:
        return cells.number(column, whole=name != "postponed_h")
    return cells.flag(column) if name == "self_handled" else cells.cell(column)


def _positions(mapping: CaseMapping, columns: Sequence[str]) -> dict[str, int]:
    found = {name: index for index, name in enumerate(columns)}
    missing = [name for name in mapping.columns if name not in found]
    if missing:
        raise MissingColumns(
            f"缺少列 {'、'.join(missing)}；表中有 {len(columns)} 列：{'、'.join(columns)}"
        )
    twice = [name for name in mapping.columns if list(columns).count(name) > 1]
    if twice:
        raise MissingColumns(f"列名重复，无法区分：{'、'.join(twice)}；映射的列名应只出现一次")
    return found


def _clears(mapping: CaseMapping) -> list[tuple[str, str]]:
    """(field, field it clears) for the steps of the mapping, e.g. reopened_at clears closed_at."""
    mapped = {_WRITES[step][-1] for step in mapping.steps} | set(mapping.fields)
    return [
        (_WRITES[step][-1], cleared)
        for step in mapping.steps
        for cleared in _CLEARS[step]
        if cleared in mapped
    ]


def _clear(values: dict[str, Any], later: str, earlier: str) -> None:
    """What a stream of steps would leave: a step clears what happened before it."""
    when, then = values.get(later), values.get(earlier)
    if when is not None and then is not None and when > then:
        values[earlier] = None


def _raise_to(values: dict[str, Any], name: str, when: int | None) -> None:
    """A failed check is a check: `checked_at` is the newest of both."""
    if when is not None and (values.get(name) or 0) < when:
        values[name] = when
