"""The official table 指标表 of a form: its own columns, order, titles and merged level cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from dashboard.evaluation.exports.table import (
    Cell,
    Row,
    Table,
    figure_cell,
    headings,
    merged,
    score_cell,
    weight_cell,
)
from dashboard.evaluation.exports.wrapping import width_of
from dashboard.evaluation.form import Form, Indicator, Level, children, line_of
from dashboard.evaluation.result import Item, LevelResult, Result

LEVEL_COLUMNS: Final = {
    f"level{depth + 1}{what}": (depth, what)
    for depth in range(3)
    for what in ("", "_weight", "_score")
}
TOTALS: Final = {"部门评价": "整体评价", "财政评价": "整体评价"}
"""How the last row of the table is called; 总计 elsewhere."""
NO_SCORE: Final = "—"
LEFT: Final = frozenset({"reason", "explanation", "standard", "evidence", "rechecked_note"})


@dataclass(frozen=True)
class Line:
    """A row of the table: where it stands, and the indicator (None: only a level is printed)."""

    levels: tuple[Level, ...]
    indicator: Indicator | None
    item: Item | None


def lines(form: Form, result: Result) -> list[Line]:
    """The rows in the form's order: a level's indicators, then the levels below it."""
    items = {item.id: item for item in result.items}
    out: list[Line] = []

    def walk(level: Level) -> None:
        line = line_of(form, level.id)
        own = [one for one in form.indicators if one.level == level.id]
        out.extend(Line(line, one, items.get(one.id)) for one in own)
        below = children(form, level.id)
        for each in below:
            walk(each)
        if not own and not below:
            out.append(Line(line, None, None))

    for level in children(form, None):
        walk(level)
    return out


def official_table(form: Form, result: Result) -> Table:
    """The form's table, filled: rows, then the total and the grade where it is scored."""
    found = lines(form, result)
    levels = {level.id: level for level in result.levels}
    rows: list[Row] = [
        tuple(
            _cell(form, levels, column.key, line, number, column.width) for column in form.columns
        )
        for number, line in enumerate(found, 1)
    ]
    for at, column in enumerate(form.columns):
        if column.key in LEVEL_COLUMNS:
            depth, _ = LEVEL_COLUMNS[column.key]
            keys = [line.levels[depth].id if depth < len(line.levels) else None for line in found]
            rows = merged(rows, at, keys)
    if form.scoring != "none":
        rows += _ends(form, result)
    return Table(
        title=form.title,
        widths=tuple(column.width for column in form.columns),
        head=headings([column.title for column in form.columns]),
        rows=tuple(rows),
    )


def _cell(
    form: Form, levels: dict[str, LevelResult], key: str, line: Line, number: int, width: int
) -> Cell:
    if key == "number":
        return Cell(text=str(number), number=Decimal(number), format="0", align="center")
    if key in LEVEL_COLUMNS:
        depth, what = LEVEL_COLUMNS[key]
        if depth >= len(line.levels):
            return Cell()
        return _level_cell(form, line.levels[depth], levels.get(line.levels[depth].id), what)
    if line.indicator is None or line.item is None:
        return Cell()
    make = _MAKERS.get(key)
    cell = make(form, line.indicator, line.item) if make else Cell()
    long = key in ("target", "actual") and width_of(cell.text) > width
    return replace(cell, align="left") if key in LEFT or long else cell


def _level_cell(form: Form, level: Level, found: LevelResult | None, what: str) -> Cell:
    if what == "_weight":
        return weight_cell(level.weight if level.weight is not None or not found else found.weight)
    if what == "_score":
        score = found.score if found else None
        return score_cell(score, form.rounding.level.places, NO_SCORE)
    return Cell(text=level.name, align="center")


def _name_and_target(form: Form, indicator: Indicator, item: Item) -> Cell:
    """The target in brackets, unless the name says it, or it begins with the name."""
    name, target = item.name, item.target
    if not target or target in name:
        return Cell(text=name)
    return Cell(text=target if target.startswith(name) else f"{name}（{target}）")


