"""The drafted text: every figure in a sentence, reasons quoted and never invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import msgspec

from dashboard.evaluation.exports.drafting import conclusion, sections, sentence, shortfall
from dashboard.evaluation.result import Item
from dashboard.evaluation.values import Override
from tests.dashboard.evaluation.exports.lanterns import FORM, LONG, RESULT

BY_ID = {item.id: item for item in RESULT.items}


def told(item: Item) -> str:
    return sentence(FORM, item)


def test_a_complete_form_says_its_score_and_grade() -> None:
    total = replace(RESULT.total, pending=Decimal(0), score=Decimal("91.62"), grade="优")
    text = conclusion(FORM, replace(RESULT, total=total))
    assert text.startswith(
        "2021年度《灯镇路灯运行维护项目绩效自评表》共设指标6项，满分100分，评价得分91.62分，等级为“优”。"
        "其中：过程分值30分，得分30.0分，得分率100.00%；产出分值70分，得分43.95分"
    )


def test_an_incomplete_form_says_what_is_still_to_be_scored() -> None:
    assert "已评部分得分73.95分，另有5分待评" in conclusion(FORM, RESULT)
    assert "等级" not in conclusion(FORM, RESULT)


def test_a_form_without_scores_says_so() -> None:
    form = msgspec.structs.replace(FORM, scoring="none")
    assert "本表不计分" in conclusion(form, RESULT)


def test_a_year_in_the_title_is_not_said_twice() -> None:
    assert conclusion(FORM, replace(RESULT, title="2021年度表")).startswith("《2021年度表》")


def test_each_state_has_its_sentence() -> None:
    assert told(BY_ID["rules"]) == (
        f"制度健全性，目标为“健全”，实际情况为：{LONG}，达到目标。该项30分，得30.0分。"
    )
    assert told(BY_ID["lamps"]) == (
        "路灯数，目标值≥1250盏，实际完成1,200盏，低于目标50盏。该项20分，得19.2分。"
    )
    assert told(BY_ID["rate"]) == (
        "亮灯率，目标值≥98%，实际完成96.41%（1,205,125÷1,250,000），低于目标1.59个百分点。"
        "该项15分，得14.75分。"
    )
    assert told(BY_ID["done"]) == (
        "实际完成率，部分达到目标。其中：灯杆目标≥4根实际4根，达标；"
        "电缆目标≥10公里实际8公里，未达标。该项20分，得10.0分。"
    )
    assert told(BY_ID["faults"]) == (
        "故障率，目标值≤5%，实际完成5%，达到目标。该项10分，得0.0分"
        "（按评分标准计算为10.0分，人工评定：+复核时认定未完成）。"
    )
    assert told(BY_ID["reward"]) == "举报奖励，实际完成值尚未填报。该项5分待评。"


def test_what_did_not_apply_or_occur_says_why() -> None:
    actual = replace(BY_ID["reward"].actual, reason="没有符合条件的举报")
    gone = replace(BY_ID["reward"], state="not_occurred", actual=actual)
    assert told(gone) == "举报奖励，本年度未发生（没有符合条件的举报）。"
    assert told(replace(gone, state="na")) == "举报奖励，本年度不适用（没有符合条件的举报）。"
    assert told(replace(gone, state="nodata")) == "举报奖励，本年度没有数据。该项5分待评。"


def test_an_upper_bound_is_exceeded_not_fallen_short_of() -> None:
    faults = BY_ID["faults"]
    over = replace(
        faults, state="unmet", actual=replace(faults.actual, number=Decimal("6.5"), text="6.5%")
    )
    assert shortfall(FORM, over) == "高于目标1.5个百分点"
    assert shortfall(FORM, faults) == ""


def test_a_gap_has_the_decimals_of_the_figure() -> None:
    rate = BY_ID["rate"]
    for number, text, told in (
        ("95.07121792", "95.07%", "低于目标2.93个百分点"),
        ("97.999", "98.00%", "低于目标不足0.01个百分点"),
        ("95", "95%", "低于目标3个百分点"),
    ):
        actual = replace(rate.actual, number=Decimal(number), text=text)
        assert shortfall(FORM, replace(rate, actual=actual)) == told


def test_reasons_are_quoted_or_said_to_be_missing() -> None:
    found = {one.heading[3:]: one.paragraphs for one in sections(FORM, RESULT)}
    assert list(found) == ["过程", "产出", "主要数据", "未完成指标及原因", "数据核对情况"]
    assert found["主要数据"] == ("案卷数509,566件。",)
    assert found["未完成指标及原因"] == (
        "路灯数：目标值≥1250盏，实际完成1,200盏，低于目标50盏，扣0.8分。原因：新区电缆未通。",
        "实际完成率：部分达到目标，扣10.0分。原因尚未填写。",
        "亮灯率：目标值≥98%，实际完成96.41%，低于目标1.59个百分点，扣0.25分。原因尚未填写。",
        "故障率：扣10.0分。原因尚未填写；人工评分说明：+复核时认定未完成。",
        "尚缺数据的指标1项：举报奖励。",
    )


def test_findings_are_listed_with_both_values() -> None:
    checks = sections(FORM, RESULT)[-1].paragraphs
    assert checks[0] == "经勾稽核对，发现矛盾1处、提示1处，报送前应逐一核实："
    assert checks[1] == (
        "1．故障率：按目标已达标却未得满分（表列 0 分，按规则 10 分），见评分表“故障率”。"
        "核对目标方向。"
    )
    assert sections(FORM, replace(RESULT, findings=()))[-1].paragraphs == (
        "经勾稽核对，未发现前后矛盾。",
    )


def test_a_form_with_nothing_unmet_says_so() -> None:
    met = tuple(
        replace(one, state="met", final=one.weight, computed=one.weight, override=None)
        for one in RESULT.items
    )
    found = sections(FORM, replace(RESULT, items=met))
    assert found[-2].paragraphs == ("各项指标均已完成。",)


def test_points_lost_in_levels_or_in_the_whole_are_not_called_done() -> None:
    stated = tuple(
        replace(one, state="stated", final=None, computed=None, weight=None, override=None, note="")
        for one in RESULT.items
    )
    noted = replace(stated[0], note="明细未随文")
    typed = Override(score=Decimal(28), reason="主要扣分项为制度健全性")
    levels = (replace(RESULT.levels[0], override=typed, score=Decimal(28)),)
    result = replace(RESULT, items=(noted, *stated[1:]), levels=levels)
    form = msgspec.structs.replace(FORM, scoring="levels")
    assert sections(form, result)[-2].paragraphs == (
        "制度健全性：有扣分。原因：明细未随文。",
        "过程：扣2.0分。评分说明：主要扣分项为制度健全性。",
    )
    whole = replace(result, items=stated, total=replace(RESULT.total, score=Decimal(96)))
    form = msgspec.structs.replace(FORM, scoring="total")
    assert sections(form, whole)[-2].paragraphs == ("总分比满分少4.0分，表中没有逐项扣分明细。",)
    full = replace(whole, total=replace(RESULT.total, score=Decimal(100)))
    assert sections(form, full)[-2].paragraphs == ("填报中没有列出未完成的指标。",)
