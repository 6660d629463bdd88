"""Days and dates 天数与日期: leap years, 正常运行天数 against 故障率, dates of another year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from dashboard.evaluation.calendars import days_of
from dashboard.evaluation.checks.table import Table, shown
from dashboard.evaluation.form import Figure, Indicator, Part
from dashboard.evaluation.result import Finding

WHOLE_YEARS: Final = (365, 366)
NORMAL: Final = "正常运行天数"
OTHER_DAYS: Final = re.compile("非正常|故障天数|待核天数|停运天数|中断天数")


def check(table: Table) -> Iterator[Finding]:
    """Figures that the year's calendar contradicts."""
    days = days_of(table.result.year)
    for line, _ in table.lines():
        yield from _days(table, line, days)
        yield from _date(table, line)
    yield from _uptime(table, days)
    yield from _day_sum(table, days)


def _days(table: Table, line: Indicator | Part, days: int) -> Iterator[Finding]:
    if not line.unit.startswith("天"):
        return
    number = table.filling.line(f"value.{line.id}").number
    target = line.target.value if line.target is not None else None
    wrong = [int(one) for one in (number, target) if one in WHOLE_YEARS and one != days]
    if number is not None and number > days and number not in WHOLE_YEARS:
        wrong.append(int(number))
    if wrong:
        yield Finding(
            kind="days_of_year",
            severity="error",
            what=f"{line.name}：天数与当年日历不符",
            where=f"“{line.name}”",
            left=f"此处 {wrong[0]} 天",
            right=f"{table.result.year} 年共 {days} 天",
            settle="闰年为 366 天；目标与实绩同时改正",
            refs=(line.id,),
        )


def _date(table: Table, line: Indicator | Part) -> Iterator[Finding]:
    year = table.result.year
    target = line.target
    if target is None or target.op != "by" or target.date is None or target.date.year == year:
        return
    yield Finding(
        kind="other_year",
        severity="hint",
        what=f"{line.name}：时效目标不在评价年度内",
        where=f"“{line.name}”",
        left=f"目标 {target.text or target.date}",
        right=f"评价年度 {year} 年",
        settle="改填评价年度内的时效目标",
        refs=(line.id,),
    )


def _day_sum(table: Table, days: int) -> Iterator[Finding]:
    """正常运行天数 and the days that were not normal are all days of the year."""
    lines: list[Indicator | Part | Figure] = [line for line, _ in table.lines()]
    names = {f"value.{line.id}": line for line in lines}
    names |= {f"figure.{figure.id}": figure for figure in table.form.figures}
    counted = {
        name: table.filling.line(name).number
        for name, line in names.items()
        if line.unit.startswith("天") and (NORMAL in line.name or OTHER_DAYS.search(line.name))
    }
    numbers = [number for number in counted.values() if number is not None]
    kinds = {NORMAL in names[name].name for name in counted}
    if kinds != {True, False} or len(numbers) < len(counted) or sum(numbers) == days:
        return
    told = " + ".join(f"{names[name].name} {shown(number)}" for name, number in counted.items())
    yield Finding(
        kind="day_sum",
        severity="error",
        what="正常与非正常天数之和不等于全年天数",
        where="、".join(f"“{names[name].name}”" for name in counted),
        left=f"{told} ＝ {shown(sum(numbers, Fraction(0)))} 天",
        right=f"{table.result.year} 年共 {days} 天",
        settle="逐日核对；没有探测数据的日子另计为待核",
        refs=tuple(names[name].id for name in counted),
    )


def _uptime(table: Table, days: int) -> Iterator[Finding]:
    """365 normal days and a fault rate above 0 cannot both be counted in days."""
    normal = [line for line, _ in table.lines() if NORMAL in line.name]
    faults = [line for line, _ in table.lines() if "故障率" in line.name]
    for day_line in normal:
        number = table.filling.line(f"value.{day_line.id}").number
        for fault_line in faults:
            rate = table.filling.line(f"value.{fault_line.id}").number
            if number is None or not rate or number < days:
                continue
            yield Finding(
                kind="uptime",
                severity="error",
                what="全年天天正常运行，却有故障率",
                where=f"“{day_line.name}”与“{fault_line.name}”",
                left=f"正常运行 {shown(number)} 天，非正常 0 天",
                right=f"故障率 {shown(rate, '%')}，按天计为 {shown(rate * days / 100, ' 天', 2)}",
                settle="写明故障率按时长还是按次数计；按天计则两者必有一误",
                refs=(day_line.id, fault_line.id),
            )
