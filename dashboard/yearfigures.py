"""What a city printed about its hotline and platform in a year 年度热线与平台数, and the counts
chosen so that a simulated year comes out at exactly that.

A printed rate is kept as it was printed, for its last digit says how exactly it is known: "98.74%"
is any ratio that rounds to 98.74 %, "95" any that rounds to 95 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from dashboard.tomltable import Table

CALL_COUNTS: Final[dict[str, str]] = {
    "offered": "呼入",
    "answered": "应答",
    "callback_due": "应回访",
    "called_back": "已回访",
    "rated": "评价",
    "satisfied": "满意",
    "feedback_due": "应反馈",
    "fed_back": "已反馈",
    "orders": "12345 转办",
    "orders_accepted": "12345 受理",
    "orders_closed": "12345 办结",
}
CALL_RATES: Final[dict[str, tuple[str, str]]] = {
    "connect_rate": ("answered", "offered"),
    "revisit_rate": ("called_back", "callback_due"),
    "satisfaction_rate": ("satisfied", "rated"),
    "feedback_rate": ("fed_back", "feedback_due"),
}
"""Printed rate → its numerator and denominator."""
PLATFORM_COUNTS: Final[dict[str, str]] = {
    "normal_days": "平台正常运行天数",
    "outages": "非计划中断次数",
    "maintenance": "计划维护次数",
    "tickets": "维护工单",
    "tickets_in_time": "及时响应并恢复的工单",
}
PLATFORM_RATES: Final[dict[str, tuple[str, str]]] = {
    "fault_rate": ("outages", "days"),
    "maintenance_timeliness": ("tickets_in_time", "tickets"),
}
PRINTED: Final = r"\d+(\.\d+)?%?"


@dataclass(frozen=True)
class Figures:
    """Printed counts and rates of a year and the counts chosen beside them."""

    published: Mapping[str, int] = field(default_factory=dict)
    rates: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)

    def count(self, key: str) -> int:
        """The printed count, else the chosen one, else 0."""
        return self.published.get(key, self.chosen.get(key, 0))

    def __bool__(self) -> bool:
        return bool(self.published or self.rates or self.chosen)


def as_printed(part: int, whole: int, printed: str) -> str:
    """part ÷ whole in percent, rounded half up and written as `printed` is."""
    number, sign = printed.removesuffix("%"), "%" if printed.endswith("%") else ""
    step = Decimal(1).scaleb(-len(number.partition(".")[2]))
    return f"{(Decimal(100 * part) / whole).quantize(step, ROUND_HALF_UP)}{sign}"


def read_figures(
    given: Table,
    counts: Mapping[str, str],
    rates: Mapping[str, tuple[str, str]],
    known: Mapping[str, int],
) -> Figures:
    """`published` and `chosen` of a year's table, beside what is `known` anyway.

    Raises `ProfileError` if a printed rate is not what the counts say.
    """
    published, chosen = given.table("published"), given.table("chosen")
    found: dict[str, int] = {}
    printed: dict[str, str] = {}
    for key in published.known({**counts, **rates}):
        if key in rates:
            printed[key] = published.text(key, '印出的百分数，如 "98.74%"', PRINTED)
        else:
            found[key] = int(published.number(key, 0, 1e12, whole=True))
    figures = Figures(
        {**known, **found} if found or printed else found,
        printed,
        {key: int(chosen.number(key, 0, 1e12, whole=True)) for key in chosen.known(counts)},
    )
    for key, text in printed.items():
        part, whole = (figures.count(name) for name in rates[key])
        said = as_printed(part, whole, text) if whole else "—"
        if said != text:
            above, below = (counts.get(name, name) for name in rates[key])
            ratio = f"{above} {part} ÷ {below} {whole}"
            raise published.error(key, text, f"{ratio} = {said}")
    given.done()
    return figures
