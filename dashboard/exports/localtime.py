"""Instants as the city's clock shows them 本地时间, fast enough for millions of cells."""

from __future__ import annotations

import datetime
from typing import Final
from zoneinfo import ZoneInfo

_QUARTER: Final = 900
"""Seconds within which no zone in use changes its offset."""
_DAY: Final = 86_400
_EXCEL_EPOCH: Final = 25_569
"""Excel's number of 1970-01-01."""


class _Quarters(dict[int, int]):
    """Quarter hour since 1970 → the zone's offset from UTC in seconds."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, quarter: int) -> int:
        offset = datetime.datetime.fromtimestamp(quarter * _QUARTER, self._zone).utcoffset()
        self[quarter] = seconds = int(offset.total_seconds()) if offset is not None else 0
        return seconds


class _Days(dict[int, str]):
    """Day since 1970 → `2021-03-04 `."""

    def __missing__(self, day: int) -> str:
        found = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
        self[day] = text = f"{found.isoformat()} "
        return text


class LocalTime:
    """Epoch ms → text or Excel's day number, on the clock of one zone."""

    def __init__(self, timezone: str) -> None:
        self._offsets = _Quarters(ZoneInfo(timezone))
        self._days = _Days()
        self._times = [
            f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(_DAY)
        ]  # a table: formatting the same moments again is what takes the time

    def text(self, ms: int) -> str:
        """`2021-03-04 05:06:07`."""
        seconds = ms // 1000
        day, second = divmod(seconds + self._offsets[seconds // _QUARTER], _DAY)
        return self._days[day] + self._times[second]

    def serial(self, ms: int) -> float:
        """Days since 1899-12-30, as Excel counts them."""
        seconds = ms // 1000
        return (seconds + self._offsets[seconds // _QUARTER]) / _DAY + _EXCEL_EPOCH
