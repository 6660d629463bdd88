"""Which minute somebody means 时刻, and which minutes are kept 留存: by the city's clock.

A minute is counted from 1970-01-01 UTC: epoch ms ÷ 60,000.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

MINUTE_MS: Final = 60_000
DAY_MINUTES: Final = 1_440
EXPECTED: Final = "应为城市时间，如 2026-11-25T14:30，或毫秒数"
_MS: Final = re.compile(r"\d{12,14}")
_LOCAL: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[-+ ]\d{2}:?\d{2})?"
)

Run = tuple[int, int]
"""(first minute, how many follow one another from there on)"""


class BadMoment(ValueError):
    """A text that names no minute; says what was found and what was expected."""


def read_moment(text: str, timezone: str) -> int:
    """The minute of `2026-11-25T14:30` by the city's clock, of the same with an offset, or of
    epoch ms. Raises `BadMoment`, also for a minute that a change of the clocks left out."""
    text = text.strip()
    if _MS.fullmatch(text):
        return int(text) // MINUTE_MS
    found = _LOCAL.fullmatch(text)
    if found is None:
        raise BadMoment(f"看不懂时刻“{text[:40]}”：{EXPECTED}")
    *numbers, offset = found.groups()
    try:
        zone = ZoneInfo(timezone) if offset is None else _offset(offset)
        local = datetime.datetime(*map(int, numbers), tzinfo=zone)  # type: ignore[arg-type,misc]
        minute = int(local.timestamp()) // 60
        back = datetime.datetime.fromtimestamp(minute * 60, zone)
    except (ValueError, OverflowError) as error:
        raise BadMoment(f"没有“{text[:40]}”这个时刻：{EXPECTED}") from error
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise BadMoment(f"“{text[:40]}”在 {timezone} 不存在：那时钟表拨快了")
    return minute


def _offset(text: str) -> datetime.timezone:
    """A plus sign in an address that nobody escaped arrives as a space."""
    if text == "Z":
        return datetime.UTC
    east = datetime.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return datetime.timezone(-east if text[0] == "-" else east)


def written(minute: int, timezone: str) -> str:
    """2026-11-25 14:30 by the city's clock."""
    moment = datetime.datetime.fromtimestamp(minute * 60, ZoneInfo(timezone))
    return moment.strftime("%Y-%m-%d %H:%M")


def runs(minutes: Iterable[int]) -> list[Run]:
    """Ascending minutes as runs; what lies between two runs is a gap."""
    out: list[list[int]] = []
    for minute in minutes:
        if out and minute == out[-1][0] + out[-1][1]:
            out[-1][1] += 1
        else:
            out.append([minute, 1])
    return [(first, count) for first, count in out]


@dataclass(frozen=True)
class Asked:
    """What was asked for: the minute, whether it is kept, and what to say where it is not."""

    minute: int | None
    state: str
    text: str = ""


def asked(text: str, kept: list[Run], timezone: str, days: int) -> Asked:
    """Looks a text up among the kept minutes: `kept`, `gap`, `outside`, `malformed`, `none`."""
    span = _span(kept, timezone)
    try:
        minute = read_moment(text, timezone)
    except BadMoment as error:
        return Asked(None, "malformed", f"{error}。{span}")
    if not kept:
        return Asked(minute, "none", span if days else "没有开启回放（replay_days = 0）")
    if any(first <= minute < first + count for first, count in kept):
        return Asked(minute, "kept")
    name = written(minute, timezone)
    if kept[0][0] < minute < kept[-1][0]:
        return Asked(minute, "gap", f"{name} 没有记录。")
    return Asked(minute, "outside", f"{name} 不在留存范围内。{span}")


def _span(kept: list[Run], timezone: str) -> str:
    if not kept:
        return "还没有任何记录：工作进程每分钟记一幅。"
    last = kept[-1][0] + kept[-1][1] - 1
    return f"可回放 {written(kept[0][0], timezone)} 至 {written(last, timezone)}。"
