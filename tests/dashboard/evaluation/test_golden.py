"""Golden years: the printed totals of real documents, and what the cross-checks find in each.

Measured figures are given as the simulated years print them (`make golden` and the 梅县 year below
let real events produce them). Each expected finding is one of the contradictions of its document;
the three that are no contradiction of the document are marked.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.loading import load_form, load_values
from dashboard.evaluation.result import Result, decode, encode
from tests.dashboard.evaluation.published import KNOWN, NANYANG, Known, measured

GOLDEN = Path(__file__).parents[3] / "examples" / "golden"
NOTHING: Known = {}


def golden(id: str, **other: Known) -> Result:
    form = load_form(id)
    known = other.get("known", KNOWN[id])
    return evaluate(form, load_values(GOLDEN / f"{id}.yaml", form), measured(form, known))


@pytest.mark.parametrize(
    ("id", "score", "computed", "grade"),
    [
        ("zhengzhou-2021", "91.62", "93.82", "优秀"),
        ("zhengzhou-2022", "92.9", "92.9", "优"),
        ("nanyang-2021", "93.23", None, "优"),
        ("meixian-2021", None, None, ""),
        ("yueyang-2020-overall", "96", None, "优秀"),
        ("yueyang-2020-collection", "97", None, "优秀"),
    ],
)
def test_the_printed_total_is_reproduced_with_the_computed_one_beside(
    id: str, score: str | None, computed: str | None, grade: str
) -> None:
    total = golden(id).total
    assert (total.score, total.grade) == (Decimal(score) if score else None, grade)
    assert total.computed == (Decimal(computed) if computed else None)
    assert total.pending == 0


def test_zhengzhou_2021_differs_from_its_own_rules_in_three_items() -> None:
    result = golden("zhengzhou-2021")
    assert len(result.items) == 39
    differing = {i.id: (str(i.computed), str(i.final)) for i in result.items if i.override}
    assert differing == {
        "reward": ("0.00", "1.90"),
        "clue_reward": ("0.00", "1.90"),
        "fault_rate": ("6.00", "0.00"),
    }
    items = {item.id: item for item in result.items}
    assert str(items["budget_rate"].final) == "1.90"
    assert (str(items["finance_rules"].final), items["finance_rules"].exact) == ("1.62", "1.625")
    assert str(items["reward_timely"].final) == "0.00"
    money = {(cell.row, cell.column): cell for cell in result.money}
    assert [money[row, "total"].text for row in ("left", "arrival_rate", "spend_rate")] == [
        "2625589.94",
        "104.84",
        "95.38",
    ]


def test_zhengzhou_2022_has_18_items_13_unit_indicators_and_its_level_scores() -> None:
    result = golden("zhengzhou-2022")
    assert (len(result.items), sum(len(item.parts) for item in result.items)) == (18, 13)
    first = {level.name: level for level in result.levels if level.parent is None}
    assert {name: (str(one.score), str(one.rate)) for name, one in first.items()} == {
        "决策": ("16.8", "93.33"),
        "过程": ("15.9", "99.38"),
        "产出": ("34.2", "85.50"),
        "效益": ("26.0", "100.00"),
    }
    items = {item.id: item for item in result.items}
    scores = {id: str(items[id].final) for id in ("completed", "quality_kept", "goals_clear")}
    assert scores == {"completed": "7.5", "quality_kept": "6.7", "goals_clear": "1.8"}
    assert (str(items["completed"].reading), str(items["budget_rate"].final)) == ("9.6", "3.9")
    assert items["saved"].actual.measured == Decimal("2.97352835")


def test_nanyang_2021_case_statistics_come_from_the_ledger() -> None:
    result = golden("nanyang-2021")
    figures = {figure.name: figure.actual for figure in result.figures}
    assert figures["立案率"].text == "91.36%" and figures["结案率"].text == "92.07%"
    assert figures["信息采集员上报占比"].text == "83.89%"
    assert figures["上报问题数"].origin == "measured"
    assert [str(level.rate) for level in result.levels] == ["86.67", "100.00", "98.29", "80.00"]


def test_yueyang_2020_shows_its_counts_in_their_own_units() -> None:
    items = {item.id: item for item in golden("yueyang-2020-overall").items}
    assert items["reported"].actual.text == "22.88万件" and items["reported"].state == "met"
    assert items["accepted"].actual.text == "20.86万件"
    collection = {item.id: item for item in golden("yueyang-2020-collection").items}
    assert collection["valid_rate"].actual.text == "98.76%"


# Findings ----------------------------------------------------------------------------------------

EXPECTED: dict[str, list[str]] = {
    "zhengzhou-2021": [
        "full_unmet reward",
        "full_unmet clue_reward",
        "low_met fault_rate",
        "relation.budget_rate budget_rate money.budget_rate.total",
        "relation.arrival_rate funds_arrived money.arrival_rate.total",
        "relation.same_reward bonus_arrived reward_timely",
        "relation.reward_paid reward report_validity",
        "uptime normal_days fault_rate",
        "listed reward",
        "listed clue_reward",
        "listed fault_rate",
        "unit reward",
        "unit clue_reward",
        "unit connect_rate",
        "direction cost_control",
        "direction fault_rate",
        "elements finance_rules",
        "unexplained budget_rate",
        "unexplained finance_rules",
        "unexplained reward_timely",
        "unexplained fault_rate",
        "relation.spend_rate budget_rate money.spend_rate.total",
        "relation.years_running years_running founded",
        "unnamed 12",
        "evidence 33",  # the six measured ones prove themselves
    ],
    "zhengzhou-2022": [
        "no_target economic",
        "no_target ecological",
        "two_places count",
        "two_places stages",
        "no_number maintenance_timely",
        "no_number wages_timely",
        "no_number payment_timely",
        "no_number fault_rate",
        "no_number coverage",
        "reading completed",
        "zero_divisor money.special.rate",
        "zero_divisor money.own.rate",
    ],
    "nanyang-2021": [
        "two_places output",
        "two_places collector_share",
        "relation.filed_of_reported filed reported self_handled",
        "no_detail 4",
        "decimals",
        "relation.not_filed reported filed",
    ],
    "meixian-2021": [
        "two_places start",
        "direction spent",  # a plan cost: everybody reads it as ≤, the table does not say so
        "relation.closed_all closed filed",
        "other_year started",
        "evidence 6",
        "blank ecological published",
    ],
    "yueyang-2020-overall": [
        "unit_slip quick",
        "remainder disposal_rate",
        "two_places money.spending.centre",
        "two_places staff",
        "two_places satisfaction",
        "relation.valid_accepted valid quick accepted",
        "relation.transferred accepted_12345 sent_12345",
        "no_detail",
        "relation.weekly weekly",
        "over assessments",  # an explanation is asked for, nothing is contradicted
        "over surveys",
    ],
    "yueyang-2020-collection": [
        "two_places valid",
        "relation.contract reported per_day",
        "relation.contract_target reported per_day",
        "days_of_year hours",
        "no_number interval",
        "no_detail",
        "over surveys",
        "over summaries",
    ],
}


def told(result: Result) -> list[str]:
    return [
        " ".join([finding.kind, *finding.refs])
        if len(finding.refs) < 4
        else f"{finding.kind} {len(finding.refs)}"
        for finding in result.findings
    ]


@pytest.mark.parametrize("id", EXPECTED)
def test_the_contradictions_of_the_document_are_found_and_nothing_else(id: str) -> None:
    result = golden(id)
    assert told(result) == EXPECTED[id]
    for finding in result.findings:
        assert finding.what and finding.where and finding.left and finding.right and finding.settle


def test_findings_tell_both_values() -> None:
    by_kind = {
        f"{f.kind} {f.refs[0]}": f for f in golden("yueyang-2020-overall").findings if f.refs
    }
    slip = by_kind["unit_slip quick"]
    assert (slip.left, slip.right) == ("此处 8003万件", "另处 8003件") and "10000 倍" in slip.what
    assert "4638件" in by_kind["remainder disposal_rate"].what
    gap = by_kind["relation.valid_accepted valid"]
    assert "217966" in gap.left and "208569" in gap.right
    rate = next(f for f in golden("nanyang-2021").findings if f.refs == ("output",))
    assert (rate.left, rate.right) == ("此处 83.98%", "另处 98.29%")


def test_a_ledger_that_disagrees_with_the_print_is_told() -> None:
    known = {**NANYANG, ("cases.closed", None): (428_645, None)}
    found = told(golden("nanyang-2021", known=known))
    assert "two_places closed" in found and "two_places output" in found


@pytest.mark.parametrize("id", EXPECTED)
def test_a_golden_result_survives_its_json(id: str) -> None:
    result = golden(id)
    assert decode(encode(result)) == result


def test_without_a_ledger_measured_figures_have_no_data_and_no_contradiction() -> None:
    result = golden("nanyang-2021", known=NOTHING)
    states = {figure.id: figure.state for figure in result.figures}
    assert states["reported"] == "nodata" and states["closure_rate"] == "nodata"
    assert next(f.actual.text for f in result.figures if f.id == "filing_rate") == "—"
    assert told(result) == ["two_places output", "no_detail 4", "decimals"]
