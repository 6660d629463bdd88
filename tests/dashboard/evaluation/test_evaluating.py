"""Whole evaluations of the bridge: pending is not 0, n/a is neither, overrides stand beside."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.form import Form, Source
from dashboard.evaluation.loading import form_of
from dashboard.evaluation.result import Evidence
from tests.dashboard.evaluation.bridge import BRIDGE, FULL, TEXT, evaluated, item_of, values_of
from tests.dashboard.evaluation.published import evidence

SOURCE = Source(measure="cases.reported")


def variant(old: str, new: str) -> Form:
    assert old in TEXT
    return form_of(TEXT.replace(old, new, 1).encode(), "bridge.yaml")


def test_everything_fulfilled_is_a_hundred() -> None:
    total = evaluated(FULL).total
    assert (str(total.score), total.grade, total.pending) == ("100.00", "优", 0)
    assert (total.computed, total.projected, total.highest) == (100, 100, 100)


def test_half_filled_is_pending_not_zero() -> None:
    result = evaluated("values: {lamps: {value: 48}}")
    assert {item.id: item.state for item in result.items} == {
        "rate": "nodata",
        "rules": "missing",
        "lamps": "unmet",
        "done": "missing",
        "faults": "missing",
        "look": "missing",
        "reported": "nodata",
    }
    total = result.total
    assert (str(total.score), total.pending, total.grade) == ("19.20", 80, "")
    assert (str(total.highest), str(total.projected), total.projected_grade) == (
        "99.20",
        "96.00",
        "优",
    )
    assert item_of(result, "rules").final is None and not result.complete
    levels = {level.id: level for level in result.levels}
    assert (levels["process"].score, levels["process"].rate) == (None, None)
    assert (levels["amount"].pending, levels["amount"].rate) == (20, None)


def test_each_rule_by_hand() -> None:
    text = """\
values:
  rules: {elements: [1, 3]}
  lamps: {value: 40}
  poles: {value: 4}
  cables: {value: 9}
  faults: {value: 5.01}
  look: {tier: 部分达成, share: 75}
