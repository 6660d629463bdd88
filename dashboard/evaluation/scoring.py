"""The arithmetic of scoring 计分: one small pure function per rule, exact fractions in and out.

Every rule answers with a share of the weight, 0 ≤ share ≤ 1 (a ratio's cap may be higher).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from dashboard.evaluation.form import Target
from dashboard.evaluation.rules import Count, Elements, Ratio, Step, Tier

NONE: Final = Fraction(0)
FULL: Final = Fraction(1)
HUNDRED: Final = 100


def holds(target: Target, actual: Fraction) -> bool:
    """达标: whether a number keeps a numeric target."""
    if target.op == "between":
        return _bound(target.low) <= actual <= _bound(target.high)
    value, tolerance = _bound(target.value), Fraction(target.tolerance)
    return {
        ">=": actual >= value,
        "<=": actual <= value,
        ">": actual > value,
        "<": actual < value,
        "=": abs(actual - value) <= tolerance,
    }[target.op]


def in_time(target: Target, done: datetime.date) -> bool:
    """达标 for a date target: done on the day or before."""
    assert target.date is not None
    return done <= target.date


def progress(target: Target, actual: Fraction) -> Fraction | None:
    """完成程度: actual ÷ target, for ≤ targets target ÷ actual; None where that means nothing.

    Beyond 1 it tells over-fulfilment. A target of 0 is fulfilled by 0 only (≤) or by anything (≥).
    """
    if target.op in ("between", "by", "is"):
        return None
    value = _bound(target.value)
    if target.op in ("<=", "<"):
        if actual <= 0:
            return FULL if holds(target, actual) else NONE
        return value / actual
    if target.op == "=":
        return FULL if holds(target, actual) else (_part(actual, value))
    return _part(actual, value) if value > 0 else (FULL if actual >= value else NONE)


def _part(actual: Fraction, value: Fraction) -> Fraction:
    """How much of `value` is there, never more than all of it for an exact target."""
    return max(NONE, actual / value) if value else NONE


def met(kept: bool) -> Fraction:
    """达标得满分，否则 0."""
    return FULL if kept else NONE


def ratio(rule: Ratio, target: Target, actual: Fraction) -> Fraction:
    """完成比例, capped; a kept target is never less than full."""
    share = progress(target, actual)
    if share is None or target.op == "=":
        return met(holds(target, actual))
    least = FULL if holds(target, actual) else NONE
    return max(least, min(share, Fraction(rule.cap)))


def shortfall(target: Target, actual: Fraction) -> Fraction:
    """How far the target is missed, in its own unit; 0 when kept."""
    if target.op in ("<=", "<"):
        return max(NONE, actual - _bound(target.value))
    if target.op == "between":
        return max(NONE, _bound(target.low) - actual, actual - _bound(target.high))
    if target.op == "=":
        return max(NONE, abs(actual - _bound(target.value)) - Fraction(target.tolerance))
    return max(NONE, _bound(target.value) - actual)


def step(rule: Step, missed: Fraction) -> Fraction:
    """阶梯扣分: what is left of the weight when the target is missed by `missed`."""
    steps = missed / Fraction(rule.per)
    if rule.whole == "full":
        steps = Fraction(steps // 1)
    elif rule.whole == "started":
        steps = Fraction(-(-steps // 1))
    return max(NONE, FULL - steps * Fraction(rule.deduct) / HUNDRED)


def elements(rule: Elements, present: Sequence[int]) -> Fraction:
    """要素计分: the shares of the elements present (1-based); without a vetoing one, nothing."""
    there = set(present)
    if any(veto not in there for veto in rule.vetoes):
        return NONE
    total = sum((Fraction(one.share) for n, one in enumerate(rule.elements, 1) if n in there), NONE)
    return total / HUNDRED


def count(rule: Count, there: Fraction) -> Fraction:
    """计数: full at `rule.full`, each one less costs its share."""
    missing = max(NONE, Fraction(rule.full) - there)
    each = Fraction(rule.each) / HUNDRED if rule.each is not None else FULL / rule.full
    return max(NONE, FULL - missing * each)


def parts(shares: Sequence[Fraction]) -> Fraction:
    """子指标: the mean of the parts' shares; each part weighs the same."""
    return sum(shares, NONE) / len(shares) if shares else NONE


def execution(rate: Fraction) -> Fraction:
    """执行率计分: the rate in percent as a share, never more than full."""
    return min(FULL, max(NONE, rate / HUNDRED))


def tier_of(tiers: Sequence[Tier], share: Decimal) -> Tier | None:
    """The topmost band 档 that contains a share (percent)."""
    inside = [tier for tier in tiers if tier.at_least <= share <= tier.at_most]
    return max(inside, key=lambda tier: tier.at_most, default=None)


def _bound(number: Decimal | None) -> Fraction:
    assert number is not None, "the loader refuses a target without its number"
    return Fraction(number)
