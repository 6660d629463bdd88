"""Scores 得分 against rules and weights: differences from the computed score, never silent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from dashboard.evaluation.checks.table import Table
from dashboard.evaluation.form import Indicator, line_of, plain
from dashboard.evaluation.result import Finding, Item
from dashboard.evaluation.rules import Elements, Tiers

MEASURABLE: Final = ("output", "effect", "satisfaction")


def check(table: Table) -> Iterator[Finding]:
    """Every score that the form's own rule does not give."""
    for indicator, item in zip(table.form.indicators, table.result.items, strict=True):
        if item.weight is None:
            continue
        yield from _against_rule(item)
        yield from _above_weight(item.name, item.id, item.final, item.weight)
        yield from _reading(item)
        yield from _elements(indicator, item)
        yield from _without_target(table, indicator, item)
    for level in table.result.levels:
        if level.weight is not None:
            yield from _above_weight(level.name, level.id, level.score, level.weight)
    yield from _unexplained(table)
    yield from _without_detail(table)


def _against_rule(item: Item) -> Iterator[Finding]:
    override, computed, weight = item.override, item.computed, item.weight
    if override is None or computed is None or override.score == computed:
        return
    kind, what = "score", f"{item.name}：人工评分与规则计算不符"
    if override.score == weight and item.state == "unmet":
        kind, what = "full_unmet", f"{item.name}：目标未达到却得满分"
    elif override.score < computed and item.state == "met":
        kind, what = "low_met", f"{item.name}：按目标已达标却未得满分"
    yield Finding(
        kind=kind,
        severity="error",
        what=what,
        where=f"评分表“{item.name}”",
        left=f"表列 {plain(override.score)} 分（目标 {item.target}，实绩 {item.actual.text}）",
        right=f"按规则 {plain(computed)} 分（{item.how}）",
        settle="核对目标方向与评分标准；确需人工评分的写明理由和佐证",
        refs=(item.id,),
    )


def _above_weight(name: str, id: str, score: Decimal | None, weight: Decimal) -> Iterator[Finding]:
    if score is None or score <= weight:
        return
    yield Finding(
        kind="above_weight",
        severity="error",
        what=f"{name}：得分超过分值",
        where=f"评分表“{name}”",
        left=f"得分 {score} 分",
        right=f"分值 {weight} 分",
        settle="改正得分；加分应另设加分项",
        refs=(id,),
    )


def _reading(item: Item) -> Iterator[Finding]:
    if item.reading is None or item.computed is None or item.reading == item.computed:
        return
    yield Finding(
        kind="reading",
        severity="hint",
        what=f"{item.name}：评分标准有两种读法",
        where=f"评分表“{item.name}”",
        left=f"采用的算法 {plain(item.computed)} 分（{item.how}）",
        right=f"按指标说明的公式 {plain(item.reading)} 分",
        settle="在评分标准中写明采用哪一种",
        refs=(item.id,),
    )


def _elements(indicator: Indicator, item: Item) -> Iterator[Finding]:
    rule = indicator.rule
    if not isinstance(rule, Elements) or rule.sum >= 100 or item.computed is None:
        return
    yield Finding(
        kind="elements",
        severity="hint",
        what=f"{item.name}：要素全部具备也得不到满分",
        where=f"评分表“{item.name}”评分标准",
        left=f"{len(rule.elements)} 个要素合计 {plain(rule.sum)}% 权重，未舍入为 {item.exact} 分",
        right=f"分值 {plain(item.weight)}，得 {plain(item.final)}",
        settle="补全要素，或改各要素所占比例使合计为 100%",
        refs=(item.id,),
    )


def _without_target(table: Table, indicator: Indicator, item: Item) -> Iterator[Finding]:
    aspect = line_of(table.form, indicator.level)[0].aspect
    if aspect not in MEASURABLE or item.final != item.weight:
        return
    bare = [part.name for part in indicator.parts if part.target is None]
    if isinstance(indicator.rule, Tiers) and indicator.target is None and not indicator.parts:
        bare = [indicator.name]
    for name in bare:
        yield Finding(
            kind="no_target",
            severity="error",
            what=f"{name}：没有指标值却得满分",
            where=f"评分表“{item.name}”",
            left="目标值未设",
            right=f"得 {plain(item.final)} / {plain(item.weight)} 分",
            settle="设置可衡量的指标值，或说明按什么评分",
            refs=(item.id,),
        )


def _unexplained(table: Table) -> Iterator[Finding]:
    lost = [
        item
        for item in table.result.items
        if item.weight is not None
        and item.final is not None
        and item.final < item.weight
        and not item.note
    ]
    for item in lost:
        yield Finding(
            kind="unexplained",
            severity="hint",
            what=f"{item.name}：扣分没有说明原因",
            where=f"评分表“{item.name}”",
            left=f"得 {plain(item.final)} / {plain(item.weight)} 分",
            right="未完成（扣分）原因：空",
            settle="写明未完成原因和改进措施",
            refs=(item.id,),
        )


def _without_detail(table: Table) -> Iterator[Finding]:
    scoring = table.form.scoring
    if scoring == "total" and table.result.total.score is not None:
        lost = [("总分", table.result.total.weight, table.result.total.score)]
    elif scoring == "levels":
        lost = [
            (level.name, level.weight, level.score)
            for level in table.result.levels
            if level.weight is not None and level.score is not None and level.score < level.weight
        ]
    else:
        return
    if lost:
        told = "、".join(f"{name} {plain(score)}/{plain(weight)}" for name, weight, score in lost)
        yield Finding(
            kind="no_detail",
            severity="hint",
            what="得分没有逐项明细",
            where="评分表",
            left=told,
            right="单项得分：未列",
            settle="附上逐项评分表，合计才能核对",
            refs=tuple(one.id for one in table.result.levels if one.override is not None),
        )
