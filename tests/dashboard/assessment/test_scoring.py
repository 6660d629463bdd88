"""Scores by hand for every rule and every published formula, and what holds for all figures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.assessment.catalog import CATALOG, USUAL
from dashboard.assessment.catalog import part as published
from dashboard.assessment.formula import SUBJECTS, WHOLE, Formula
from dashboard.assessment.scoring import NO_UNITS, score
from dashboard.formula import Value
from dashboard.measures import MEASURES
from tests.dashboard.assessment.marking import GRADES, count, formula, part, rate

SHARES = {
    "cases.on_time_disposal_rate": rate(900, 1000),
    "cases.closure_rate": rate(950, 1000),
    "cases.rework_rate": rate(20, 1000),
    "cases.disposal_rate": rate(980, 1000),
    "cases.overdue_rate": rate(10, 1000),
    "cases.postpone_rate": rate(50, 1000),
    "cases.on_time_closure_rate": rate(650, 1000),
    "cases.public_report_rate": rate(120, 1000),
    "cases.filed": count(480),
    "cases.rework": count(20),
    "cases.valid_report_rate": rate(980, 1000),
    "cases.on_time_verify_rate": rate(90, 100),
    "cases.on_time_check_rate": rate(100, 100),
    "cases.accepted": count(1201),
    "cases.filing_accuracy": rate(990, 1000),
    "cases.dispatched": count(300),
    "cases.dispatch_accuracy": rate(960, 1000),
}
BY_HAND = {
    # 90×0.6 + 95×0.3 + 98×0.1
    "egova": "92.30",
    # ≤500 → 60×0.1, 95×0.3, 90×0.3, 98×0.3
    "standard": "90.90",
    # 88×0.1 + (4 a cell → 75)×0.2 + 95×0.3 + 65×0.4
    "standard-area": "78.30",
    # 98×0.3 + 90×0.2 + 98×0.2 + 99×0.2 + 95×0.1
    "jinniu": "96.30",
    # (50−5 + 20 − 20×0.2) of the 70 that the system can tell
    "jinhua": "87.14",
    # (95 + 65 + 98 + 95) ÷ 4
    "fuzhou": "88.25",
    # (98×0.4 + 90×0.2 + 100×0.2) of 80
    "collector": "96.50",
    # (99×0.4 + 65×0.35) of 75
    "chief": "83.13",
    # (≤300 → 0, 96×0.4) of 60
    "dispatcher": "64.00",
}


@pytest.mark.parametrize("id", BY_HAND)
def test_a_published_formula_by_hand(id: str) -> None:
    found = score(CATALOG[id], SHARES, GRADES, units=120)
    assert f"{found.total}" == BY_HAND[id]


def test_an_acceptors_score_is_not_guessed_from_a_quarter_of_its_formula() -> None:
    found = score(CATALOG["acceptor"], SHARES, GRADES)
    assert found.total is None and found.grade is None
    assert "核实按时派发率：案卷没有派发核实的时限" in found.why
    assert "核查按时派发率" in found.why
    assert found.marks[0].points == 25 * Fraction(90, 100)


def test_the_catalog_is_sound() -> None:
    assert set(USUAL) == set(SUBJECTS)
    for id, one in CATALOG.items():
        assert sum(part.weight for part in one.components) == WHOLE, id
        assert set(one.subjects) <= set(SUBJECTS) and one.source
        for component in one.components:
            if not component.recorded:
                assert component.why, (id, component.name)
                continue
            measure = MEASURES[component.measure]
            assert not component.variant or component.variant in measure.variants
            counts = component.rule in ("steps", "off")
            assert measure.kind == ("count" if counts else "rate"), (id, component.name)
            assert (component.rule == "complement") <= (measure.better == "lower")
    for subject, id in USUAL.items():
        assert subject in CATALOG[id].subjects


def test_the_text_says_the_weights_in_force() -> None:
    assert CATALOG["egova"].text == ("按期处置率 × 60 % ＋ 结案率 × 30 % ＋ （100 − 返工率）× 10 %")
    ours = formula(
        part("按期结案率", 100, "shortfall", full_at=Fraction(7, 10), lose=Fraction(1)),
        part("返工数", 0, "off", lose=Fraction(1, 5)),
    )
    assert ours.text == ("按期结案率 100 分（≥ 70 % 得满，每低 1 个百分点扣 1） − 返工数 × 0.2")


@pytest.mark.parametrize(
    ("number", "points"), [(0, 100), (50, 100), (51, 90), (100, 90), (1000, 40), (1001, 0)]
)
def test_steps_include_their_bound(number: int, points: int) -> None:
    filed = CATALOG["standard"].components[0]
    steps = published("立案数", 100, "n", rule="steps", steps=filed.steps)
    found = score(formula(steps), {"n": count(number)}, GRADES)
    assert found.total == points


@pytest.mark.parametrize(
    ("filed", "points"), [(0, 100), (1, 90), (299, 90), (300, 75), (500, 60), (899, 40), (900, 0)]
)
def test_steps_for_each_unit_cell(filed: int, points: int) -> None:
    cells = CATALOG["standard-area"].components[1]
    ours = formula(replace(cells, weight=Fraction(100), measure="n"))
    assert score(ours, {"n": count(filed)}, GRADES, units=100).total == points
    none = score(ours, {"n": count(filed)}, GRADES)
    assert (none.total, none.why) == (None, f"每单元网格立案数：{NO_UNITS}")


def test_nothing_below_the_line_is_no_score_and_says_why() -> None:
    ours = formula(part("结案率", 60), part("按期处置率", 40))
    found = score(ours, {"结案率": rate(0, 0), "按期处置率": rate(9, 10)}, GRADES)
    assert (found.total, found.grade, found.why) == (None, None, "结案率：分母为 0")
    unknown = Value(None, 0, "nodata", 0)
    found = score(ours, {"结案率": unknown, "按期处置率": unknown}, GRADES)
    assert found.why == "结案率：期内没有数据；按期处置率：期内没有数据"


def test_where_the_formula_says_so_the_rest_stands_for_the_whole() -> None:
    ours = formula(part("结案率", 40), part("按期处置率", 60), missing="reweight")
    found = score(ours, {"结案率": rate(0, 0), "按期处置率": rate(9, 10)}, GRADES)
    assert (found.total, found.covered) == (Decimal("90.00"), 60)
    thin = replace(ours, least=61)
    assert score(thin, {"结案率": rate(0, 0), "按期处置率": rate(9, 10)}, GRADES).total is None


def test_zero_is_a_score() -> None:
    found = score(formula(part("结案率", 100)), {"结案率": rate(0, 8)}, GRADES)
    assert (found.total, found.grade) == (0, "E")


@pytest.mark.parametrize(
    ("num", "grade"),
    [(9000, "A"), (8999, "B"), (7500, "B"), (7499, "C"), (6000, "C"), (4000, "D"), (3999, "E")],
)
def test_grades_begin_at_their_bounds(num: int, grade: str) -> None:
    found = score(formula(part("结案率", 100)), {"结案率": rate(num, 10_000)}, GRADES)
    assert found.grade == grade


def test_what_prints_as_90_is_an_a() -> None:
    found = score(formula(part("结案率", 100)), {"结案率": rate(899_951, 1_000_000)}, GRADES)
    assert (f"{found.total}", found.grade) == ("90.00", "A")


shares = st.tuples(st.integers(0, 60), st.integers(0, 50)).map(lambda pair: rate(*pair))
numbers = st.integers(0, 4000).map(count)


@st.composite
def figures(draw: st.DrawFn, one: Formula) -> dict[str, Value]:
    """Any figures for a formula: more closed than due, nothing due, nothing known."""
    found = {}
    for id in one.measures:
        kind = numbers if MEASURES[id].kind == "count" else shares
        found[id] = draw(kind)
    return found


@settings(max_examples=200)
@given(st.data())
def test_a_score_lies_between_0_and_100_whatever_the_figures(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(list(CATALOG.values())))
    found = score(one, data.draw(figures(one)), GRADES, data.draw(st.integers(0, 50)))
    if found.total is None:
        assert found.why and found.grade is None
    else:
        assert 0 <= found.total <= 100 and found.grade in "ABCDE" and not found.why
    for mark in found.marks:
        assert (mark.points is None) == bool(mark.why), mark
        if mark.share is not None:
            assert 0 <= mark.share <= 1


@settings(max_examples=200)
@given(st.data())
def test_a_better_figure_never_lowers_a_score(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from([o for o in CATALOG.values() if o.recorded >= o.least]))
    values = {
        id: count(data.draw(st.integers(0, 3000)))
        if MEASURES[id].kind == "count"
        else rate(data.draw(st.integers(0, 50)), 50)
        for id in one.measures
    }
    rates = [part for part in one.components if part.recorded and part.rule != "steps"]
    better = data.draw(st.sampled_from(rates))
    old = values[better.measure]
    less = better.rule in ("complement", "off")
    num = max(0, (old.num or 0) - 1) if less else min(50, (old.num or 0) + 1)
    before = score(one, values, GRADES, 100).total
    after = score(one, {**values, better.measure: replace(old, num=num)}, GRADES, 100).total
    assert before is not None and after is not None
    assert after >= before
