"""The axis of a time series 逐时、逐日、逐月: what each place of a period is called and covers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dashboard.windows import City, Counts, Window, iso_day

Step = Literal["hour", "day", "month"]
NAMES: Final[Mapping[Step, str]] = {"hour": "逐时", "day": "逐日", "month": "逐月"}
MOST_DAYS: Final = 92
"""A longer period is cut by months."""
HOURS: Final = 24


@dataclass(frozen=True)
class Buckets:
    """Ascending places; `members` as a breakdown names them; `days` first ≤ day < end of each."""

    step: Step
    members: tuple[str, ...]
    labels: tuple[str, ...]
    heads: tuple[str, ...]
    days: tuple[tuple[int, int], ...]
    begun: int
    """How many of them have begun by the as-of time."""
    partial: int | None
    """The one the as-of time lies in, where it has not ended."""

    @property
    def name(self) -> str:
        """逐时, 逐日 or 逐月."""
        return NAMES[self.step]

    def place(
        self, counts: Mapping[str, Counts], known: tuple[int, int] | None, *, whole: bool = False
    ) -> tuple[Counts | None, ...]:
        """The counts of each place: none where it has not begun or where nothing is known, which
        are the days outside first ≤ day ≤ last of `known`; a known day without any is 0. `whole`:
        none either where only a part of the place is counted."""
        out: list[Counts | None] = []
        for i, (member, (first, end)) in enumerate(zip(self.members, self.days, strict=True)):
            heard = known is not None and first <= known[1] and end > known[0]
            there = i < self.begun and not (whole and i == self.partial)
            out.append(counts.get(member, {}) if heard and there else None)
        return tuple(out)


def step_of(window: Window) -> Step:
    """Hours of one day, days of up to three months, else months."""
    days = window.end_day - window.first_day
    return "hour" if days == 1 else "day" if days <= MOST_DAYS else "month"


def buckets(city: City, window: Window, step: Step) -> Buckets:
    """The axis of a window."""
    if step == "hour":
        return _hours(city, window)
    days = range(window.first_day, window.end_day)
    groups: dict[str, list[int]] = {}
    for day in days:
        groups.setdefault(iso_day(day)[: 7 if step == "month" else 10], []).append(day)
    spans = tuple((found[0], found[-1] + 1) for found in groups.values())
    begun = sum(city.day_start(first) < window.as_of for first, _ in spans)
    members = tuple(groups)
    return Buckets(
        step,
        members,
        _labels(members, step),
        members,
        spans,
        begun,
        _open(begun, spans, city, window),
    )


def _hours(city: City, window: Window) -> Buckets:
    """The hours of the one day of a window; where the clock is changed it has 23 or 25."""
    day = window.first_day
    start, end = city.day_start(day), city.day_start(day + 1)
    n = round((end - start) / 3_600_000)
    begun = sum(start + i * 3_600_000 < window.as_of for i in range(n))
    whole = window.as_of >= end or (window.as_of - start) % 3_600_000 == 0
    return Buckets(
        "hour",
        tuple(map(str, range(n))),
        tuple(f"{i} 时" for i in range(n)),
        tuple(f"{i}:00–{i + 1}:00" for i in range(n)),
        ((day, day + 1),) * n,
        begun,
        None if whole else begun - 1,
    )


def _open(begun: int, spans: Sequence[tuple[int, int]], city: City, window: Window) -> int | None:
    if not begun or window.as_of >= city.day_start(spans[begun - 1][1]):
        return None
    return begun - 1


def _labels(members: Sequence[str], step: Step) -> tuple[str, ...]:
    """11月3日, then 4, 5 …; 2026年1月, then 2月: what the one before has not said."""
    out: list[str] = []
    for i, member in enumerate(members):
        first = i == 0
        if step == "month":
            year, month = member.split("-")
            out.append(f"{year}年{int(month)}月" if first or month == "01" else f"{int(month)}月")
            continue
        date = datetime.date.fromisoformat(member)
        out.append(
            f"{date.month}月{date.day}日" if first or date.day == 1 else f"{date.month}-{date.day}"
        )
    return tuple(out)
