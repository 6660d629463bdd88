"""偏移 drift: what a locked form says against what the measures say now.

Late events, corrections and voids go on after the book was locked; they never change it. They are
shown beside it, so that whoever reads the book knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dashboard.evaluation.result import Actual, Result


@dataclass(frozen=True)
class Drift:
    """One figure that is no longer what was locked; `score` where its score would change too."""

    id: str
    name: str
    locked: str
    now: str
    locked_score: Decimal | None = None
    score: Decimal | None = None


def drift(locked: Result, now: Result) -> list[Drift]:
    """The measured figures of a locked form that have moved, in the form's order."""
    out: list[Drift] = []
    later = {item.id: item for item in now.items}
    for item in locked.items:
        other = later.get(item.id)
        if other is not None and _moved(item.actual, other.actual):
            out.append(
                Drift(
                    item.id,
                    item.name,
                    item.actual.text,
                    other.actual.text,
                    item.computed,
                    other.computed,
                )
            )
        found = {part.id: part for part in other.parts} if other is not None else {}
        for part in item.parts:
            if part.id in found and _moved(part.actual, found[part.id].actual):
                name = f"{item.name}·{part.name}"
                out.append(Drift(part.id, name, part.actual.text, found[part.id].actual.text))
    figures = {figure.id: figure for figure in now.figures}
    for figure in locked.figures:
        if figure.id in figures and _moved(figure.actual, figures[figure.id].actual):
            now_text = figures[figure.id].actual.text
            out.append(Drift(figure.id, figure.name, figure.actual.text, now_text))
    return out


def _moved(locked: Actual, now: Actual) -> bool:
    """Measured figures only: what was typed does not drift by itself."""
    if locked.evidence is None and now.evidence is None:
        return False
    a, b = locked.evidence, now.evidence
    if a is None or b is None:
        return True
    return (a.num, a.den, a.state) != (b.num, b.den, b.state) or a.definition != b.definition