def _target(form: Form, indicator: Indicator, item: Item) -> Cell:
    return figure_cell(item.target, [item.unit] if item.unit else [])


def _actual(form: Form, indicator: Indicator, item: Item) -> Cell:
    text = item.actual.text
    if item.state in ("na", "not_occurred") and not text:
        text = "不适用" if item.state == "na" else "未发生"
    return figure_cell(text, [item.unit] if item.unit else [])


def _score(form: Form, indicator: Indicator, item: Item) -> Cell:
    missing = NO_SCORE if item.weight is not None else ""
    return score_cell(item.final, form.rounding.item.places, missing)


def _deducted(form: Form, indicator: Indicator, item: Item) -> Cell:
    lost = item.deducted
    return score_cell(lost if lost else None, form.rounding.item.places)


def _attachments(form: Form, indicator: Indicator, item: Item) -> Cell:
    told = list(item.actual.attachments)
    evidence = item.actual.evidence
    if evidence is not None and item.actual.origin == "measured":
        told.append(f"系统测算：{evidence.name}")
    return Cell(text="\n".join(told))


_MAKERS: Final[dict[str, Callable[[Form, Indicator, Item], Cell]]] = {
    "name": lambda form, indicator, item: Cell(text=item.name, align="center"),
    "name_and_target": _name_and_target,
    "weight": lambda form, indicator, item: weight_cell(item.weight),
    "target": _target,
    "actual": _actual,
    "score": _score,
    "deducted": _deducted,
    "reason": lambda form, indicator, item: Cell(text=item.note),
    "explanation": lambda form, indicator, item: Cell(text=indicator.explanation),
    "standard": lambda form, indicator, item: Cell(text=indicator.standard),
    "evidence": _attachments,
}
"""Columns without a maker (复核业绩值 …) stay blank for whoever reviews on paper."""


def _ends(form: Form, result: Result) -> list[Row]:
    """总计 under every weight and score column, then 评价等级."""
    total = result.total
    weight = weight_cell(total.weight)
    score = score_cell(total.score, form.rounding.total.places, NO_SCORE)
    lost = None if total.score is None or total.pending else total.weight - total.score
    shown = {
        **{f"level{n}_weight": weight for n in (1, 2, 3)},
        "weight": weight,
        "level1_score": score,
        "score": score,
        "deducted": score_cell(lost or None, form.rounding.total.places),
    }
    if not shown.keys() & {column.key for column in form.columns}:
        return _told(form, score, total.grade)
    label = TOTALS.get(form.kind, "总计")
    rows = [_end_row(form, label, [shown.get(column.key) for column in form.columns])]
    at = next((i for i, c in enumerate(form.columns) if c.key == "score"), 0)
    if at and form.grades and form.kind not in TOTALS:  # they print the grade in the text alone
        cells: list[Cell | None] = [None] * len(form.columns)
        cells[at] = Cell(text=total.grade or "未评定", align="center")
        rows.append(_end_row(form, "评价等级", cells))
    return rows


def _told(form: Form, score: Cell, grade: str) -> list[Row]:
    """A table without a column for scores: the label at the left, the score over the rest."""
    wide = len(form.columns)
    left = max(1, wide // 2)
    pairs = [("绩效自评综合得分", score)]
    if form.grades:
        pairs.append(("评价等级", Cell(text=grade or "未评定", align="center")))
    return [
        (
            Cell(text=label, align="center", bold=True, cols=left),
            *([None] * (left - 1)),
            replace(cell, bold=True, cols=max(1, wide - left)),
            *([None] * (wide - left - 1)),
        )
        for label, cell in pairs
        if wide > 1
    ]


def _end_row(form: Form, label: str, cells: Sequence[Cell | None]) -> Row:
    """The label over the first columns without a figure, blank cells elsewhere."""
    first = next((at for at, cell in enumerate(cells) if cell is not None), len(cells))
    first = max(first, 1)
    start = Cell(text=label, align="center", bold=True, cols=first)
    rest = [replace(cell, bold=True) if cell is not None else Cell() for cell in cells[first:]]
    return (start, *([None] * (first - 1)), *rest)
