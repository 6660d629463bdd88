"""How the desk writes figures 数的写法: as the wall does (`assets/format.js`), from one place."""

from __future__ import annotations

from typing import Final, Literal

NO_VALUE: Final = "—"
THIN: Final = "\u2009"
Unit = Literal["count", "rate", "seconds"]
"""件数; a share 0–1 written in percent; seconds, written as a span of time."""


def written(value: float | None, unit: Unit = "count") -> str:
    """A value with its unit: 1,234, 95.75 %, 8.4 秒; “—” where there is none."""
    if value is None:
        return NO_VALUE
    if unit == "rate":
        return f"{value * 100:.2f}{THIN}%"
    if unit == "seconds":
        return lasting(value)
    return f"{value:,.0f}"


def lasting(s: float) -> str:
    """平均数那样的时长: 8.4 秒, 70 分钟, 5.2 小时, 162.0 天."""
    if s < 60:
        return f"{s:.1f}".removesuffix(".0") + " 秒"
    if s < 7_200:
        return f"{s / 60:,.0f} 分钟"
    if s < 172_800:
        return f"{s / 3_600:.1f} 小时"
    return f"{s / 86_400:.1f} 天"
