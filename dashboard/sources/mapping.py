"""The mapping file 映射文件: which column of a case system is which field of a case record.

TOML in, one frozen `CaseMapping` out, or a `MappingError` that names file, key, what was found and
what was expected. Nothing here reads a row; `rows.py` does, by the mapping.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from dashboard.cases import CODE_FIELDS, COUNT_FIELDS, FIELDS, STEPS, TIME_FIELDS
from dashboard.events import EARLIEST, Rejected, decode
from dashboard.sources.sections import MappingError, Section
from dashboard.sources.times import AMBIGUOUS, NONEXISTENT, check_format
from geo.datum import DATUMS

__all__ = [
    "CaseMapping",
    "Column",
    "FileFormat",
    "Location",
    "MappingError",
    "column_of",
    "file_format",
    "formats_of",
    "load_mapping",
    "read_toml",
    "zone_of",
]

UNKNOWN: Final = ("reject", "keep", "default", "skip")
"""What a value outside the value map becomes: the row is rejected 拒收; kept as it is 保留; the
column's `default` 默认值; the field is left alone 不动."""
EMPTY: Final = ("clear", "skip", "reject", "default")
"""What an empty cell does: clears the field 清空, leaves it alone, rejects the row, `default`."""
NUMBER_FIELDS: Final = (*COUNT_FIELDS, "satisfaction", "postponed_h")
Conditions = tuple[tuple[str, frozenset[str]], ...]
MAPPED_FIELDS: Final = (*TIME_FIELDS, *CODE_FIELDS, *NUMBER_FIELDS, "self_handled")


@dataclass(frozen=True)
class Column:
    """Where one field comes from: one column, or several joined, and how its cells are read."""

    names: tuple[str, ...]
    join: str = ""
    formats: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None
    unknown: str = "reject"
    empty: str = "clear"
    default: Any = None
    width: int = 0
    prefix: str = ""
    when: Conditions = ()

    @property
    def used(self) -> tuple[str, ...]:
        """Every column this field looks at, conditions included."""
        return self.names + tuple(name for name, _ in self.when)


@dataclass(frozen=True)
class Location:
    """坐标: two columns and their datum; `bad` says what an impossible pair does to the row."""

    lon: str
    lat: str
    datum: str = "wgs84"
    bad: str = "reject"


@dataclass(frozen=True)
class FileFormat:
    """How the file itself is read 文件格式."""

    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    header_row: int = 1
    nulls: frozenset[str] = frozenset({""})


