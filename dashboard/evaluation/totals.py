"""Levels and total 层级与总分: rounded items add up; what is pending is told, never counted 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from dashboard.evaluation.form import Form, Level, children
from dashboard.evaluation.result import Item, LevelResult, Total
from dashboard.evaluation.rounding import at_places, padded, rounded
from dashboard.evaluation.values import Values

ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class _Sum:
    """What stands below a level: scores and weights of the scored, weights of the others."""

    computed: Decimal | None = None
    final: Decimal | None = None
    scored: Decimal = ZERO
    computed_weight: Decimal = ZERO
    pending: Decimal = ZERO
    excluded: Decimal = ZERO


def levels_of(form: Form, values: Values, items: Sequence[Item]) -> tuple[LevelResult, ...]:
    """Every level with its score, in the form's order."""
    sums = _sums(form, values, items)
    return tuple(_level(form, values, level, sums[level.id]) for level in form.levels)


def total_of(form: Form, values: Values, items: Sequence[Item]) -> Total:
    """The total, its grade, and what is still open."""
    sums = _sums(form, values, items)
    top = _added([sums[level.id] for level in children(form, None)])
    if form.scoring == "total":
        top = _Sum(pending=form.total if values.total is None else ZERO)
    if form.scoring == "none":
        top = _Sum()
    computed = _scaled(form, top.computed, top)
    score = _scaled(form, top.final, top)
    if values.total:
        score = padded(values.total.score, form.rounding.total)
    pending = ZERO if values.total else top.pending
    projected = None
    if score is not None and form.scoring != "none":
        share = _extended(form, top) if pending else Fraction(score)
        projected = None if share is None else rounded(share, form.rounding.total)
    highest = None if form.scoring == "none" else (score or ZERO) + pending
    whole = top.computed_weight + top.excluded == form.total
    return Total(
        weight=ZERO if form.scoring == "none" else form.total,
        computed=computed,
        override=values.total,
        score=score,
        grade="" if pending else grade_of(form, score),
        computed_grade=grade_of(form, computed) if whole else "",
        pending=pending,
        highest=highest,
        projected=projected,
        projected_grade=grade_of(form, projected),
    )


def grade_of(form: Form, score: Decimal | None) -> str:
    """The band 等级 of a score, lower bounds in; "" for None."""
    if score is None:
        return ""
    return next((grade.name for grade in form.grades if score >= grade.at_least), "")


def _sums(form: Form, values: Values, items: Sequence[Item]) -> dict[str, _Sum]:
    by_level: dict[str, list[Item]] = {}
    for one in items:
        by_level.setdefault(one.level, []).append(one)
    found: dict[str, _Sum] = {}

    def fold(level: Level) -> _Sum:
        below = [fold(child) for child in children(form, level.id)]
        added = _added([*below, *(_of_item(one) for one in by_level.get(level.id, ()))])
        found[level.id] = _typed(form, values, level, added)
        return found[level.id]

    for first in children(form, None):
        fold(first)
    return found


def _of_item(one: Item) -> _Sum:
    if one.weight is None:
        return _Sum()
    if one.final is None and not one.pending:
        return _Sum(excluded=one.weight)
    return _Sum(
        computed=one.computed,
        final=one.final,
        scored=one.weight if one.final is not None else ZERO,
        computed_weight=one.weight if one.computed is not None else ZERO,
        pending=one.weight if one.final is None else ZERO,
    )


def _typed(form: Form, values: Values, level: Level, below: _Sum) -> _Sum:
    """A level score somebody typed stands for everything below it."""
    typed = values.levels.get(level.id)
    weight = level.weight or ZERO
    if typed is not None:
        score = padded(typed.score, form.rounding.level)
        return _Sum(below.computed, score, weight, below.computed_weight)
    if form.scoring == "levels" and below.final is None and not _has_weights(form, level):
        return _Sum(pending=weight)
    precision = form.rounding.level
    return _Sum(
        None if below.computed is None else rounded(below.computed, precision),
        None if below.final is None else rounded(below.final, precision),
        below.scored,
        below.computed_weight,
        below.pending,
        below.excluded,
    )


def _has_weights(form: Form, level: Level) -> bool:
    return any(child.weight is not None for child in children(form, level.id))


def _added(sums: Sequence[_Sum]) -> _Sum:
    computed = [one.computed for one in sums if one.computed is not None]
    final = [one.final for one in sums if one.final is not None]
    return _Sum(
        sum(computed, ZERO) if computed else None,
        sum(final, ZERO) if final else None,
        sum((one.scored for one in sums), ZERO),
        sum((one.computed_weight for one in sums), ZERO),
        sum((one.pending for one in sums), ZERO),
        sum((one.excluded for one in sums), ZERO),
    )


def _scaled(form: Form, score: Decimal | None, top: _Sum) -> Decimal | None:
    """The score brought to the full total when some weight is excluded 不适用项剔除后折算."""
    if score is None:
        return None
    left = form.total - top.excluded
    if top.excluded and left > 0:
        return rounded(Fraction(score) * Fraction(form.total) / Fraction(left), form.rounding.total)
    return rounded(score, form.rounding.total)


def _extended(form: Form, top: _Sum) -> Fraction | None:
    if top.final is None or not top.scored:
        return None
    return Fraction(top.final) / Fraction(top.scored) * Fraction(form.total)


def _level(form: Form, values: Values, level: Level, found: _Sum) -> LevelResult:
    rate = None
    whole = (level.weight or ZERO) - found.excluded
    if found.final is not None and not found.pending and whole > 0:
        rate = at_places(Fraction(found.final) / Fraction(whole) * 100, 2)
    return LevelResult(
        id=level.id,
        parent=level.parent,
        name=level.name,
        weight=level.weight,
        computed=found.computed,
        override=values.levels.get(level.id),
        score=found.final,
        rate=rate,
        pending=found.pending,
    )
