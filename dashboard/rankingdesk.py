"""The page 考评 of the desk: the same ranking as the command's and the wall's, for any period.

Scores compare members with each other, so everybody sees all of them; the cases behind a figure
stay within the reader's area, and collectors (by staff code) are for readers of the whole city.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dashboard.access.identity import Identity
from dashboard.assessing import BY, Figures, Ranked, assess, name_of, of_ledger
from dashboard.assessment.choice import BadChoice
from dashboard.assessment.formula import POSTS, SUBJECTS, WHOLE, Component, Formula, decimal
from dashboard.assessment.ranking import Standing
from dashboard.assessment.scoring import Mark
from dashboard.assessmentcards import assessment_card
from dashboard.deskquery import DeskQuery, View
from dashboard.exports.localtime import LocalTime
from dashboard.formula import Value
from dashboard.ledger import Ledger
from dashboard.periods import Period, Span, span
from dashboard.profile import Profile
from dashboard.question import Question, read_question
from dashboard.rankingfile import everybody, sheets_of
from dashboard.windows import Window
from layouts.definition import Definition
from layouts.figureboard import Sheet
from layouts.rankingboard import Part, RankingBoard, Row
from layouts.written import NO_VALUE, THIN, written

EVERYBODY: Final = Identity("", "", frozenset(), kind="user")
"""Confined to nothing: a ranking is of all members or none."""
WAIT_S: Final = 60.0
BEHIND: Final = "/desk/behind"
DEFAULT_BY: Final = "district"
CONFINED: Final = "考评是成员之间的比较，下列为全市各成员；点开的案卷清单只含您管辖范围内的案卷。"
NOT_YOURS: Final = "采集员（工号）只给管辖全市的人看，现按区域显示。"
NARROWED: Final = "考评按全部案卷计：地址里的区、部门、类别、来源等条件在此不起作用。"


class RankingDesk:
    """One per web process; every call says who asks."""

    def __init__(
        self,
        query: DeskQuery,
        ledger: Callable[[], Ledger],
        profile: Profile,
        now: Callable[[], int],
    ) -> None:
        self._query, self._ledger = query, ledger
        self._profile, self._now = profile, now
        self._clock = LocalTime(profile.timezone)

    def board(self, who: Identity, address: str) -> RankingBoard:
        """Everything the page shows for an address."""
        reading = read_question(address, self._profile.names)
        question = reading.question
        notes: list[str] = []
        by, formula = self._asked(who, reading.rest.get("by"), reading.rest.get("formula"), notes)
        ranked = self._ranked(by, formula, question.period)
        if question.among or question.attribution or question.variants:
            notes.append(NARROWED)
        if who.areas:
            notes.append(CONFINED)
        plain = Question(question.period)
        return RankingBoard(
            query=plain.query(**_own(by, formula)),
            said=f"{BY[by]}考评　{question.period.label()}（{self._days(ranked.span)}）",
            bases=f"升降与同样长的 {ranked.base.label()} 相比",
            notes=tuple(notes),
            subjects=tuple(
                (word, plain.query(**_own(one)), one == by)
                for one, word in BY.items()
                if one != "collector" or not who.areas
            ),
            formulas=self._formulas(by, plain, ranked.formula),
            headings=tuple(map(_heading, ranked.formula.components)) if ranked.formula else (),
            rows=tuple(self._row(one, ranked, plain) for one in everybody(ranked)),
            cards=self._cards(ranked),
            grades=f"等级 {self._profile.assessment.grades.text}",
        )

    def sheets(self, who: Identity, address: str) -> tuple[str, list[Sheet]]:
        """The page as a file: its name and tables, numbers as numbers."""
        shown = self.board(who, address)
        reading = read_question(address, self._profile.names)
        by, formula = self._asked(who, reading.rest.get("by"), reading.rest.get("formula"), [])
        ranked = self._ranked(by, formula, reading.question.period)
        named = {one.member: self._name(ranked, one) for one in everybody(ranked)}
        return f"考评 {shown.said}", sheets_of(shown, ranked, named)

    def _asked(
        self, who: Identity, by: str | None, formula: str | None, notes: list[str]
    ) -> tuple[str, str]:
        """Whom to rank by which formula; what the address got wrong is said."""
        if by and by not in BY:
            notes.append(f"by = {by[:20]}：应为 {'、'.join(BY)} 之一，现按区域显示。")
        found = by if by in BY else DEFAULT_BY
        if found == "collector" and who.areas:
            notes.append(NOT_YOURS)
            found = DEFAULT_BY
        if not formula or found == "post":
            return found, ""
        try:
            self._profile.assessment.formula(found, formula)
        except BadChoice as error:
            notes.append(f"{error}，现按本市的公式显示。")
            return found, ""
        return found, formula

    def _ranked(self, by: str, formula: str, asked: Period) -> Ranked:
        """The ranking: from the process's copy of the cases, which answers at once and is kept
        there; collectors, whom the copy does not tell apart, from the ledger."""
        profile = self._profile
        if by == "collector":
            days = span(profile, asked, self._now())
            return assess(of_ledger(self._ledger()), profile, by, days, formula)

        def work(view: View) -> Ranked:
            days = view.span(Question(asked))
            return assess(of_view(view), profile, by, days, formula)

        return self._query.ask(EVERYBODY, Question(asked), ("ranking", by, formula), work, WAIT_S)

    def _days(self, days: Span) -> str:
        return days.label(lambda at: str(self._clock.text(at))[5:16])

    def _name(self, ranked: Ranked, one: Standing) -> str:
        return name_of(self._profile, ranked.by, one.member)

    def _formulas(
        self, by: str, plain: Question, chosen: Formula | None
    ) -> tuple[tuple[str, str, bool], ...]:
        if chosen is None:
            return ()
        settings = self._profile.assessment
        usual = settings.formula(by).id
        return tuple(
            (
                f"{one.name}（本市）" if one.id == usual else one.name,
                plain.query(**_own(by, "" if one.id == usual else one.id)),
                one.id == chosen.id,
            )
            for one in settings.choices(by)
        )

    def _cards(self, ranked: Ranked) -> tuple[Definition, ...]:
        settings = self._profile.assessment
        if ranked.formula is not None:
            return (assessment_card(settings, ranked.formula, SUBJECTS[ranked.by]),)
        return tuple(
            assessment_card(settings, ranked.formulas[post], SUBJECTS[post]) for post in POSTS
        )

    def _row(self, one: Standing, ranked: Ranked, plain: Question) -> Row:
        covered = one.score.covered
        partly = f"可计权重 {decimal(covered)}{THIN}%" if covered < WHOLE else ""
        narrowed = plain
        if one.member and ranked.by in ("district", "department"):
            narrowed = plain.narrowed(ranked.by, [one.member])
        linked = ranked.by != "collector"
        return Row(
            id=one.member,
            rank="" if one.rank is None else f"{one.rank}",
            moved=_moved(one),
            name=self._name(ranked, one),
            score=NO_VALUE if one.score.total is None else f"{one.score.total}",
            grade=one.score.grade or "",
            change="" if one.score_change is None else f"{one.score_change:+}".replace("-", "−"),
            parts=tuple(_part(mark, narrowed if linked else None) for mark in one.score.marks),
            note=one.score.why or partly,
        )


def of_view(view: View) -> Figures:
    """The figures of the process's copy of the cases."""

    def figures(
        city: Profile, window: Window, by: str | None, ids: Sequence[str]
    ) -> tuple[Mapping[str, Value], Mapping[str, Mapping[str, Value]]]:
        counted = replace(view, profile=city).over(Question(), window, ids)
        return counted.total(), counted.by(by) if by else {}

    return figures