money: {budget: {total: 100}, spent: {total: 95.38}}
"""
    result = evaluated(text)
    assert {item.id: str(item.final) for item in result.items if item.weight} == {
        "rate": "9.54",
        "rules": "14.00",
        "lamps": "16.00",
        "done": "10.00",
        "faults": "0.00",
        "look": "7.50",
    }
    assert (str(result.total.score), result.total.grade) == ("57.04", "差")
    assert item_of(result, "rate").how == "差 4.62%，每 1% 扣权重的 1%"
    assert item_of(result, "rules").actual.text == "有制度；有检查"
    assert item_of(result, "done").actual.text == "灯杆 4根；电缆 9米"


def test_a_missing_veto_leaves_nothing() -> None:
    item = item_of(evaluated("values: {rules: {elements: [2, 3]}}"), "rules")
    assert (str(item.final), item.state, item.how) == ("0.00", "unmet", "缺要素 1，不得分")


@pytest.mark.parametrize(
    ("way", "final", "total", "pending"),
    [("exclude", None, "100.00", 0), ("full", "20.00", "100.00", 0), ("zero", "0.00", "80.00", 0)],
)
def test_not_applicable_is_what_the_form_says(
    way: str, final: str | None, total: str, pending: int
) -> None:
    form = variant("kind: 单位自评", f"kind: 单位自评\nna: {way}")
    text = FULL.replace("lamps: {value: 50}", "lamps: {na: true, reason: 本年没有路灯}")
    result = evaluated(text, form)
    lamps = item_of(result, "lamps")
    assert (lamps.state, str(lamps.final) if lamps.final is not None else None) == ("na", final)
    assert (str(result.total.score), result.total.pending) == (total, pending)
    assert "本年没有路灯" in lamps.how


def test_excluded_weight_is_rescaled_before_the_grade() -> None:
    text = FULL.replace("lamps: {value: 50}", "lamps: {not_occurred: true, reason: 未启用}")
    text = text.replace("faults: {value: 5}", "faults: {value: 9}")
    total = evaluated(text).total
    assert (str(total.score), total.grade) == ("75.00", "中")


def test_an_override_counts_and_the_computed_score_stays_beside_it() -> None:
    text = FULL + "overrides: {faults: {score: 0, reason: 抽查, by: 老周, at: 2022-01-05}}\n"
    result = evaluated(text)
    faults = item_of(result, "faults")
    assert (faults.computed, str(faults.final)) == (20, "0.00")
    assert faults.override is not None and faults.override.by == "老周"
    assert (str(result.total.score), str(result.total.computed)) == ("80.00", "100.00")
    assert (result.total.grade, result.total.computed_grade) == ("良", "优")


def test_a_typed_level_score_stands_for_everything_below() -> None:
    result = evaluated("levels: {process: {score: 25, reason: 附件}}\n")
    level = next(one for one in result.levels if one.id == "process")
    assert (level.score, str(level.rate), level.pending) == (25, "83.33", 0)
    assert result.total.pending == 70


def test_a_typed_value_stands_before_the_measured_one_and_is_compared() -> None:
    measured = {SOURCE: evidence(SOURCE, {("cases.reported", None): (812, None)})}
    values = values_of("values: {reported: {value: 800, reason: 年报}}")
    result = evaluate(BRIDGE, values, measured)
    actual = item_of(result, "reported").actual
    assert (actual.origin, actual.text, actual.measured) == ("typed", "800件", 812)
    assert [f.kind for f in result.findings if "reported" in f.refs] == ["measured"]


@pytest.mark.parametrize(
    ("num", "den", "unit", "text", "state"),
    [
        (812, None, "件", "812件", "stated"),
        (228_805, None, "万件", "22.8805万件", "stated"),
        (None, None, "件", "—", "nodata"),
        (0, 0, "%", "—", "nodata"),
        (0, 9, "%", "0%", "stated"),
    ],
)
def test_no_data_is_not_zero(
    num: int | None, den: int | None, unit: str, text: str, state: str
) -> None:
    old = "name: 上报数, unit: 件"
    form = variant(old, f'name: 上报数, unit: "{unit}"')
    found: Evidence = evidence(SOURCE, {("cases.reported", None): (num or 0, den)})
    if num is None:
        found = evidence(SOURCE, {})
    item = item_of(evaluate(form, values_of("by: 阿宁"), {SOURCE: found}), "reported")
    assert (item.actual.text, item.state) == (text, state)


def test_dates_words_and_counts() -> None:
    old = "  - {id: look, level: quality, name: 观感, weight: 10, rule: {kind: tiers}}"
    dates = old.replace(
        "rule: {kind: tiers}",
        "target: {op: by, date: 2021-04-30}, rule: {kind: step, per: 10, deduct: 25}",
    )
    form = variant(old, dates)
    late = item_of(evaluated("values: {look: {date: 2021-05-15}}", form), "look")
    assert (str(late.final), late.how) == ("6.25", "差 15天，每 10天 扣权重的 25%")
    assert (
        str(item_of(evaluated("values: {look: {date: 2021-04-30}}", form), "look").final) == "10.00"
    )
    form = variant(old, old.replace("rule: {kind: tiers}", "rule: {kind: count, full: 4}"))
    assert str(item_of(evaluated("values: {look: {value: 3}}", form), "look").final) == "7.50"
    words = old.replace("rule: {kind: tiers}", "target: {op: is, words: 健全}, rule: {kind: met}")
    form = variant(old, words)
    assert str(item_of(evaluated("values: {look: {text: 健全}}", form), "look").final) == "10.00"
    assert str(item_of(evaluated("values: {look: {text: 不全}}", form), "look").final) == "0.00"
    judged = evaluated("values: {look: {text: 基本健全, met: true}}", form)
    assert str(item_of(judged, "look").final) == "10.00"


def test_typed_scores_wait_for_the_reviewer() -> None:
    old = "name: 观感, weight: 10, rule: {kind: tiers}"
    form = variant(old, old.replace("tiers", "typed"))
    assert item_of(evaluated("values: {look: {text: 整洁}}", form), "look").final is None
    scored = evaluated("overrides: {look: {score: 8.5, reason: 现场}}", form)
    look = item_of(scored, "look")
    assert (str(look.final), look.computed, look.state) == ("8.50", None, "judged")


@given(st.lists(st.integers(0, 60), min_size=4, max_size=4), st.sets(st.integers(1, 3)))
def test_the_total_is_the_sum_of_its_items_and_never_above_the_weights(
    numbers: list[int], elements: set[int]
) -> None:
    lamps, poles, cables, faults = numbers
    text = f"""\
values:
  rules: {{elements: {sorted(elements)}}}
  lamps: {{value: {lamps}}}
  poles: {{value: {poles}}}
  cables: {{value: {cables}}}
  faults: {{value: {faults}}}
  look: {{tier: 达成, share: 90}}
money: {{budget: {{total: 100}}, spent: {{total: {lamps}}}}}
"""
    result = evaluated(text)
    scores = [item.final for item in result.items if item.final is not None]
    assert result.total.score == sum(scores, D(0)) <= 100
    assert all(0 <= (item.final or D(0)) <= (item.weight or D(0)) for item in result.items)
    levels = {level.id: level.score or D(0) for level in result.levels}
    assert levels["output"] == levels["amount"] + levels["quality"]
