"""Golden years: the printed totals of real documents, and what the cross-checks find in each."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.loading import load_form, load_values
from dashboard.evaluation.result import Result

GOLDEN = Path(__file__).parents[3] / "examples" / "golden"


def golden(id: str) -> Result:
    form = load_form(id)
    return evaluate(form, load_values(GOLDEN / f"{id}.yaml", form))


def found(result: Result) -> list[tuple[str, ...]]:
    """Findings as (kind, what it is about …)."""
    return [(finding.kind, *finding.refs) for finding in result.findings]


def test_zhengzhou_2021_prints_91_62_and_would_compute_93_82() -> None:
    result = golden("zhengzhou-2021")
    assert (result.total.score, result.total.grade) == (Decimal("91.62"), "优秀")
    assert result.total.computed == Decimal("93.82")
    assert len(result.items) == 39 and result.complete
    differing = {i.id: (i.computed, i.final) for i in result.items if i.computed != i.final}
    assert differing == {
        "reward": (Decimal("0.00"), Decimal("1.90")),
        "clue_reward": (Decimal("0.00"), Decimal("1.90")),
        "fault_rate": (Decimal("6.00"), Decimal("0.00")),
    }
    scores = {item.id: item.final for item in result.items}
    assert scores["budget_rate"] == Decimal("1.90") and scores["finance_rules"] == Decimal("1.62")
