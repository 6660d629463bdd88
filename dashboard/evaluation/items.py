"""One indicator scored 单项计分: its state against the target, the computed score, and how."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from dashboard.evaluation import scoring
from dashboard.evaluation.filled import NO_DATA, Filled, Filling
from dashboard.evaluation.form import Form, Indicator, Part, Target, shown_unit, target_text
from dashboard.evaluation.marks import mark
from dashboard.evaluation.result import Actual, Item, PartResult, State
from dashboard.evaluation.rounding import padded, rounded, shortest
from dashboard.evaluation.rules import Elements, Parts
from dashboard.evaluation.states import state_of


def item(form: Form, filling: Filling, indicator: Indicator) -> Item:
    """The indicator filled, held against its target and scored."""
    filled = filling.line(f"value.{indicator.id}")
    parts = tuple(_part(form, filling, indicator, part) for part in indicator.parts)
    state = state_of(indicator, filled, parts)
    marked = mark(form, indicator, indicator.rule, filled, state, parts)
    override = filling.values.overrides.get(indicator.id)
    if override is not None and state in ("missing", "stated"):
        state = "judged"
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
    share = mark(form, indicator, indicator.reading, filled, state, parts).share
    if share is None:
        return None
    return rounded(Fraction(indicator.weight) * share, form.rounding.item)


def _reshared(part: PartResult, rule: Parts) -> PartResult:
    """A part's share under another mode: in proportion where its fulfilment is known."""
    if rule.mode == "proportional" and part.progress is not None:
        return replace(part, share=min(part.progress, Decimal(1)))
    return part


def _part(form: Form, filling: Filling, indicator: Indicator, part: Part) -> PartResult:
    filled = filling.line(f"value.{part.id}")
    state = state_of(part, filled)
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
