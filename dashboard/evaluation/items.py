"""One indicator scored 单项计分: its state against the target, the computed score, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from dashboard.evaluation import scoring
from dashboard.evaluation.filled import NO_DATA, Filled, Filling
from dashboard.evaluation.form import (
    Form,
    Indicator,
    Part,
    Target,
    plain,
    shown_unit,
    target_text,
)
from dashboard.evaluation.result import Actual, Item, PartResult, State
from dashboard.evaluation.rounding import padded, rounded, shortest
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

NUMERIC: Final = frozenset({">=", "<=", ">", "<", "=", "between"})


@dataclass(frozen=True)
class Marked:
    """A share of the weight (None: cannot be said yet) and the words for it."""

    share: Fraction | None
    how: str


def item(form: Form, filling: Filling, indicator: Indicator) -> Item:
    """The indicator filled, held against its target and scored."""
    filled = filling.line(f"value.{indicator.id}")
    parts = tuple(_part(form, filling, indicator, part) for part in indicator.parts)
    state = _state(indicator, filled, parts)
    marked = _mark(form, indicator, indicator.rule, filled, state, parts)
    override = filling.values.overrides.get(indicator.id)
    weight = indicator.weight
    exact = None
    if weight is not None and marked.share is not None:
        exact = Fraction(weight) * marked.share
    computed = None if exact is None else rounded(exact, form.rounding.item)
    return Item(
        id=indicator.id,
        level=indicator.level,
        name=indicator.name,
        weight=weight,
        unit=indicator.unit,
        target=target_text(indicator.target, shown_unit(form, indicator.unit)),
        op=indicator.target.op if indicator.target else "",
        actual=_shown(indicator, filled, parts),
        state=state,
        progress=_progress(indicator.target, filled.number),
        computed=computed,
        override=override,
        final=padded(override.score, form.rounding.item) if override else computed,
        how=marked.how,
        note=filled.entry.note,
        parts=parts,
        reading=_reading(form, indicator, filled, state, parts),
        exact="" if exact is None else f"{shortest(exact):f}",
    )


def _shown(indicator: Indicator, filled: Filled, parts: tuple[PartResult, ...]) -> Actual:
    """The actual value with what its cell says where nobody typed words: elements, tier, parts."""
    actual, entry = filled.actual, filled.entry
    if actual.text not in ("", NO_DATA):
        return actual
    text = ""
    if isinstance(indicator.rule, Elements) and entry.elements is not None:
        text = "；".join(indicator.rule.elements[n - 1].text for n in sorted(entry.elements))
    elif entry.tier is not None:
        text = entry.tier
    elif parts:
        text = "；".join(f"{part.name} {part.actual.text}" for part in parts if part.actual.text)
    return replace(actual, text=text) if text else actual


def _progress(target: Target | None, number: Fraction | None) -> Decimal | None:
    share = None if target is None or number is None else scoring.progress(target, number)
    return None if share is None else shortest(share, 4)


def _reading(
    form: Form,
    indicator: Indicator,
    filled: Filled,
    state: State,
    parts: tuple[PartResult, ...],
) -> Decimal | None:
    """The score under the other reading 另一口径 of the rule; None where there is none."""
    if indicator.reading is None or indicator.weight is None:
        return None
    if isinstance(indicator.reading, Parts):
        parts = tuple(_reshared(part, indicator.reading) for part in parts)
    share = _mark(form, indicator, indicator.reading, filled, state, parts).share
    if share is None:
        return None
    return rounded(Fraction(indicator.weight) * share, form.rounding.item)


def _reshared(part: PartResult, rule: Parts) -> PartResult:
    """A part's share under another mode: in proportion where its fulfilment is known."""
    if rule.mode == "proportional" and part.progress is not None:
        return replace(part, share=min(part.progress, Decimal(1)))
    return part


def _state(line: Indicator | Part, filled: Filled, parts: tuple[PartResult, ...] = ()) -> State:
    entry = filled.entry
    if entry.na:
        return "na"
    if entry.not_occurred:
        return "not_occurred"
    rule = getattr(line, "rule", None)
    if isinstance(rule, Parts):
        return _state_of_parts(parts)
    if isinstance(rule, Elements) and entry.elements is not None:
        share = scoring.elements(rule, entry.elements)
        return "met" if share * 100 >= rule.sum else ("partial" if share else "unmet")
    if entry.tier is not None:
        return "judged"
    kept = keeps(line.target, filled)
    if kept is not None:
        return "met" if kept else "unmet"
    if isinstance(rule, Count) and filled.number is not None:
        return "met" if filled.number >= rule.full else "partial"
    if filled.actual.text and filled.actual.origin != "none":
        return "stated"
    return "nodata" if line.source.measure or line.source.formula else "missing"


def _state_of_parts(parts: tuple[PartResult, ...]) -> State:
    states = {part.state for part in parts} - {"na", "not_occurred"}
    if not states:
        return "na"
    for waiting in ("missing", "nodata", "stated"):
        if waiting in states:
            return waiting
    if states == {"met"}:
        return "met"
    return "unmet" if states == {"unmet"} else "partial"


def keeps(target: Target | None, filled: Filled) -> bool | None:
    """达标: by comparison where there is something to compare, else as judged; None: cannot say."""
    entry = filled.entry
    if target is not None:
        if target.op in NUMERIC and filled.number is not None:
            return scoring.holds(target, filled.number)
        if target.op == "by" and entry.date is not None:
            return scoring.in_time(target, entry.date)
        if target.op == "is" and entry.met is None and entry.text is not None:
            return entry.text == target.words
    return entry.met


def _part(form: Form, filling: Filling, indicator: Indicator, part: Part) -> PartResult:
    filled = filling.line(f"value.{part.id}")
    state = _state(part, filled)
    progress = None
    if part.target is not None and filled.number is not None:
        progress = scoring.progress(part.target, filled.number)
    share: Fraction | None = None
    if state in ("met", "unmet"):
        share = scoring.met(state == "met")
        rule = indicator.rule
        if isinstance(rule, Parts) and rule.mode == "proportional" and progress is not None:
            share = max(share, min(progress, scoring.FULL))
    return PartResult(
        id=part.id,
        name=part.name,
        unit=part.unit,
        target=target_text(part.target, shown_unit(form, part.unit)),
        op=part.target.op if part.target else "",
        actual=filled.actual,
        state=state,
        progress=None if progress is None else shortest(progress, 8),
        share=None if share is None else shortest(share, 8),
    )


def _mark(
    form: Form,
    indicator: Indicator,
    rule: Rule | None,
    filled: Filled,
    state: State,
    parts: tuple[PartResult, ...],
) -> Marked:
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
