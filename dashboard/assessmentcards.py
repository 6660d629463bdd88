"""What the 口径卡 of a ranking says: the formula with the weights in force, and its source."""

from __future__ import annotations

from dashboard.assessment.choice import Assessment
from dashboard.assessment.formula import MISSING, SUBJECTS, Formula
from layouts.definition import Definition


def assessment_cards(settings: Assessment) -> dict[str, Definition]:
    """`ranking.district` … → its 口径, for everybody who is assessed."""
    return {
        f"ranking.{subject}": assessment_card(settings, settings.formula(subject), word)
        for subject, word in SUBJECTS.items()
    }


def assessment_card(settings: Assessment, formula: Formula, word: str) -> Definition:
    """The card of one formula."""
    steps = [
        f"{part.name}分值：{'、'.join(step.text for step in part.steps)}、其余→{part.beyond}"
        for part in formula.components
        if part.steps
    ]
    gaps = [f"{part.name}不计（{part.why}）" for part in formula.components if not part.recorded]
    rules = [f"等级 {settings.grades.text}", MISSING[formula.missing]]
    return Definition(
        f"{word}考评得分",
        "分",
        formula.text,
        variant=f"{formula.name}（{formula.id}）",
        source=formula.source,
        note="；".join(filter(None, [*steps, *gaps, formula.note, *rules])),
    )
