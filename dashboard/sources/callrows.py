"""A call log 话单 → events of calls, by a mapping file: one row is one finished call.

The mapping is written like that of cases, with `[call]` in place of `[case]`. There is no
`[archive]`: what is not mapped is not kept, and a caller's number has no field to be mapped to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from dashboard.calls.record import (
    CODE_FIELDS,
    DURATION_FIELDS,
    FIELDS,
    OUTCOMES,
    STEPS,
    TIME_FIELDS,
)
from dashboard.sources.cells import SKIP, Cells, Getter, Row, RowError
from dashboard.sources.mapping import (
    Column,
    FileFormat,
    column_of,
    file_format,
    formats_of,
    read_toml,
    zone_of,
)
from dashboard.sources.rows import MissingColumns
from dashboard.sources.sections import MappingError, Section
from dashboard.sources.times import AMBIGUOUS, NONEXISTENT, LocalClock

WHOLE: Final = ("transfers", "satisfaction")
NUMBERS: Final = (*DURATION_FIELDS, *WHOLE)
PLAIN: Final = (*TIME_FIELDS, *NUMBERS, *CODE_FIELDS, "outcome")
DAY_MS: Final = 86_400_000


@dataclass(frozen=True)
class CallMapping:
    """A mapping file of a call log; `source` becomes the events' `sent_by`."""

    source: str
    file: FileFormat
    clock: Callable[[], LocalClock]
    id: Column
    rev: Column | None
    updated: Column | None
    times: Mapping[str, Column]
    others: Mapping[str, Column]
    constants: Mapping[str, Any]
    next_day: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the mapping uses, each once."""
        return tuple(dict.fromkeys(self._used()))

    def _used(self) -> Iterator[str]:
        special = [column for column in (self.id, self.rev, self.updated) if column]
        for column in (*special, *self.times.values(), *self.others.values()):
            yield from column.used

    def reader(self, columns: Sequence[str], as_of: int | None) -> CallReader:
        """What makes events of the rows of a table with these columns."""
        return CallReader(self, columns, as_of)


def load_call_mapping(path: Path) -> CallMapping:
    """The mapping in a TOML file. Raises `MappingError`."""
    name = str(path)
    top = Section(name, "", read_toml(path))
    source = top.text("source", longest=64)
    file = file_format(top.section("file"))
    time = top.section("time")
    zone, formats = zone_of(time), formats_of(time, ("iso",))
    ambiguous = time.choice("ambiguous", AMBIGUOUS, "earlier")
    nonexistent = time.choice("nonexistent", NONEXISTENT, "shift")
    time.done()
    call = top.section("call", required=True)
    id_column = column_of(call, "id", "text", formats)
    rev = column_of(call, "rev", "number", ()) if "rev" in call else None
    updated = column_of(call, "updated", "time", formats) if "updated" in call else None
    next_day = call.choice("earlier", ("same_day", "next_day"), "same_day") == "next_day"
    call.done()
    steps, fields = top.section("steps"), top.section("fields")
    times = {FIELDS[STEPS[one]]: column_of(steps, one, "time", formats)
             for one in steps.names(tuple(STEPS))}  # fmt: skip
    others: dict[str, Column] = {}
    for key in fields.names(PLAIN):
        if key in times:
            raise MappingError(f"{name}：[steps] 与 [fields] {key} 是同一个字段，只写其一")
        kind = "time" if key in TIME_FIELDS else "number" if key in NUMBERS else "text"
        (times if kind == "time" else others)[key] = column_of(fields, key, kind, formats)
    constants = _constants(top.section("constants"), others)
    for section in (steps, fields, top):
        section.done()
    _check(name, times, others)
    return CallMapping(
        source, file, lambda: LocalClock(zone, ambiguous, nonexistent), id_column, rev, updated,
        times, others, constants, next_day,
    )  # fmt: skip


def _constants(section: Section, others: Mapping[str, Column]) -> dict[str, Any]:
    constants: dict[str, Any] = {}
    for key in section.names((*NUMBERS, *CODE_FIELDS, "outcome")):
        if key in others:
            section.fail(key, key, "[fields] 与 [constants] 只写其一")
        constants[key] = section.scalar(key)
    section.done()
    return constants


def _check(name: str, times: Mapping[str, Column], others: Mapping[str, Column]) -> None:
    if not times:
        raise MappingError(f'{name}：没有任何时间列；[steps] 至少应有 offered = "呼入时间"')
    outcome = others.get("outcome")
    for value in (outcome.values or {}).values() if outcome else ():
        if value not in OUTCOMES:
            raise MappingError(
                f"{name}：[fields.outcome] values 中的 {value!r}：应为 {'、'.join(OUTCOMES)} 之一"
            )


class CallReader:
    """Rows of one table with the given `columns` → events. Raises `MissingColumns`.

    `as_of`, epoch ms, is the revision of rows whose table carries neither `rev` nor `updated`.
    """

    def __init__(self, mapping: CallMapping, columns: Sequence[str], as_of: int | None) -> None:
        found = {name: index for index, name in enumerate(columns)}
        missing = [name for name in mapping.columns if name not in found]
        if missing:
            raise MissingColumns(
                f"缺少列 {'、'.join(missing)}；表中有 {len(columns)} 列：{'、'.join(columns)}"
            )
        cells = Cells(found, mapping.file.nulls, mapping.clock())
        self._source, self._constants = mapping.source, mapping.constants
        self._next_day, self._as_of = mapping.next_day, as_of
        self._id, self._id_names = cells.cell(mapping.id), "、".join(mapping.id.names)
        self._rev = cells.number(mapping.rev) if mapping.rev else None
        self._updated = cells.time(mapping.updated) if mapping.updated else None
        self._times = [(name, cells.time(column)) for name, column in mapping.times.items()]
        self._others = [(n, _reader(cells, n, column)) for n, column in mapping.others.items()]

    def event(self, row: Row) -> bytes:
        """The event of one row, as JSON. Raises `RowError`."""
        call = self._id(row)
        if call is None or call is SKIP:
            raise RowError(self._id_names, None, "通话编号不能为空")
        values: dict[str, Any] = dict(self._constants)
        for name, get in (*self._times, *self._others):
            if (value := get(row)) is not SKIP:
                values[name] = value
        if self._next_day:
            _roll_over(values)
        at, rev = self._stamp(row, values)
        body = orjson.dumps(values)
        mark = blake2b(body, digest_size=6).hexdigest()
        event_id = f"{self._source}:{call}:{rev}:{mark}"[-128:]
        head = {"id": event_id, "type": "call", "at": at, "sent_by": self._source}
        return orjson.dumps(head | {"call": call, "rev": rev, "set": orjson.Fragment(body)})

    def _stamp(self, row: Row, values: Mapping[str, Any]) -> tuple[int, int]:
        """(at, rev) of the row's event."""
        newest = max((values.get(name) or 0 for name, _ in self._times), default=0)
        updated = self._updated(row) if self._updated else None
        at = updated if isinstance(updated, int) else self._as_of or newest
        if not at:
            raise RowError("时间", None, "这一行没有任何时间，无法判断先后")
        if self._rev is None:
            return at, at
        rev = self._rev(row)
        if type(rev) is not int or rev < 1:
            raise RowError("rev", rev, "应为不小于 1 的整数")
        return at, rev


def _roll_over(values: dict[str, Any]) -> None:
    """A clock time before the call was offered is one after midnight."""
    offered = values.get("offered_at")
    for name in TIME_FIELDS if offered is not None else ():
        value = values.get(name)
        if value is not None and value < offered:
            values[name] = value + DAY_MS


def _reader(cells: Cells, name: str, column: Column) -> Getter:
    if name in NUMBERS:
        return cells.number(column, whole=name in WHOLE)
    return cells.cell(column)
