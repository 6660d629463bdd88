"""The term 考评期: a week, month, quarter or year, to date or the last whole one."""

from __future__ import annotations

import datetime
from typing import Final

from dashboard.periods import RUNNING, Period, days_between, period

TERMS: Final[dict[str, str]] = {
    name: RUNNING[name] for name in ("week", "month", "quarter", "year")
}


def last_whole(kind: str, today: datetime.date) -> Period:
    """The last term of a kind that is over."""
    first, _ = Period(kind).days(today)
    last = first - datetime.timedelta(1)
    if kind == "week":
        return days_between(f"{last - datetime.timedelta(6)}", f"{last}")
    if kind == "quarter":
        return period(f"{last.year}-Q{(last.month + 2) // 3}")
    return period(f"{last:%Y-%m}" if kind == "month" else f"{last:%Y}")
