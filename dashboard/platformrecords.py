"""What the desk lists beside the platform's figures: lanes, outages, tickets, corrections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from dashboard.buckets import Buckets
from dashboard.platformlive.lanes import cells
from dashboard.platformparts import SCREEN, Component, Platform
from dashboard.uptime import days as calendar
from dashboard.uptime import tickets
from dashboard.uptime.records import (
    EVERY,
    Correction,
    Maintenance,
    Outage,
    Record,
    Ticket,
)
from dashboard.uptime.spans import (
    DEGRADED,
    MAINTENANCE,
    NAMES,
    UNKNOWN,
    UP,
    Spans,
    clip,
    totals,
)
from layouts.uptimeboard import Lane, Table
from layouts.written import THIN, lasting

Clock = Callable[[int], str]
SHOWN: Final = 100
"""Rows of a list; the newest."""
WHO: Final = "值班人员"


def lanes(
    platform: Platform, covers: Sequence[Spans], axis: Sequence[int], until: int
) -> tuple[Lane, ...]:
    """One lane a component; `axis` are the edges of the cells, epoch ms, cut at `until`."""
    begun = [edge for edge in axis if edge < until]
    bounds = [*begun, until]
    rest = "." * (len(axis) - len(bounds))
    out = []
    for one, cover in zip(platform.components, covers, strict=True):
        found = clip(cover, bounds[0], until)
        states = totals(found)
        should = sum(states) - states[MAINTENANCE]
        up = states[UP] + states[DEGRADED]
        said = f"可用 {up / should * 100:.2f}{THIN}%" if should else "未纳入"
        if states[UNKNOWN] and should:
            said = (
                f"可用 {up / should * 100:.2f}–{(up + states[UNKNOWN]) / should * 100:.2f}{THIN}%"
            )
        times = len(calendar.incidents(found))
        said += f"　中断 {times} 次" if times else ""
        out.append(Lane(one.name, one.vital, cells(cover, bounds) + rest, said))
    return tuple(out)


def edges(axis: Buckets, day_start: Callable[[int], int]) -> list[int]:
    """The edges of an axis' places: hours of a day, else its days."""
    if axis.step == "hour":
        start = day_start(axis.days[0][0])
        return [start + i * 3_600_000 for i in range(len(axis.members))] + [
            day_start(axis.days[0][1])
        ]
    return [*(day_start(first) for first, _ in axis.days), day_start(axis.days[-1][1])]


def outages(
    platform: Platform,
    covers: Sequence[Spans],
    records: Sequence[Record],
    start: int,
    until: int,
    clock: Clock,
) -> Table:
    """中断记录: every unplanned outage of a component that touches the period, the newest first."""
    rows: list[tuple[int, tuple[str, ...]]] = []
    for one, cover in zip(platform.components, covers, strict=True):
        if one.id.startswith(SCREEN):
            continue
        for found in calendar.incidents(clip(cover, start, until)):
            going = found.end >= until
            cells = (
                one.name + ("（核心）" if one.vital else ""),
                clock(found.start) + ("（期初之前）" if found.start <= start else ""),
                "进行中" if going else clock(found.end),
                lasting(found.down / 1000),
                _cause(records, one, found.start, found.end),
            )
            rows.append((found.start, cells))
    rows.sort(key=lambda row: row[0], reverse=True)
    headings = ("组件", "自", "至", "中断时长", "原因")
    shown = tuple(cells for _, cells in rows[:SHOWN])
    return Table("中断记录", headings, shown, "期间没有非计划中断")


def _cause(records: Sequence[Record], one: Component, start: int, end: int) -> str:
    for found in records:
        if isinstance(found, Outage | Maintenance) and found.component in (one.id, EVERY):
            over = end if found.end is None else found.end
            if found.start < end and over > start and found.cause:
                return found.cause
    return ""


def ticket_rows(platform: Platform, found: Sequence[Ticket], as_of: int, clock: Clock) -> Table:
    """故障工单 opened in the period, the newest first."""
    names = {one.id: one.name for one in platform.components} | {EVERY: "全平台"}
    rows = []
    for one in sorted(found, key=lambda one: one.opened, reverse=True)[:SHOWN]:
        in_time = tickets.in_time(one, platform.due_of(one.level), as_of)
        rows.append(
            (
                one.title or one.id,
                names.get(one.component, one.component),
                clock(one.opened),
                _at(one.responded, as_of, clock),
                _at(one.restored, as_of, clock),
                {True: "✓ 及时", False: "✕ 超时", None: "办理中"}[in_time],
            )
        )
    headings = ("工单", "组件", "开立", "响应", "修复", "及时")
    return Table("故障工单", headings, tuple(rows), "期间没有开立工单")


def _at(at: int | None, as_of: int, clock: Clock) -> str:
    return clock(at) if at is not None and at <= as_of else "—"


def corrections(
    platform: Platform, records: Sequence[Record], start: int, until: int, clock: Clock
) -> Table:
    """人工更正 of the period's time: what it became, by whom and why; the newest first."""
    names = {one.id: one.name for one in platform.components} | {EVERY: "全平台"}
    found = [
        one
        for one in records
        if isinstance(one, Correction) and one.start < until and one.end > start
    ]
    found.sort(key=lambda one: (one.made_at, one.id), reverse=True)
    rows = tuple(
        (
            names.get(one.component, one.component),
            f"{clock(one.start)} 至 {clock(one.end)}",
            f"改为{NAMES[one.state]}",
            one.why,
            f"{one.role or WHO} {clock(one.made_at)}",
        )
        for one in found[:SHOWN]
    )
    headings = ("组件", "时段", "更正", "理由", "谁、何时")
    none = "期间没有人工更正。更正用命令 cityops platform correct 录入，数字随之而变，可撤销。"
    return Table("人工更正", headings, rows, none)


def corrected_days(
    records: Sequence[Record], first_day: int, end_day: int, day: Callable[[int], int]
) -> frozenset[int]:
    """Places of the days of first ≤ day < end that a correction touches."""
    out: set[int] = set()
    for one in records:
        if isinstance(one, Correction):
            out |= set(range(max(first_day, day(one.start)), min(end_day, day(one.end - 1) + 1)))
    return frozenset(one - first_day for one in out)
