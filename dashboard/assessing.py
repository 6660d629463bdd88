"""Assessing 考评测算: the ranking of a period, its components the very figures of `measures`.

What `cityops ranking`, the wall and the desk ask. A formula that names a 口径 of its own is
reckoned in that one, every other component in the city's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dashboard.assessment.formula import POSTS, SUBJECTS, Formula
from dashboard.assessment.ranking import Standing, standings
from dashboard.assessment.scoring import Score, score
from dashboard.formula import Value
from dashboard.ledger import Ledger
from dashboard.measures import resolve
from dashboard.periods import Base, Span, before
from dashboard.places import OUTSIDE
from dashboard.profile import Profile
from dashboard.reckoning import reckon
from dashboard.windows import Window

BY: Final[dict[str, str]] = {
    "district": "区域",
    "department": "部门",
    "post": "岗位",
    "collector": "采集员（工号）",
}
"""What can be ranked; collectors by their staff code, never on a wall."""
WHOLE: Final = ""
"""The whole city among the members of a reckoning."""


Figures = Callable[
    [Profile, Window, str | None, Sequence[str]],
    tuple[Mapping[str, Value], Mapping[str, Mapping[str, Value]]],
]
"""(city with its variants, window, breakdown, measures) → its figures, and those of members."""


@dataclass(frozen=True)
class Ranked:
    """考评结果: everybody's standing in a period; `city`: the whole city by the same formula.

    `formulas`: member → its formula for posts, which have one each; else all have `formula`.
    """

    by: str
    span: Span
    base: Base
    """The equally long days before, with which it is compared 环比."""
    formula: Formula | None
    formulas: Mapping[str, Formula]
    standings: tuple[Standing, ...]
    city: Standing | None

    def formula_of(self, member: str) -> Formula:
        """The formula a member is scored by."""
        return self.formula or self.formulas[member]


def of_ledger(ledger: Ledger) -> Figures:
    """The figures as the tally has them."""

    def figures(
        city: Profile, window: Window, by: str | None, ids: Sequence[str]
    ) -> tuple[Mapping[str, Value], Mapping[str, Mapping[str, Value]]]:
        report = reckon(ledger, city, window, by, ids)
        return report.measures, report.by

    return figures


def assess(figures: Figures, profile: Profile, by: str, span: Span, formula: str = "") -> Ranked:
    """The ranking; `formula` by id, the city's where empty. Raises `BadChoice`."""
    if by == "post":
        return _posts(figures, profile, span)
    chosen = profile.assessment.formula(by, formula)
    base = before(profile, span)
    now = _scores(figures, profile, chosen, span.window, by)
    then = _scores(figures, profile, chosen, base.window, by)
    city = Standing(WHOLE, now.pop(WHOLE), None, then.pop(WHOLE), None)
    return Ranked(by, span, base, chosen, {}, standings(now, then), city)


def _posts(figures: Figures, profile: Profile, span: Span) -> Ranked:
    """岗位 as groups: the whole city's figures by the formula of each."""
    base = before(profile, span)
    formulas = {post: profile.assessment.formula(post) for post in POSTS}

    def scores(window: Window) -> dict[str, Score]:
        return {
            post: _scores(figures, profile, one, window)[WHOLE] for post, one in formulas.items()
        }

    found = standings(scores(span.window), scores(base.window), ranked=False)
    return Ranked("post", span, base, None, formulas, found, None)


def name_of(profile: Profile, by: str, member: str) -> str:
    """How a member is called on screens and in files."""
    if member == WHOLE:
        return "全市"
    if by == "post":
        return SUBJECTS[member]
    return member if by == "collector" else profile.label(by, member)


def choosing(profile: Profile, formula: Formula) -> Profile:
    """The city with the 口径 that the formula names itself."""
    return replace(profile, variants={**profile.variants, **formula.variants})


def _scores(
    figures: Figures, profile: Profile, formula: Formula, window: Window, by: str | None = None
) -> dict[str, Score]:
    """Member → score; the whole city under WHOLE."""
    city = choosing(profile, formula)
    whole, members_found = figures(city, window, by, formula.measures)
    nothing = _nothing(city, formula, window, whole)
    found = {member: values for member, values in members_found.items() if _counts(by, member)}
    members = {**dict.fromkeys(_named(profile, by), nothing), **found}
    settings = profile.assessment

    def made(values: Mapping[str, Value], units: int | None) -> Score:
        return score(formula, {**nothing, **values}, settings.grades, units)

    every = sum(settings.units.values()) if _all_known(profile) else None
    out = {member: made(values, settings.units.get(member)) for member, values in members.items()}
    return {**out, WHOLE: made(whole, every)}


def _nothing(
    city: Profile, formula: Formula, window: Window, whole: Mapping[str, Value]
) -> dict[str, Value]:
    """The figures of somebody no case is about: 0 where the window is known, else none."""
    known = all(value.num is not None for value in whole.values())
    return {
        id: resolve(id, city).value({}, window.as_of) if known else whole[id]
        for id in formula.measures
    }


def _named(profile: Profile, by: str | None) -> list[str]:
    """Who is assessed even without a case: the districts and departments of the profile."""
    if by == "district":
        return [area.code for area in profile.districts]
    return [one.code for one in profile.departments] if by == "department" else []


def _counts(by: str | None, member: str) -> bool:
    """Whether a member of a breakdown is somebody: not 未填, not 网格外."""
    return bool(member) and not (by == "district" and member == OUTSIDE)


def _all_known(profile: Profile) -> bool:
    return all(area.code in profile.assessment.units for area in profile.districts)
