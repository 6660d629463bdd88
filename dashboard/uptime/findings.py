"""Figures that contradict each other 勾稽: normal days against the fault rate, and the calendar."""

from __future__ import annotations

import calendar
from typing import Literal, NamedTuple

from dashboard.uptime.days import Limits

_DAY_MS = 86_400_000
Basis = Literal["duration", "count"]


class Finding(NamedTuple):
    """A contradiction: its short name and what it says, in Chinese."""

    id: str
    text: str


def contradictions(
    year: int,
    normal_days: float | None,
    fault_rate: float | None,
    limits: Limits,
    basis: Basis | None = None,
    elapsed: int | None = None,
) -> list[Finding]:
    """What is wrong between 正常运行天数 and 故障率 (0–1) of one year; None where one is missing.

    A normal day has at most `limits.outage_ms` of outage, any other at most 24 hours: a fault rate
    by duration above that cannot be. By count 次数 it can; `basis` None: the form does not say.
    `elapsed`: of a year under way, the days so far.
    """
    out: list[Finding] = []
    leap = calendar.isleap(year)
    whole = 366 if leap else 365
    days = whole if elapsed is None else elapsed
    if normal_days is not None and normal_days > days:
        out.append(Finding("days_over_year", f"{year} 年只有 {days} 天，填报 {normal_days:g} 天"))
    if elapsed is None and leap and normal_days == 365:
        out.append(
            Finding("leap_year", f"{year} 年为闰年 366 天，填报 365 天：少 1 天或按平年填写")
        )
    if normal_days is None or fault_rate is None or basis == "count" or not days:
        return out
    normal = min(normal_days, days)
    most = (normal * limits.outage_ms + (days - normal) * _DAY_MS) / (days * _DAY_MS)
    if fault_rate > most + 1e-9:
        said = "" if basis else "（未说明口径；只有按次数计才可能同时成立）"
        out.append(
            Finding(
                "fault_rate_against_days",
                f"故障率 {fault_rate:.2%} 相当于停机 {fault_rate * days:.2f} 天，"
                f"而 {normal_days:g} 天正常（每日中断 ≤ {limits.outage_ms // 60_000} 分钟）"
                f"至多允许 {most:.2%}{said}",
            )
        )
    return out
