"""docs/ranking.md says of every formula what the program reckons with."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.assessment.catalog import CATALOG
from dashboard.assessment.formula import SUBJECTS

PAGE = (Path(__file__).parents[1] / "docs" / "ranking.md").read_text("utf-8").splitlines()


@pytest.mark.parametrize("id", CATALOG)
def test_every_formula_has_its_rows(id: str) -> None:
    one = CATALOG[id]
    whom = "、".join(SUBJECTS[subject] for subject in one.subjects)
    told = f"{one.source}{'；' if one.note else ''}{one.note}"
    assert f"| `{id}` | {one.name} | {whom} | {one.text} | {told} |" in PAGE
    for part in one.components:
        if part.steps:
            steps = "、".join(step.text for step in part.steps)
            assert f"| `{id}` | {part.name} | {steps}、其余→{part.beyond} |" in PAGE
        if not part.recorded:
            assert f"| `{id}` | {part.name} | {part.why} |" in PAGE


def test_no_row_for_a_formula_that_is_gone() -> None:
    rows = {line.split("`")[1] for line in PAGE if line.startswith("| `")}
    assert rows == set(CATALOG)
