"""The official table: the form's columns and order, merged levels, the total and the grade."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import msgspec

from dashboard.evaluation.exports.official import official_table
from dashboard.evaluation.exports.table import Cell, score_cell
from dashboard.evaluation.form import Form
from dashboard.evaluation.result import Result
from tests.dashboard.evaluation.exports.lanterns import FORM, RESULT

D = Decimal
AT = {column.key: at for at, column in enumerate(FORM.columns)}


def column(key: str, form: Form = FORM, result: Result = RESULT) -> list[Cell | None]:
    return [row[AT[key]] for row in official_table(form, result).rows]


def texts(key: str) -> list[str | None]:
    return [None if cell is None else cell.text for cell in column(key)]


def test_titles_and_widths_are_the_forms_own() -> None:
    table = official_table(FORM, RESULT)
    titles = [cell.text for cell in table.head[0] if cell]
    assert titles == [one.title for one in FORM.columns]
    assert table.widths == tuple(one.width for one in FORM.columns)


def test_levels_are_merged_over_their_indicators() -> None:
    assert texts("level1") == ["过程", "产出", None, None, None, None, "效益", None, None]
    spans = [cell.rows for cell in column("level1") if cell]
    assert spans == [1, 5, 1]
    assert texts("level2")[:7] == ["", "数量", None, "质量", None, None, ""]
    weights = column("level1_weight")
    assert [cell.number if cell else None for cell in weights][:2] == [D(30), D(70)]


def test_rows_are_typed_and_in_order() -> None:
    assert texts("name")[:7] == [
        *("制度健全性", "路灯数", "实际完成率", "亮灯率", "故障率", "举报奖励"),
        "",
    ]
    actual = column("actual")
    assert actual[1] == Cell(text="1,200盏", number=D(1200), format='#,##0"盏"', align="center")
    assert actual[3] == Cell(text="96.41%", number=D("0.9641"), format="0.00%", align="center")
    assert actual[0] is not None and actual[0].align == "left" and actual[0].number is None
    assert texts("target")[1:5] == ["≥1250盏", "", "≥98%", "≤5%"]
    assert texts("reason")[1] == "新区电缆未通" and texts("evidence")[:4] == [
        *("制度汇编.pdf", "", ""),
        "系统测算：亮灯率",
    ]


def test_scores_are_final_ones_and_a_pending_one_is_a_dash() -> None:
    scores = [None if cell is None else cell.number for cell in column("score")]
    assert scores[:6] == [D("30.00"), D("19.20"), D("10.00"), D("14.75"), D("0.00"), None]
    assert texts("score")[4:7] == ["0.0", "—", ""]
    assert texts("deducted")[:6] == ["", "0.8", "10.0", "0.25", "10.0", ""]
    assert texts("rechecked_score")[0] == ""


def test_the_total_stands_under_its_columns_and_then_the_grade() -> None:
    rows = official_table(FORM, RESULT).rows
    total, grade = rows[-2], rows[-1]
    assert total[0] == Cell(text="总计", align="center", bold=True, cols=2) and total[1] is None
    shown = {key: cell.text for key, at in AT.items() if (cell := total[at]) is not None}
    assert (shown["level1_weight"], shown["weight"], shown["score"]) == ("100", "100", "73.95")
    assert shown["deducted"] == ""  # five points are still to be given
    assert grade[0] == Cell(text="评价等级", align="center", bold=True, cols=AT["score"])
    assert grade[AT["score"]] == Cell(text="未评定", align="center", bold=True)


def test_a_table_without_score_columns_tells_the_score_below() -> None:
    kept = tuple(one for one in FORM.columns if one.key in ("level1", "name", "target", "actual"))
    rows = official_table(replace_form(columns=kept), RESULT).rows
    assert rows[-2] == (
        Cell(text="绩效自评综合得分", align="center", bold=True, cols=2),
        None,
        replace(score_cell(D("73.95"), 2), bold=True, cols=2),
        None,
    )
    assert rows[-1][0] is not None and rows[-1][0].text == "评价等级"


def test_a_form_without_scores_has_no_total() -> None:
    bare = replace_form(scoring="none")
    assert len(official_table(bare, RESULT).rows) == 7


def test_a_department_evaluation_ends_as_its_table_is_printed() -> None:
    rows = official_table(replace_form(kind="部门评价"), RESULT).rows
    assert rows[-1][0] is not None and rows[-1][0].text == "整体评价"


def test_a_name_with_its_target_says_neither_twice() -> None:
    kept = (msgspec.structs.replace(FORM.columns[4], key="name_and_target"),)
    shown = []
    for name, target in (("抽查4次以上", "4次以上"), ("满意度", "满意度≥90%"), ("路灯", "≥5盏")):
        item = replace(RESULT.items[0], name=name, target=target)
        result = replace(RESULT, items=(item, *RESULT.items[1:]))
        shown.append(official_table(replace_form(columns=kept), result).rows[0][0])
    assert [cell.text for cell in shown if cell] == ["抽查4次以上", "满意度≥90%", "路灯（≥5盏）"]


def test_what_did_not_occur_is_said() -> None:
    item = replace(RESULT.items[5], state="not_occurred")
    result = replace(RESULT, items=(*RESULT.items[:5], item))
    assert column("actual", FORM, result)[5] == Cell(text="未发生", align="center")


def replace_form(**changes: object) -> Form:
    return msgspec.structs.replace(FORM, **changes)
