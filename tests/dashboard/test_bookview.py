"""The annual page's rows and inputs: what people type becomes the entry they meant."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.bookkeeping import Standing
from dashboard.bookpanel import cell_payload, entry_payload, panel_of, plain_number, score_payload
from dashboard.bookview import filtered, sheet_of
from dashboard.evaluation.book import Book, as_values
from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.loading import load_form
from dashboard.evaluation.workflow import Person
from layouts.book.sheet import Sheet

FORM = load_form("zhengzhou-2021")
WANG = Person("wang", "王敏", frozenset({"operator"}))
LEADER = Person("leader", "领导", frozenset({"viewer"}))
CELLS = {
    "values.operators": {"value": "45", "reason": "花名册"},
    "values.finance_rules": {"elements": [1, 2]},
}


def book() -> Book:
    return Book("zhengzhou-2021", "zhengzhou", 2021, number=3, cells=CELLS)


def sheet(who: Person = WANG) -> Sheet:
    made = book()
    result = evaluate(FORM, as_values("zhengzhou-2021", 2021, made.cells))
    return sheet_of(
        FORM,
        Standing(made, result, []),
        who,
        history=[],
        timezone="Asia/Shanghai",
        forms=[FORM],
        years=[2021],
    )


def test_rows_follow_the_form_and_say_what_is_missing() -> None:
    rows = {row.id: row for row in sheet().rows}
    assert (rows["operators"].actual, rows["operators"].score) == ("45", "1.71")
    assert rows["operators"].status == "evidence"
    assert rows["grid_staff"].status == "missing" and rows["grid_staff"].score == "—"
    assert rows["level.output" if "level.output" in rows else "level.b1"].kind == "group"
    assert len([row for row in rows.values() if row.kind == "item"]) == 39


def test_only_who_may_type_has_cells_to_type_into() -> None:
    assert {row.edit for row in sheet(LEADER).rows} == {""}
    edits = {row.id: row.edit for row in sheet().rows if row.kind == "item"}
    assert edits["operators"] == "number" and edits["finance_rules"] == "elements"
    assert edits["fault_rate"] == "panel"  # measured by the system


def test_a_filter_keeps_the_levels_of_what_it_leaves() -> None:
    rows = filtered(sheet().rows, "evidence")
    assert {row.status for row in rows if row.kind == "item"} == {"evidence"}
    groups = [row for row in rows if row.kind == "group"]
    assert groups and len(groups) < len([r for r in sheet().rows if r.kind == "group"])
    assert rows[-1].kind != "group"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12,345.60", "12345.60"), (" 98.5 % ", "98.5"), ("1,193人", "1193"), ("很多", "很多")],
)
def test_numbers_as_people_write_them(typed: str, number: str) -> None:
    assert plain_number(typed) == number


def test_the_cell_keeps_reason_and_attachments() -> None:
    before = {"value": "1", "reason": "花名册", "attachment": ["a.pdf@1"], "na": True}
    assert cell_payload("number", "50 人", before) == {
        "value": "50",
        "reason": "花名册",
        "attachment": ["a.pdf@1"],
    }
    assert cell_payload("number", "", {"value": "1"}) is None
    assert cell_payload("elements", "3、1，1", None) == {"elements": [1, 3]}
    assert cell_payload("date", "2021-03-01", None) == {"date": "2021-03-01"}


def test_the_panel_writes_the_whole_entry() -> None:
    fields = {"value": "99.5%", "state": "", "reason": "抽查", "note": "  ", "met": "yes"}
    before = {"attachment": ["a.pdf@1"]}
    assert entry_payload(before, fields) == {
        "value": "99.5",
        "reason": "抽查",
        "met": True,
        "attachment": ["a.pdf@1"],
    }
    assert entry_payload(None, {"state": "na", "reason": "本年没有举报"}) == {
        "na": True,
        "reason": "本年没有举报",
    }
    assert entry_payload(None, {"value": "", "state": ""}) is None
    assert score_payload({"score": "0", "score_reason": "未达标"}) == {
        "score": "0",
        "reason": "未达标",
    }
    assert score_payload({"score": ""}) is None


def test_the_panel_explains_a_score() -> None:
    made = book()
    result = evaluate(FORM, as_values("zhengzhou-2021", 2021, made.cells))
    found = panel_of(
        FORM, made, result, "operators", timezone="Asia/Shanghai", writes=True, scores=True
    )
    assert found is not None and found.typed is not None
    assert found.typed[0] == "45" and "花名册" in found.typed[1]
    assert {field.id for field in found.fields} >= {"value", "reason", "note", "state", "score"}
    item = next(one for one in result.items if one.id == "operators")
    assert item.computed == Decimal("1.71")
    nothing = panel_of(
        FORM, made, result, "weather", timezone="Asia/Shanghai", writes=True, scores=True
    )
    assert nothing is None
