"""Readers of one field 字段 of a row: text through a value map, number, time, flag, point.

A reader is made once per table and called once per row. It gives the value, None for an empty cell,
or `SKIP` for a field the row says nothing about; or it raises `RowError`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from dashboard.sources.mapping import Column, Location
from dashboard.sources.times import LocalClock, TimeError, time_reader
from geo.datum import TO_WGS84

Row = Sequence[Any]
Getter = Callable[[Row], Any]

_EXACT: Final = 10**15  # a spreadsheet keeps 15 digits; a longer number has lost some
_TRUE: Final = frozenset({"1", "true", "yes", "y", "是", "t"})
_FALSE: Final = frozenset({"0", "false", "no", "n", "否", "f"})


class RowError(ValueError):
    """A row 行 that cannot become an event; the text names column, found and expected."""

    def __init__(self, column: str, found: object, expected: str) -> None:
        self.column = column
        shown = "空" if found is None else repr(found) if isinstance(found, str) else str(found)
        super().__init__(f"{column} = {shown[:80]}：{expected}")


class _Skip:
    """The mark of a field the row says nothing about."""


SKIP: Final = _Skip()


class Cells:
    """Makes the readers of one table: `at` is column name → position in the row."""

    def __init__(self, at: Mapping[str, int], nulls: frozenset[str], clock: LocalClock) -> None:
        self._at, self._nulls, self._clock = at, nulls, clock

    def _raw(self, column: Column) -> Getter:
        """The cell, or several joined as text; None when empty, `SKIP` when conditions fail."""
        nulls = self._nulls
        spots = [self._at[name] for name in column.names]
        names = "、".join(column.names)

        def one(row: Row, spot: int = spots[0]) -> Any:
            value = row[spot]
            if type(value) is str:
                value = value.strip()
                return None if value in nulls else value
            return None if value != value else value  # NaN, NaT: how data frames write nothing

        def several(row: Row) -> Any:
            parts = [_as_text(one(row, spot), names) for spot in spots]
            return None if None in parts else column.join.join(p for p in parts if p)

        get: Getter = one if len(spots) == 1 else several
        if column.when:
            get = self._conditional(get, column)
        return _with_empty(get, column, names)

    def _conditional(self, get: Getter, column: Column) -> Getter:
        tests = [(self._at[name], name, allowed) for name, allowed in column.when]

        def read(row: Row) -> Any:
            for spot, name, allowed in tests:
                if (_as_text(row[spot], name) or "").strip() not in allowed:
                    return None
            return get(row)

        return read

    def time(self, column: Column) -> Getter:
        get = self._raw(column)
        read = time_reader(column.formats, self._clock)
        names = "、".join(column.names)

        def time(row: Row) -> Any:
            value = get(row)
            if value is None or value is SKIP:
                return value
            try:
                return read(value)
            except TimeError as error:
                raise RowError(names, value, str(error)) from None

        return time

    def cell(self, column: Column) -> Getter:
        """Text, through the value map, padded and prefixed."""
        get = self._raw(column)
        names = "、".join(column.names)
        values, width, prefix = column.values, column.width, column.prefix

        def cell(row: Row) -> Any:
            value = get(row)
            if value is None or value is SKIP:
                return value
            text = value if type(value) is str else _as_text(value, names)
            if values is None:
                return f"{prefix}{text:0>{width}}" if prefix or width else text
            found = values.get(text, SKIP)
            return found if found is not SKIP else _unknown(text, column, names)

        return cell

    def number(self, column: Column, whole: bool = True) -> Getter:
        get = self.cell(column)
        names = "、".join(column.names)

        def number(row: Row) -> Any:
            value = get(row)
            if value is None or value is SKIP or type(value) in (int, float):
                return value
            try:
                read = float(value)
                if not math.isfinite(read) or (whole and not read.is_integer()):
                    raise ValueError
                return (int(value) if value.isdigit() else int(read)) if whole else read
            except ValueError:
                raise RowError(names, value, "应为整数" if whole else "应为数") from None

        return number

    def flag(self, column: Column) -> Getter:
        get = self.cell(column)
        names = "、".join(column.names)

        def flag(row: Row) -> Any:
            value = get(row)
            if value is None or value is SKIP or type(value) is bool:
                return value
            word = str(value).lower()
            if word not in _TRUE and word not in _FALSE:
                raise RowError(names, value, "应为 是/否、true/false 或 1/0")
            return word in _TRUE

        return flag

    def point(self, location: Location) -> Callable[[Row], tuple[float | None, float | None]]:
        read_lon = self.number(Column((location.lon,)), whole=False)
        read_lat = self.number(Column((location.lat,)), whole=False)
        shift = TO_WGS84[location.datum]
        names = f"{location.lon}、{location.lat}"

        def point(row: Row) -> tuple[float | None, float | None]:
            try:
                lon, lat = read_lon(row), read_lat(row)
                if not lon and not lat:  # empty, or the 0, 0 that stands for it
                    return None, None
                if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
                    raise RowError(names, f"({lon}, {lat})", "应为经度 −180–180、纬度 −90–90")
            except RowError:
                if location.bad == "drop":
                    return None, None
                raise
            lon, lat = shift(float(lon), float(lat))
            return round(lon, 7), round(lat, 7)

        return point


def _with_empty(get: Getter, column: Column, names: str) -> Getter:
    if column.empty == "clear":
        return get

    def read(row: Row) -> Any:
        value = get(row)
        if value is not None:
            return value
        if column.empty == "reject":
            raise RowError(names, None, "不能为空")
        return column.default if column.empty == "default" else SKIP

    return read


def _unknown(text: str, column: Column, names: str) -> Any:
    if column.unknown == "keep":
        return text
    if column.unknown == "default":
        return column.default
    if column.unknown == "skip":
        return SKIP
    raise RowError(names, text, "不在对照表 values 中")


def _as_text(value: Any, names: str) -> Any:
    """A cell as text, None as None; a whole number without `.0`. Lost digits raise `RowError`."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value) if abs(value) < _EXACT else value
    if isinstance(value, float) and abs(value) >= _EXACT:
        raise RowError(names, value, "数字超过 15 位已失真，请在表格中把该列存为文本")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, bytes):
        raise RowError(names, value, "应为文字或数，不是二进制")
    return str(value)
