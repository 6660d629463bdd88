"""`make golden`: the page of golden years is what the engine writes from the printed figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.bench import golden
from dashboard.evaluation.checks.table import Table
from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.filled import Filling
from dashboard.evaluation.loading import load_form, load_values
from tests.dashboard.evaluation.published import KNOWN, MEIXIAN, NANYANG, Known, measured

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "golden"
PAGE = ROOT / "docs" / "golden.md"


def one(id: str, known: Known) -> golden.Golden:
    form = load_form(id)
    values = load_values(EXAMPLES / f"{id}.yaml", form)
    filled = measured(form, known)
    result = evaluate(form, values, filled)
    return golden.Golden(form, values, result, Table(form, Filling(form, values, filled), result))


def test_each_city_is_simulated_with_the_parts_its_forms_ask_for() -> None:
    assert golden.parts_of("zhengzhou") == ("calls", "platform")
    assert golden.parts_of("nanyang") == golden.parts_of("meixian") == ("cases",)


def test_the_page_in_the_documents_is_current() -> None:
    page = golden.text([one(id, KNOWN[id]) for id in golden.FORMS])
    assert PAGE.read_text("utf-8") == page, "run: make golden"


def test_the_page_shows_printed_and_measured_side_by_side() -> None:
    page = golden.text([one("nanyang-2021", NANYANG), one("meixian-2021", MEIXIAN)])
    assert "| `nanyang-2021` | 11 项 | 93.23 | 93.23 | — | 优 | 3 | 3 |" in page
    assert (
        "| 结案率 | 92.07%（四（二）） | 92.07% | `cases.closure_rate` 428,644 ÷ 465,557 | ✓ |"
        in page
    )
    assert "| 信息采集员上报占比 | 97.36%（五（三）） | 83.89% | — | ✕ 见下 |" in page
    assert "- **矛盾** 立案数多于非自行处置的上报数" in page


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (NANYANG, []),
        ({**NANYANG, ("cases.closed", None): (1, None)}, ["figure.closed 与印出的任何一处都不符"]),
    ],
)
def test_what_is_printed_and_not_reproduced_is_told(known: Known, told: list[str]) -> None:
    found = [problem.partition("：")[2] for problem in golden.problems(one("nanyang-2021", known))]
    assert found == told
