"""The tables beside the official one: head 表头, money 资金, evidence 依据, findings 勾稽."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from dashboard.evaluation.exports.table import (
    Cell,
    Row,
    Table,
    amount_cell,
    figure_cell,
    headings,
    score_cell,
)
from dashboard.evaluation.form import Form, MoneyColumn, MoneyRow
from dashboard.evaluation.result import STATES, Actual, Evidence, Item, MoneyCell, Result, State
from dashboard.evaluation.values import Override
from dashboard.formula import ATTRIBUTIONS
from dashboard.terms import CHANNELS

ORIGINS: Final = {"measured": "系统测算", "typed": "填报", "computed": "计算", "none": "无"}
BY: Final = {
    "channel": "来源",
    "district": "区",
    "department": "专业部门",
    "category": "小类",
    "duty_grid": "责任网格",
    "day": "日",
    "month": "月",
}
"""Breakdowns of a measure 分项."""
SEVERITIES: Final = {"error": "矛盾", "hint": "提示"}


def money_table(form: Form, result: Result) -> Table | None:
    """资金表, or None for a form without one."""
    money = form.money
    if money is None:
        return None
    cells = {(cell.row, cell.column): cell for cell in result.money}
    numbered = any(row.number for row in money.rows)
    rows: list[Row] = []
    for row in money.rows:
        out: list[Cell | None] = [Cell(text=row.title)]
        if numbered:
            out.append(Cell(text=row.number, align="center"))
        out += [_amount(row, column, cells.get((row.id, column.id))) for column in money.columns]
        rows.append(tuple(out))
    titles = ["项目", *(["行次"] if numbered else []), *(one.title for one in money.columns)]
    widths = [22, *([14] if numbered else []), *([16] * len(money.columns))]
    return Table(
        title=money.title or "项目资金",
        widths=tuple(widths),
        head=headings(titles),
        rows=tuple(rows),
        note="" if money.unit in money.title else f"单位：{money.unit}",
    )


def _amount(row: MoneyRow, column: MoneyColumn, cell: MoneyCell | None) -> Cell:
    """An amount with all decimals that were typed; a rate with %, unless its title says it."""
    if cell is None or cell.number is None:
        return Cell(text=cell.text if cell else "", align="right")
    line = row if row.unit or not column.unit else column
    places = line.places
    if cell.typed is not None:
        places = max(places, -int(cell.typed.as_tuple().exponent))
    if line.unit == "%":
        if "%" in line.title:
            return amount_cell(cell.number, "", places, grouped=False)
        return figure_cell(f"{round(cell.number, places):f}%", align="right")
    return amount_cell(cell.number, "", places)


def facts_table(result: Result) -> Table | None:
    """表头: label and value, or None where the form has no such lines."""
    if not result.facts:
        return None
    rows = tuple(
        (Cell(text=fact.label, align="center", bold=True), Cell(text=fact.value))
        for fact in result.facts
    )
    return Table(title="基本情况", widths=(18, 80), head=(), rows=rows)


# 依据 --------------------------------------------------------------------------------------------

_EVIDENCE: Final = (
    ("序号", 7),
    ("指标", 20),
    ("实际完成值", 22),
    ("状态", 9),
    ("来源", 9),
    ("口径、公式与期间", 30),
    ("分子", 12),
    ("分母", 12),
    ("填报说明与附件", 26),
    ("计算得分", 9),
    ("计算说明", 22),
    ("得分", 8),
    ("人工评分说明", 20),
)


def evidence_table(form: Form, result: Result) -> Table:
    """依据: for every figure where it comes from, and for every score how it came about."""
    rows: list[Row] = []
    number = 0
    for item in result.items:
        number += 1
        rows.append(_item_row(form, item, str(number)))
        rows += [
            _row(f"{number}.{at}", f"　{part.name}", part.unit, part.actual, part.state)
            for at, part in enumerate(item.parts, 1)
        ]
    for figure in result.figures:
        number += 1
        rows.append(_row(str(number), figure.name, figure.unit, figure.actual, figure.state))
    rows += _typed_scores(form, result)
    return Table(
        title="依据",
        widths=tuple(width for _, width in _EVIDENCE),
        head=headings([title for title, _ in _EVIDENCE]),
        rows=tuple(rows),
    )


def _typed_scores(form: Form, result: Result) -> Iterator[Row]:
    """Scores of levels and of the whole that somebody typed: who, when and why."""
    blank = [Cell()] * 4
    for level in result.levels:
        if level.override is not None:
            places = form.rounding.level.places
            yield _score_row(f"{level.name}（得分）", level.computed, level.override, places, blank)
    total = result.total
    if total.override is not None:
        places = form.rounding.total.places
        yield _score_row("总分", total.computed, total.override, places, blank)


def _score_row(
    name: str, computed: Decimal | None, typed: Override, places: int, blank: list[Cell]
) -> Row:
    return (
        Cell(),
        Cell(text=name),
        Cell(),
        Cell(text="已评定", align="center"),
        Cell(text=ORIGINS["typed"], align="center"),
        *blank,
        score_cell(computed, places),
        Cell(),
        score_cell(typed.score, places),
        Cell(text=_signed(typed.reason, typed.by, typed.at or "")),
    )


def _item_row(form: Form, item: Item, number: str) -> Row:
    places = form.rounding.item.places
    override = item.override
    told = "" if override is None else _signed(override.reason, override.by, override.at or "")
    return _row(
        number,
        item.name,
        item.unit,
        item.actual,
        item.state,
        score_cell(item.computed, places),
        Cell(text=item.how),
        score_cell(item.final, places, "—" if item.weight is not None else ""),
        Cell(text=told),
    )


def _row(number: str, name: str, unit: str, actual: Actual, state: State, *scores: Cell) -> Row:
    shown = figure_cell(actual.text or "—", [unit] if unit else [])
    if shown.number is None and len(shown.text) > 8:
        shown = replace(shown, align="left")
    return (
        Cell(text=number, align="center"),
        Cell(text=name),
        shown,
        Cell(text=_state(state, actual), align="center"),
        Cell(text=ORIGINS[actual.origin], align="center"),
        *_measured(actual.evidence),
        Cell(text=_typed(actual)),
        *(scores or [Cell()] * 4),
    )


def _state(state: State, actual: Actual) -> str:
    """The state in words; a figure without a target that nobody typed is 已取数, not 已填报."""
    found = state == "stated" and actual.origin in ("measured", "computed")
    return "已取数" if found else STATES[state]


def _measured(evidence: Evidence | None) -> Iterator[Cell]:
    if evidence is None:
        yield from (Cell(), Cell(align="right"), Cell(align="right"))
        return
    basis = ATTRIBUTIONS.get(evidence.attribution, evidence.attribution).partition("：")[0]
    told = [evidence.name, evidence.formula]
    if evidence.by:
        member = CHANNELS[evidence.member].name if evidence.member in CHANNELS else evidence.member
        told.append(f"{BY.get(evidence.by, evidence.by)}：{member}")
    told.append(f"{evidence.first} 至 {evidence.last}，{basis}")
    told.append("口径 " + " ".join(filter(None, (evidence.variant, evidence.definition))))
    yield Cell(text="\n".join(filter(None, told)))
    for count in (evidence.num, evidence.den):
        yield amount_cell(None if count is None else Decimal(count), "", 0)


def _typed(actual: Actual) -> str:
    told = [_signed(actual.reason, actual.by, actual.at)]
    if actual.measured is not None:
        told.append(f"系统测算为 {actual.measured:f}")
    told += [f"附件：{name}" for name in actual.attachments]
    return "\n".join(filter(None, told))


def _signed(reason: str, by: str, at: str) -> str:
    """The reason, then who and when in brackets."""
    who = "，".join(filter(None, (by, at)))
    return reason + (f"（{who}）" if who else "")


# 勾稽 --------------------------------------------------------------------------------------------

_FINDINGS: Final = (
    ("序号", 6),
    ("性质", 8),
    ("内容", 44),
    ("位置", 26),
    ("一处为", 20),
    ("另一处为", 20),
    ("处理建议", 40),
)


def findings_table(result: Result) -> Table:
    """勾稽: what contradicts what, and how to settle it."""
    rows: list[Row] = [
        (
            Cell(text=str(number), align="center"),
            Cell(text=SEVERITIES[one.severity], align="center"),
            Cell(text=one.what),
            Cell(text=one.where),
            _value(one.left),
            _value(one.right),
            Cell(text=one.settle),
        )
        for number, one in enumerate(result.findings, 1)
    ]
    if not rows:
        none = Cell(text="未发现矛盾", align="center", cols=len(_FINDINGS))
        rows = [(none, *([None] * (len(_FINDINGS) - 1)))]
    return Table(
        title="勾稽",
        widths=tuple(width for _, width in _FINDINGS),
        head=headings([title for title, _ in _FINDINGS]),
        rows=tuple(rows),
    )


def _value(text: str) -> Cell:
    """A figure at the right, words at the left."""
    cell = figure_cell(text, align="right")
    return cell if cell.number is not None else Cell(text=text)
