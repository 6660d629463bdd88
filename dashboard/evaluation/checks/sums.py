"""Sums 合计: typed totals and level scores against what stands below them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from dashboard.evaluation.checks.table import Table
from dashboard.evaluation.form import children, plain
from dashboard.evaluation.result import Finding
from dashboard.evaluation.totals import ZERO


def check(table: Table) -> Iterator[Finding]:
    """Levels and total that are not the sum of their parts."""
    total = table.result.total
    if total.override is not None and table.form.scoring != "total":
        first = [level for level in table.result.levels if level.parent is None]
        scores = [level.score for level in first if level.score is not None]
        if len(scores) == len(first) and sum(scores, ZERO) != total.override.score:
            yield _finding("总分", plain(total.override.score), plain(sum(scores, ZERO)), "total")
    for level in table.result.levels:
        below = _below(table, level.id)
        if level.override is not None and below is not None and below != level.override.score:
            yield _finding(level.name, plain(level.override.score), plain(below), level.id)


def _below(table: Table, id: str) -> Decimal | None:
    levels = {level.id: level for level in table.result.levels}
    under = [levels[child.id].score for child in children(table.form, id)]
    items = [item for item in table.result.items if item.level == id and item.weight is not None]
    scores = under + [item.final for item in items]
    if not scores or any(score is None for score in scores):
        return None
    return sum((score for score in scores if score is not None), ZERO)


def _finding(name: str, typed: str, summed: str, ref: str) -> Finding:
    return Finding(
        kind="sum",
        severity="error",
        what=f"{name}：与各分项合计不符",
        where="评分表",
        left=f"填写 {typed} 分",
        right=f"分项合计 {summed} 分",
        settle="核对分项得分与合计",
        refs=(ref,),
    )
