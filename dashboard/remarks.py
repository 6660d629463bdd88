"""标注: what happened on some city days (创文检查, 暴雪), to be seen on every time series."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 40
"""Letters 字 of an annotation: it stands on a chart."""
MOST_DAYS: Final = 400
_EPOCH: Final = datetime.date(1970, 1, 1)


class BadRemark(ValueError):
    """What was typed is no annotation; says what was found and what was expected."""


@dataclass(frozen=True)
class Remark:
    """City days first … last, both in; "" district is the whole city."""

    id: str
    first_day: int
    last_day: int
    text: str
    district: str
    by: str
    by_name: str
    at: int
    """When it was written as it is now, epoch ms."""

    @property
    def first(self) -> datetime.date:
        """The first day."""
        return _EPOCH + datetime.timedelta(self.first_day)

    @property
    def last(self) -> datetime.date:
        """The last day, itself in."""
        return _EPOCH + datetime.timedelta(self.last_day)


def typed(first: str, last: str, text: str, district: str, known: Collection[str]) -> Remark:
    """What somebody typed, without who and when; an empty `last` is the first day.

    Raises `BadRemark`.
    """
    start = _day(first, "起日")
    end = _day(last, "止日") if last.strip() else start
    if end < start:
        raise BadRemark(f"止日 {last.strip()} 在起日 {first.strip()} 之前")
    if end - start >= MOST_DAYS:
        raise BadRemark(f"标注有 {end - start + 1} 天，最多 {MOST_DAYS} 天")
    said = " ".join(text.split())
    if not said:
        raise BadRemark("标注的内容是空的：写发生了什么，如“创文检查”")
    if len(said) > LONGEST:
        raise BadRemark(f"标注有 {len(said)} 个字，最多 {LONGEST} 个字")
    if district and district not in known:
        raise BadRemark(f"没有代码为 {district} 的区")
    return Remark("", start, end, said, district, "", "", 0)


def _day(text: str, what: str) -> int:
    try:
        found = datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise BadRemark(f"{what} {text.strip() or '（空）'}：应为日期，如 2026-01-01") from None
    return (found - _EPOCH).days