@dataclass(frozen=True)
class CaseMapping:
    """A whole mapping file; `source` becomes the events' `sent_by`."""

    name: str
    source: str
    file: FileFormat
    zone: str
    ambiguous: str
    nonexistent: str
    id: Column
    rev: Column | None
    updated: Column | None
    steps: Mapping[str, Column]
    fields: Mapping[str, Column]
    location: Location | None
    constants: Mapping[str, Any] = field(default_factory=dict)
    archive: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the mapping uses, each once, in the order it is first named."""
        return tuple(dict.fromkeys(self._used()))

    def _used(self) -> Iterator[str]:
        special = [column for column in (self.id, self.rev, self.updated) if column]
        for column in (*special, *self.steps.values(), *self.fields.values()):
            yield from column.used
        if self.location:
            yield from (self.location.lon, self.location.lat)
        yield from self.archive.values()


def load_mapping(path: Path) -> CaseMapping:
    """The mapping in a TOML file. Raises `MappingError`."""
    return read_mapping(read_toml(path), str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file. Raises `MappingError`."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise MappingError(f"{path}：读不到映射文件（{error.strerror}）") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}：不是 UTF-8 编码的 TOML 文件（{error}）") from error


def read_mapping(table: Mapping[str, Any], name: str = "mapping") -> CaseMapping:
    """The mapping in an already parsed table; `name` goes into error texts."""
    top = Section(name, "", table)
    source = top.text("source", longest=64)
    file = file_format(top.section("file"))
    time = top.section("time")
    zone = zone_of(time)
    formats = formats_of(time, ("iso",))
    ambiguous = time.choice("ambiguous", AMBIGUOUS, "earlier")
    nonexistent = time.choice("nonexistent", NONEXISTENT, "shift")
    time.done()
    case = top.section("case", required=True)
    id_column = column_of(case, "id", "text", formats)
    rev = column_of(case, "rev", "number", ()) if "rev" in case else None
    updated = column_of(case, "updated", "time", formats) if "updated" in case else None
    case.done()
    steps = _columns(top.section("steps"), tuple(STEPS), formats)
    fields = _columns(top.section("fields"), MAPPED_FIELDS, formats)
    _refuse_doubles(name, steps, fields)
    location = _location(top.section("location")) if "location" in top else None
    constants = _constants(top.section("constants"), fields)
    archive = _archive(top.section("archive"))
    top.done()
    _probe(name, fields, constants)
    if not steps and not any(f in TIME_FIELDS for f in fields) and updated is None:
        raise MappingError(f'{name}：没有任何时间列；[steps] 至少应有一项，如 report = "上报时间"')
    return CaseMapping(
        name, source, file, zone, ambiguous, nonexistent, id_column, rev, updated,
        steps, fields, location, constants, archive,
    )  # fmt: skip


def _refuse_doubles(name: str, steps: Mapping[str, Column], fields: Mapping[str, Column]) -> None:
    for step in steps:
        for index, sets in STEPS[step]:
            if sets and FIELDS[index] in fields:
                raise MappingError(
                    f"{name}：[steps] {step} 与 [fields] {FIELDS[index]} 是同一个字段，只写其一"
                )


def _probe(name: str, fields: Mapping[str, Column], constants: Mapping[str, Any]) -> None:
    """Tries every constant and every value of a value map on the event contract."""
    tries = [(f"[constants] {key}", key, value) for key, value in constants.items()]
    for key, column in fields.items():
        if key in CODE_FIELDS:
            given = [*(column.values or {}).values(), column.default]
            where = f"[fields.{key}] values"
            tries += [(where, key, value) for value in given if value is not None]
    for where, key, value in tries:
        event = {
            "id": "probe",
            "type": "case",
            "case": "probe",
            "at": EARLIEST,
            "set": {key: value},
        }
        try:
            decode(orjson.dumps(event), EARLIEST)
        except Rejected as error:
            raise MappingError(f"{name}：{where}：{error}") from None


def file_format(section: Section) -> FileFormat:
    """How the file is read, from `[file]`."""
    encoding = section.text("encoding", "utf-8")
    try:
        io.TextIOWrapper(io.BytesIO(), encoding)  # refuses hex and the like, too
    except (LookupError, ValueError):
        section.fail("encoding", encoding, "编码名，如 utf-8、gb18030、gbk、utf-16")
    delimiter = section.text("delimiter", ",")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        section.fail("delimiter", delimiter, "一个字符，如 , ; | 或 \\t")
    sheet = section.text("sheet", "")
    header_row = section.whole("header_row", 1, 1, 1000)
    nulls = frozenset(section.texts("nulls", ("",))) | {""}
    section.done()
    return FileFormat(encoding, delimiter, sheet or None, header_row, nulls)


def zone_of(section: Section) -> str:
    """The IANA zone of `[time]`."""
    zone = section.text("zone", "Asia/Shanghai")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError, a directory an OSError
        section.fail("zone", zone, "IANA 时区名，如 Asia/Shanghai、America/New_York")
    except KeyError:
        section.fail("zone", zone, "IANA 时区名，如 Asia/Shanghai、America/New_York")
    return zone


def formats_of(section: Section, default: tuple[str, ...]) -> tuple[str, ...]:
    """The time formats a section names, or the default ones."""
    formats = section.texts("format", default)
    for form in formats:
        if (expected := check_format(form)) is not None:
            section.fail("format", form, expected)
    return formats


def _columns(
    section: Section, known: tuple[str, ...], formats: tuple[str, ...]
) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for key in section.names(known):
        is_time = key in STEPS or key in TIME_FIELDS
        kind = "time" if is_time else "number" if key in NUMBER_FIELDS else "text"
        columns[key] = column_of(section, key, kind, formats)
    section.done()
    return columns


def column_of(section: Section, key: str, kind: str, formats: tuple[str, ...]) -> Column:
    """One column: its name, a list of names to join, or a table with `column` and options."""
    if not section.is_table(key):
        names = section.texts(key)
        return Column(names, join=" " if kind == "time" else "", formats=_time_only(kind, formats))
    own = section.section(key)
    names = own.texts("column")
    conditions = own.section("when")
    when = tuple((name, frozenset(conditions.texts(name))) for name in conditions.names())
    conditions.done()
    if kind == "time":
        column = Column(
            names,
            own.text("join", " ", may_be_empty=True),
            formats_of(own, formats),
            empty=own.choice("empty", EMPTY[:3], "clear"),
            when=when,
        )
    else:
        column = _valued(own, names, kind, when)
    own.done()
    return column


def _valued(own: Section, names: tuple[str, ...], kind: str, when: Conditions) -> Column:
    values = own.mapping("values") if "values" in own else None
    unknown = own.choice("unknown", UNKNOWN, "reject")
    empty = own.choice("empty", EMPTY, "clear")
    default = own.scalar("default") if "default" in own else None
    if "default" in (unknown, empty) and default is None:
        own.fail("default", None, '一个值，因为 unknown 或 empty 写的是 "default"')
    if values is None and "unknown" in own:
        own.fail("unknown", unknown, "只与 values（对照表）同用")
    join = own.text("join", "", may_be_empty=True)
    width = own.whole("width", 0, 0, 64) if kind == "text" else 0
    prefix = own.text("prefix", "") if kind == "text" else ""
    return Column(names, join, (), values, unknown, empty, default, width, prefix, when)


def _time_only(kind: str, formats: tuple[str, ...]) -> tuple[str, ...]:
    return formats if kind == "time" else ()


def _location(section: Section) -> Location:
    location = Location(
        section.text("lon"),
        section.text("lat"),
        section.choice("datum", DATUMS, "wgs84"),
        section.choice("bad", ("reject", "drop"), "reject"),
    )
    section.done()
    return location


def _constants(section: Section, fields: Mapping[str, Column]) -> dict[str, Any]:
    constants: dict[str, Any] = {}
    for key in section.names((*CODE_FIELDS, *NUMBER_FIELDS, "self_handled")):
        if key in fields:
            section.fail(key, key, "[fields] 与 [constants] 只写其一")
        constants[key] = section.scalar(key)
    section.done()
    return constants


def _archive(section: Section) -> dict[str, str]:
    archive = {key: section.text(key) for key in section.names()}
    for key in archive:
        if key in MAPPED_FIELDS or key in ("lon", "lat"):
            section.fail(key, key, "[archive] 只收案卷字段之外的列；案卷字段写在 [fields]")
    section.done()
    return archive
