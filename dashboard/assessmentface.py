"""The ranking as the wall shows it 考评画面: few rows, the best and the last, and why somebody has
no score. Pure; posts appear as groups, nobody by name or code."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Final

from dashboard.assessing import Ranked, name_of
from dashboard.assessment.formula import WHOLE, Formula, decimal
from dashboard.assessment.ranking import Standing
from dashboard.assessment.scoring import Score
from dashboard.profile import Profile

ROWS: Final = {"district": 14, "department": 12, "post": 4}
"""Rows of each table; where there are more, the first and the last of them."""
LAST: Final = 5
TABLES: Final = {"district": "districts", "department": "departments", "post": "posts"}


def rows(ranked: Ranked, profile: Profile) -> list[dict[str, Any]]:
    """`t.ranking.…`: in the order of rank, those without a score last."""
    return [_row(one, ranked, profile) for one in _chosen(ranked)]


def city(ranked: Ranked) -> dict[str, Any]:
    """`s.ranking.city`: the whole city's score by the districts' formula, districts by grade."""
    whole = ranked.city
    grades = Counter(one.score.grade for one in ranked.standings if one.score.grade)
    return {
        "v": _number(whole.score.total) if whole else None,
        "g": whole.score.grade if whole else None,
        "by": _number(whole.score_change) if whole else None,
        "grades": [grades[letter] for letter in "ABCDE"],
    }


def formula(one: Formula) -> dict[str, Any]:
    """`s.ranking.formula`: what the districts are scored by; parts as [name, weight]."""
    return {
        "id": one.id,
        "name": one.name,
        "text": one.text,
        "source": one.source,
        "parts": [[part.name, float(part.weight)] for part in one.components if part.recorded],
    }


def numbers(ranked: Ranked) -> list[int]:
    """[with a rank, all]."""
    return [sum(one.rank is not None for one in ranked.standings), len(ranked.standings)]


def short_reason(score: Score, one: Formula) -> str:
    """Why there is no score, in a few words; empty where there is one."""
    if score.total is not None:
        return ""
    if one.recorded < one.least:
        return f"只可计 {decimal(one.recorded)} % 权重"
    recorded = [mark for mark in score.marks if mark.component.recorded]
    gaps = [mark for mark in recorded if mark.points is None]
    if len(gaps) < len(recorded):
        return f"{gaps[0].component.name}{gaps[0].why}"
    known = any(mark.value is not None and mark.value.num is not None for mark in gaps)
    return "期内没有可评的案卷" if known else "期内没有数据"


def _chosen(ranked: Ranked) -> tuple[Standing, ...]:
    """All there is room for: with too many, the first and the last who have a rank."""
    most, found = ROWS[ranked.by], ranked.standings
    if len(found) <= most:
        return found
    scored = tuple(one for one in found if one.rank is not None)
    if len(scored) <= most:
        return found[:most]
    return (*scored[: most - LAST], *scored[-LAST:])


def _row(one: Standing, ranked: Ranked, profile: Profile) -> dict[str, Any]:
    mine = ranked.formula_of(one.member)
    row: dict[str, Any] = {
        "id": one.member,
        "name": name_of(profile, ranked.by, one.member),
        "v": _number(one.score.total),
        "g": one.score.grade,
        "r": one.rank,
        "up": one.rank_change,
        "by": _number(one.score_change),
    }
    if one.score.total is None:
        row["why"] = short_reason(one.score, mine)
    elif one.score.covered < WHOLE:
        row["of"] = float(one.score.covered)
    if ranked.by == "district":
        row["p"] = _parts(one.score)
    return row


def _parts(score: Score) -> list[float | None]:
    """What each recorded component earned: percent of its weight, points for deductions."""
    out: list[float | None] = []
    for mark in score.marks:
        if mark.component.recorded:
            earned = mark.points if mark.share is None else mark.share * WHOLE
            out.append(None if earned is None else round(float(earned), 2))
    return out


def _number(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
