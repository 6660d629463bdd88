"""A city's choices 考评设置: which formula for whom, the period on the wall, grades, unit cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.assessment.catalog import CATALOG, USUAL, for_subject
from dashboard.assessment.formula import Formula, Grades


@dataclass(frozen=True)
class Assessment:
    """`formulas`: all there are, by id; `chosen`: subject → id; `units`: district → unit cells."""

    period: str = "month"
    formulas: Mapping[str, Formula] = field(default_factory=lambda: CATALOG)
    chosen: Mapping[str, str] = field(default_factory=lambda: USUAL)
    grades: Grades = field(default_factory=Grades)
    units: Mapping[str, int] = field(default_factory=dict)

    def formula(self, subject: str, id: str = "") -> Formula:
        """The formula for a subject, the city's where none is asked for; `BadChoice`."""
        found = self.formulas.get(id or self.chosen[subject])
        if found is None or subject not in found.subjects:
            known = "、".join(one.id for one in self.choices(subject))
            raise BadChoice(f"考评公式 {id}：应为 {known} 之一")
        return found

    def choices(self, subject: str) -> tuple[Formula, ...]:
        """The formulas that fit a subject."""
        return for_subject(subject, self.formulas.values())


class BadChoice(ValueError):
    """A formula that does not exist or is not for this subject; the text says what there is."""
