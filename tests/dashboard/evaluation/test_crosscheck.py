"""Each kind of contradiction alone, on the bridge: what finds it, and what must not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.form import Form
from dashboard.evaluation.loading import form_of
from dashboard.evaluation.result import Finding
from tests.dashboard.evaluation.bridge import BRIDGE, FULL, TEXT, evaluated

QUIET = FULL.replace("share: 100", "share: 95, note: 略旧")


def found(text: str, form: Form = BRIDGE, year: int = 2021) -> list[Finding]:
    return list(evaluated(text, form, year).findings)


def kinds(text: str, form: Form = BRIDGE, year: int = 2021) -> list[str]:
    return [finding.kind for finding in found(text, form, year)]


def variant(old: str, new: str) -> Form:
    assert old in TEXT
    return form_of(TEXT.replace(old, new, 1).encode(), "bridge.yaml")


def test_a_form_in_order_has_no_findings() -> None:
    assert kinds(QUIET) == []


# Sums, weights, scores ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "kind", "left", "right"),
    [
        ("total: {score: 99, reason: 印}", "sum", "填写 99 分", "分项合计 99.50 分"),
        ("levels: {process: {score: 29, reason: 印}}", "sum", "填写 29 分", "分项合计 30.00 分"),
        (
            "overrides: {faults: {score: 21, reason: 加}}",
            "above_weight",
            "得分 21.00 分",
            "分值 20 分",
        ),
        (
            "overrides: {lamps: {score: 19, reason: 减, by: 老周}}",
            "low_met",
            "表列 19 分",
            "按规则 20.00 分",
        ),
    ],
)
def test_scores_that_contradict_weights_and_sums(
    more: str, kind: str, left: str, right: str
) -> None:
    finding = next(one for one in found(QUIET + more) if one.kind == kind)
    assert finding.left.startswith(left) and finding.right.startswith(right)


def test_full_marks_at_an_unmet_target() -> None:
    text = QUIET.replace("lamps: {value: 50}", "lamps: {value: 40}")
    assert kinds(text + "overrides: {lamps: {score: 20, reason: 印}}") == ["full_unmet"]
    assert kinds(text + "overrides: {lamps: {score: 18, reason: 抽查}}") == ["score", "unexplained"]


# The same figure twice ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("{of: figure.cases, value: 7, where: 正文}", None),
        ("{of: figure.cases, value: 8, where: 正文}", "two_places"),
        ("{of: figure.cases, value: 7, unit: 万件, where: 正文}", "unit_slip"),
        ("{of: figure.cases, value: 0.0007, unit: 万件, where: 正文}", None),
        ("{of: figure.cases, value: 70, where: 正文}", "unit_slip"),
        ("{of: value.rate, value: 100, where: 正文}", None),
        ("{of: money.left.total, value: 0, where: 正文}", None),
        ("{of: money.left.total, value: 0.01, where: 正文}", "two_places"),
        ("{of: total.score, value: 99.5, where: 正文}", None),
        ("{of: total.score, value: 98.5, where: 正文}", "two_places"),
        ("{of: total.grade, text: 优, where: 正文}", None),
        ("{of: total.grade, text: 优秀, where: 正文}", "grade"),
        ("{of: level.process.rate, value: 100, where: 正文}", None),
        ("{of: count.level2, value: 2, where: 正文}", None),
        ("{of: count.indicators, value: 8, where: 正文}", "two_places"),
        ("{of: level.output.indicators, value: 5, where: 正文}", None),
        ("{of: figure.cases, text: 7.00件, value: 7, where: 正文}", "decimals"),
    ],
)
def test_printed_figures(printed: str, kind: str | None) -> None:
    assert kinds(f"{QUIET}statements:\n  - {printed}\n") == ([kind] if kind else [])


@given(st.integers(1, 10**7), st.integers(0, 3))
def test_a_figure_rounded_as_printed_never_contradicts_itself(number: int, places: int) -> None:
    text = QUIET.replace("cases: {value: 7}", f"cases: {{value: {number}}}")
    shown = round(Decimal(number) / 10_000, places)
    statement = f"{{of: figure.cases, value: {shown:f}, unit: 万件, where: 正文}}"
    assert kinds(f"{text}statements:\n  - {statement}\n") == []


@given(st.integers(1_000, 10**6), st.integers(1, 4))
def test_every_power_of_ten_is_told_as_a_slip_of_units(number: int, power: int) -> None:
    text = QUIET.replace("cases: {value: 7}", f"cases: {{value: {number}}}")
    statement = f"{{of: figure.cases, value: {number * 10**power}, where: 正文}}"
    assert kinds(f"{text}statements:\n  - {statement}\n") == ["unit_slip"]


def test_a_hundred_percent_with_a_counted_remainder() -> None:
    text = QUIET.replace("spent: {total: 100}", "spent: {total: 96}")
    text = text.replace("faults: {value: 5}", "faults: {value: 5}\n  rate: {note: 结余}")
    statement = "statements:\n  - {of: value.rate, value: 100, where: 正文}\n"
    finding = found(text + statement)[0]
    assert finding.kind == "remainder" and "4万元未完成" in finding.what


def test_a_change_of_rates_is_in_points() -> None:
    form = variant("{id: cases, name: 案卷数, unit: 件}", "{id: cases, name: 上升, unit: 百分点}")
    line = "statements:\n  - {of: figure.cases, value: 7, unit: '%', text: 上升7%, where: 正文}\n"
    assert kinds(QUIET + line, form) == ["points"]
    good = line.replace("unit: '%', text: 上升7%", "text: 上升7个百分点")
    assert kinds(QUIET + good, form) == []


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("95.4", None), ("95.38", None), ("95", None), ("94", "rate"), ("0.9538", "unit_slip")],
)
def test_a_typed_rate_against_its_parts_at_the_printed_precision(
    typed: str, kind: str | None
) -> None:
    text = QUIET.replace("spent: {total: 100}", "spent: {total: 95.38}")
    text = text.replace("faults:", f"rate: {{value: {typed}, note: 结余}}\n  faults:")
    assert kinds(text) == ([kind] if kind else [])


def test_a_typed_cell_of_the_money_table_against_its_formula() -> None:
    text = QUIET.replace("spent: {total: 100}", "spent: {total: 100}, left: {total: 1.5}")
    finding = found(text)[0]
    assert (finding.kind, finding.left, finding.right) == ("money", "填写 1.5", "按算式 0.00")
    assert finding.refs == ("money.left.total",)


# Calendar, gaps, lists ---------------------------------------------------------------------------


def uptime_form(days: int) -> Form:
    lamps = 'name: 路灯数\n    weight: 20\n    unit: 盏\n    target: {op: ">=", value: 50}'
    goal = f'target: {{op: ">=", value: {days}}}'
    return variant(lamps, f"name: 平台正常运行天数\n    weight: 20\n    unit: 天\n    {goal}")


@pytest.mark.parametrize(
    ("year", "days", "kind"),
    [
        (2021, 365, None),
        (2020, 366, None),
        (2020, 365, "days_of_year"),
        (2021, 366, "days_of_year"),
    ],
)
def test_days_of_the_year(year: int, days: int, kind: str | None) -> None:
    form = uptime_form(days)
    text = QUIET.replace("lamps: {value: 50}", f"lamps: {{value: {days}}}")
    assert kinds(text.replace("faults: {value: 5}", "faults: {value: 0}"), form, year) == (
        [kind] if kind else []
    )


@pytest.mark.parametrize(("others", "kind"), [("5", None), ("4", "day_sum"), ("6", "day_sum")])
def test_normal_and_other_days_are_the_year(others: str, kind: str | None) -> None:
    form = form_of(
        TEXT.replace("name: 灯杆, unit: 根", "name: 平台正常运行天数, unit: 天")
        .replace("value: 4}", "value: 300}")
        .replace("name: 案卷数, unit: 件", "name: 非正常天数, unit: 天")
        .encode(),
        "bridge.yaml",
    )
    text = QUIET.replace("poles: {value: 4}", "poles: {value: 360}")
    text = text.replace("faults: {value: 5}", "faults: {value: 0}")
    assert kinds(text.replace("cases: {value: 7}", f"cases: {{value: {others}}}"), form) == (
        [kind] if kind else []
    )


def test_normal_days_and_a_fault_rate() -> None:
    form = uptime_form(365)
    text = QUIET.replace("lamps: {value: 50}", "lamps: {value: 365}")
    assert "uptime" in kinds(text, form)
    assert "uptime" not in kinds(text.replace("lamps: {value: 365}", "lamps: {value: 350}"), form)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('{op: "<=", value: 5}', '{op: "<=", value: 5, text: 5%}', "direction"),
        ('{op: "<=", value: 5}', '{op: "<=", value: 5, text: 不超过5%}', None),
        ('{op: "<=", value: 5}', '{op: "<=", value: 5, text: ≤5}', None),
        ('unit: 根, target: {op: ">=", value: 4}', 'target: {op: ">=", value: 4}', "unit"),
        ("name: 质量, parent", "name: '', parent", "unnamed"),
    ],
)
def test_gaps_of_the_form_itself(old: str, new: str, kind: str | None) -> None:
    assert kinds(QUIET, variant(old, new)) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("faults: {value: 5}", "faults: {text: 没有故障, met: true}", "no_number"),
        ("lamps: {value: 50}", "lamps: {value: 65}", "over"),
        ("lamps: {value: 50}", "lamps: {value: 64}", None),
        ("lamps: {value: 50}", "lamps: {value: 65, note: 提前更换}", None),
        ("  look: {tier: 达成, share: 95, note: 略旧}\n", "", "blank"),
        (
            "look: {tier: 达成, share: 95, note: 略旧}",
            "look: {tier: 达成, share: 95}",
            "unexplained",
        ),
        (
            "look: {tier: 达成, share: 95, note: 略旧}",
            "look: {tier: 达成, share: 100}",
            "no_target",
        ),
    ],
)
def test_gaps_of_the_values(old: str, new: str, kind: str | None) -> None:
    assert old in QUIET
    assert kinds(QUIET.replace(old, new)) == ([kind] if kind else [])


def test_evidence_is_asked_for_what_somebody_typed() -> None:
    form = variant("name: 制度健全性", "name: 制度健全性\n    evidence: required")
    assert kinds(QUIET, form) == ["evidence"]
    proved = QUIET.replace("elements: [1, 2, 3]", "elements: [1, 2, 3], attachment: [制度.pdf]")
    assert kinds(proved, form) == []


def test_lists_of_finished_and_unfinished() -> None:
    every = "rate, rules, lamps, done, look, reported"
    lists = f"finished: [{every}]\nunfinished: [faults]\n"
    assert [(f.kind, f.refs) for f in found(QUIET + lists)] == [("listed", ("faults",))]
    twice = f"finished: [{every}, faults]\nunfinished: [faults]\n"
    assert "列在两处" in found(QUIET + twice)[0].what
    assert "两处都未列" in found(f"{QUIET}finished: [{every}]\n")[0].what
    text = QUIET.replace("lamps: {value: 50}", "lamps: {value: 5, note: 停电}")
    assert "未达标却列为已完成" in found(text + lists)[0].what


def test_a_declared_relation_speaks_only_when_both_sides_are_known() -> None:
    text = QUIET.replace("faults:", "reported: {value: 9, reason: 年报}\n  faults:")
    finding = found(text)[0]
    assert (finding.kind, finding.left, finding.right) == (
        "relation.cases",
        "案卷数 7件",
        "应 ＝ 上报数 9件",
    )
    assert finding.refs == ("cases", "reported")


def test_errors_come_before_hints() -> None:
    text = QUIET.replace(
        "look: {tier: 达成, share: 95, note: 略旧}", "look: {tier: 达成, share: 95}"
    )
    line = "statements:\n  - {of: figure.cases, value: 8, where: 正文}\n"
    assert [finding.severity for finding in found(text + line)] == ["error", "hint"]
