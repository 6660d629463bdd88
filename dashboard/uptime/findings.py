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
) -> list[Finding]:
    """What is wrong between 正常运行天数 and 故障率 (0–1) of one year; None where one is missing.

    A normal day has at most `limits.outage_ms` of outage, any other at most 24 hours: a fault rate
    by duration above that cannot be. By count 次数 it can; `basis` None: the form does not say.
    """
    out: list[Finding] = []
    whole = 366 if calendar.isleap(year) else 365
    if normal_days is not None and normal_days > whole:
        out.append(Finding("days_over_year", f"{year} 年只有 {whole} 天，填报 {normal_days:g} 天"))
    if normal_days is not None and calendar.isleap(year) and normal_days == 365:
        out.append(
            Finding("leap_year", f"{year} 年为闰年 366 天，填报 365 天：少 1 天或按平年填写")
        )
    if normal_days is None or fault_rate is None or basis == "count":
        return out
    normal = min(normal_days, whole)
    most = (normal * limits.outage_ms + (whole - normal) * _DAY_MS) / (whole * _DAY_MS)
    if fault_rate > most:
        said = "" if basis else "（未说明口径；只有按次数计才可能同时成立）"
        out.append(
            Finding(
                "fault_rate_against_days",
                f"故障率 {fault_rate:.4g} 相当于停机 {fault_rate * whole:.2f} 天，"
                f"而 {normal_days:g} 天正常（每日中断 ≤ {limits.outage_ms // 60_000} 分钟）"
                f"至多允许 {most:.2%}{said}",
            )
        )
    return out
