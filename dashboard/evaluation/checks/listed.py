"""Lists of finished and unfinished indicators 已完成、未完成 against the table."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.evaluation.checks.table import Table
from dashboard.evaluation.form import plain
from dashboard.evaluation.result import Finding, Item

WAITING = ("missing", "nodata")


def check(table: Table) -> Iterator[Finding]:
    """Indicators listed on the wrong side, on both, or on none."""
    values = table.result.values
    finished, unfinished = set(values.finished), set(values.unfinished)
    if not finished and not unfinished:
        return
    for item in table.result.items:
        listed = (item.id in finished, item.id in unfinished)
        if listed == (True, True):
            yield _finding(item, "列在两处", "已完成与未完成两处都有", "只列一处")
        elif listed == (False, False):
            yield _finding(item, "两处都未列", "已完成与未完成都没有", "补列")
        elif listed[0] and item.state == "unmet":
            yield _finding(item, "未达标却列为已完成", "列为已完成", "改列未完成，或核对实绩")
        elif listed[1] and item.computed is not None and item.computed == item.weight:
            yield _finding(item, "按目标已达标却列为未完成", "列为未完成", "核对目标方向与实绩")


def _finding(item: Item, what: str, left: str, settle: str) -> Finding:
    got = "" if item.final is None else f"，得 {plain(item.final)}/{plain(item.weight)} 分"
    return Finding(
        kind="listed",
        severity="error",
        what=f"{item.name}：{what}",
        where="完成与未完成指标清单",
        left=left,
        right=f"目标 {item.target or '—'}，实绩 {item.actual.text or '—'}{got}",
        settle=settle,
        refs=(item.id,),
    )
