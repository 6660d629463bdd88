"""Marks 计分: what a rule makes of a filled line — a share of its weight, and how in words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dashboard.evaluation import scoring
from dashboard.evaluation.filled import Filled
from dashboard.evaluation.form import Form, Indicator, Target, plain, target_text
from dashboard.evaluation.result import PartResult, State
from dashboard.evaluation.rounding import shortest
from dashboard.evaluation.rules import (
    Count,
    Elements,
    Execution,
    Met,
    Parts,
    Ratio,
    Rule,
    Step,
    Tiers,
)
from dashboard.evaluation.states import keeps


@dataclass(frozen=True)
class Marked:
    """A share of the weight (None: cannot be said yet) and the words for it."""

    share: Fraction | None
    how: str


def mark(
    form: Form,
    indicator: Indicator,
    rule: Rule | None,
    filled: Filled,
    state: State,
    parts: tuple[PartResult, ...],
) -> Marked:
    """The share of the indicator's weight that `rule` gives, and why."""
    if rule is None:
        return Marked(None, "")
    if state in ("na", "not_occurred"):
        word = "不适用" if state == "na" else "未发生"
        share = {"exclude": None, "full": scoring.FULL, "zero": scoring.NONE}[form.na]
        said = {"exclude": "不计入总分", "full": "按满分计", "zero": "按 0 分计"}[form.na]
        return Marked(share, f"{word}（{filled.entry.reason}）：{said}")
    if isinstance(rule, Parts):
        return _mark_parts(rule, parts)
    if isinstance(rule, Elements):
        return _mark_elements(rule, filled)
    if isinstance(rule, Tiers):
        share_typed = filled.entry.share
        if share_typed is None:
            return Marked(None, "待定档")
        return Marked(
            Fraction(share_typed) / 100, f"{filled.entry.tier}：{plain(share_typed)}% 权重"
        )
    if state in ("missing", "nodata", "stated") and filled.number is None:
        return Marked(None, "无数据" if state == "nodata" else "待填")
    return _mark_number(rule, indicator, filled, state)


def _mark_number(rule: Rule, indicator: Indicator, filled: Filled, state: State) -> Marked:
    target, number, unit = indicator.target, filled.number, indicator.unit
    shown = filled.actual.text
    if isinstance(rule, Met):
        kept = keeps(target, filled)
        if kept is None:
            return Marked(None, "待评定")
        return Marked(
            scoring.met(kept), f"{shown or '按评定'}，{'达标得满分' if kept else '未达标'}"
        )
    if isinstance(rule, Step) and target is not None:
        return _mark_step(rule, target, filled, unit)
    if number is None:
        kept = keeps(target, filled)
        return Marked(None if kept is None else scoring.met(kept), shown)
    if isinstance(rule, Ratio) and target is not None:
        return Marked(
            scoring.ratio(rule, target, number), f"{shown} 对 {target_text(target, unit)} 按比例"
        )
    if isinstance(rule, Count):
        return Marked(scoring.count(rule, number), f"{shown}，满分为 {rule.full}")
    if isinstance(rule, Execution):
        return Marked(scoring.execution(number), f"分值 × 执行率 {shown}")
    return Marked(None, "待评分")


def _mark_step(rule: Step, target: Target, filled: Filled, unit: str) -> Marked:
    if target.op == "by":
        done = filled.entry.date
        if done is None or target.date is None:
            return Marked(None, "待填日期")
        missed = Fraction(max(0, (done - target.date).days))
        unit = "天"
    elif filled.number is None:
        return Marked(None, "待填")
    else:
        missed = scoring.shortfall(target, filled.number)
    share = scoring.step(rule, missed)
    each = f"每 {plain(rule.per)}{unit} 扣权重的 {plain(rule.deduct)}%"
    return Marked(share, f"差 {shortest(missed, 4):f}{unit}，{each}" if missed else "达标得满分")


def _mark_elements(rule: Elements, filled: Filled) -> Marked:
    present = filled.entry.elements
    if present is None:
        return Marked(None, "待填要素")
    share = scoring.elements(rule, present)
    lacking = [n for n in rule.vetoes if n not in present]
    if lacking:
        return Marked(share, f"缺要素 {'、'.join(map(str, lacking))}，不得分")
    most = len(rule.elements)
    return Marked(share, f"具备 {len(present)}/{most} 个要素，合 {shortest(share * 100):f}% 权重")


def _mark_parts(rule: Parts, parts: tuple[PartResult, ...]) -> Marked:
    counted = [part for part in parts if part.state not in ("na", "not_occurred")]
    shares = [part.share for part in counted]
    known = [Fraction(share) for share in shares if share is not None]
    kept = sum(part.state == "met" for part in counted)
    how = f"{len(counted)} 个子指标中 {kept} 个达标"
    if not counted or len(known) < len(shares):
        return Marked(None, f"{how}，其余待填")
    way = "按比例" if rule.mode == "proportional" else "达标得分、未达标不得分"
    return Marked(scoring.parts(known), f"{how}，{way}")