def _own(by: str, formula: str = "") -> dict[str, str]:
    """The page's own keys of an address."""
    own = {"by": by} if by != DEFAULT_BY else {}
    return own | ({"formula": formula} if formula else {})


def _heading(one: Component) -> str:
    if one.rule == "off":
        return f"{one.name}（每件扣 {decimal(one.lose)}）"
    return f"{one.name}（{decimal(one.weight)}{THIN}%）"


def _moved(one: Standing) -> str:
    change = one.rank_change
    if change is None:
        return "" if one.rank is None else "新"
    return "平" if not change else f"{'▲' if change > 0 else '▼'} {abs(change)}"


def _part(mark: Mark, question: Question | None) -> Part:
    value = mark.value
    points = "" if mark.points is None else f"得 {float(mark.points):.2f}"
    if value is None or value.num is None:
        return Part(mark.component.name, NO_VALUE, points, (), mark.why)
    rate = value.den is not None
    sides = [("num", value.num), *([("den", value.den)] if value.den is not None else [])]
    return Part(
        mark.component.name,
        written(value.value, "rate" if rate else "count"),
        points,
        tuple((f"{n:,}", _behind(question, mark, side) if n else "") for side, n in sides),
        mark.why,
    )


def _behind(question: Question | None, mark: Mark, side: str) -> str:
    """The address of the cases that a numerator or denominator counts."""
    value = mark.value
    if question is None or value is None:
        return ""
    more = {"measure": value.measure, "side": side, "attribution": value.attribution}
    return BEHIND + question.query(**more, variant=f"{value.measure}:{value.variant}")
