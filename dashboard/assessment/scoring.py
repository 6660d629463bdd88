"""Scoring 评分: a member's measures put through a formula, exactly, and what is missing named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from dashboard.assessment.formula import WHOLE, Component, Formula, Grades
from dashboard.comparison import rounded
from dashboard.formula import Value

NO_UNITS: Final = "档案没有写单元网格数"
PLACES: Final = 2
"""Scores have two decimal places; what prints the same is the same."""


@dataclass(frozen=True)
class Mark:
    """分项得分: `share` of the component earned (0–1), `points` of the total; both None where it
    has none, and `why` says why."""

    component: Component
    value: Value | None
    share: Fraction | None
    points: Fraction | None
    why: str = ""


@dataclass(frozen=True)
class Score:
    """总分 (two places) and 等级, or why there is none; `covered`: weights that count, of 100."""

    total: Decimal | None
    grade: str | None
    marks: tuple[Mark, ...]
    covered: Fraction
    why: str = ""


def score(
    formula: Formula, values: Mapping[str, Value], grades: Grades, units: int | None = None
) -> Score:
    """One member's score; `values` by measure id, `units` its number of unit cells."""
    marks = tuple(_mark(one, values, units) for one in formula.components)
    counted = [mark for mark in marks if mark.points is not None]
    covered = sum((mark.component.weight for mark in counted), Fraction(0))
    why = _why_none(formula, marks, covered)
    if why:
        return Score(None, None, marks, covered, why)
    points = sum((mark.points for mark in counted if mark.points is not None), Fraction(0))
    total = rounded(max(Fraction(0), points) * WHOLE / covered, PLACES)
    return Score(total, grades.of(total), marks, covered)


def _why_none(formula: Formula, marks: tuple[Mark, ...], covered: Fraction) -> str:
    """Why there is no total; empty where there is one."""
    unrecorded = [mark for mark in marks if not mark.component.recorded]
    if formula.recorded < formula.least:
        return "；".join(f"{mark.component.name}：{mark.why}" for mark in unrecorded)
    gaps = [mark for mark in marks if mark.component.recorded and mark.points is None]
    if gaps and (formula.missing == "none" or covered < formula.least):
        return "；".join(f"{mark.component.name}：{mark.why}" for mark in gaps)
    return ""


def _mark(one: Component, values: Mapping[str, Value], units: int | None) -> Mark:
    value = values.get(one.measure) if one.recorded else None
    if not one.recorded:
        return Mark(one, None, None, None, one.why)
    if value is None or value.num is None or value.state in ("nodata", "na"):
        return Mark(one, value, None, None, _reason(value))
    if one.rule == "off":
        return Mark(one, value, None, -one.lose * value.num)
    if one.rule == "steps":
        if one.per_unit and not units:
            return Mark(one, value, None, None, NO_UNITS)
        share = _stepped(one, Fraction(value.num, units if one.per_unit and units else 1))
        return Mark(one, value, share, share * one.weight)
    if not value.den:
        return Mark(one, value, None, None, _reason(value))
    share = _shared(one, Fraction(value.num, value.den))
    return Mark(one, value, share, share * one.weight)


def _reason(value: Value | None) -> str:
    if value is not None and value.num is not None and value.den is not None:
        return "分母为 0"
    return "期内没有数据"


def _shared(one: Component, rate: Fraction) -> Fraction:
    """0–1: the rate, its complement, or what a shortfall leaves."""
    if one.rule == "complement":
        return _capped(1 - rate)
    if one.rule == "shortfall":
        lost = max(Fraction(0), one.full_at - rate) * WHOLE * one.lose
        return _capped(1 - lost / one.weight)
    return _capped(rate)


def _stepped(one: Component, number: Fraction) -> Fraction:
    points = next((step.points for step in one.steps if step.holds(number)), one.beyond)
    return Fraction(points, WHOLE)


def _capped(share: Fraction) -> Fraction:
    return min(Fraction(1), max(Fraction(0), share))
