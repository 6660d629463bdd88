"""A form 表单: one official table as data — levels, indicators, rules, columns, money, checks.

Every form is one YAML file; these structs are what the loader enforces and what `cityops evaluate
--schema` prints. All numbers are decimals in the unit the form is written in: 95 with unit "%" is
ninety-five percent. Ids are `[a-z][a-z0-9_]*`; they are names in expressions such as
`money.spent.total / money.budget.total * 100` (see `expression`).
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

from msgspec import Meta

from dashboard.evaluation.rules import Rule, Strict, Text, prepare

Id = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Places = Annotated[int, Meta(ge=0, le=6)]
Op = Literal[">=", "<=", ">", "<", "=", "between", "by", "is"]
Window = Annotated[str, Meta(pattern=r"^(year|h[12]|q[1-4]|\d\d-\d\d\.\.\d\d-\d\d)$")]
Kind = Literal["单位自评", "部门评价", "财政评价", "整体支出"]

SIGNS: Final[dict[str, str]] = {
    ">=": "≥",
    "<=": "≤",
    ">": "＞",
    "<": "＜",
    "=": "＝",
    "between": "介于",
    "by": "不晚于",
    "is": "为",
}
"""A direction 方向 as it is written in a cell."""

COLUMNS: Final[dict[str, str]] = {
    "number": "序号",
    "level1": "一级指标",
    "level1_weight": "一级指标分值",
    "level1_score": "一级指标得分",
    "level2": "二级指标",
    "level2_weight": "二级指标分值",
    "level2_score": "二级指标得分",
    "level3": "三级层次",
    "name": "指标名称",
    "weight": "分值",
    "target": "目标值",
    "actual": "实际完成值",
    "score": "得分",
    "deducted": "扣分",
    "reason": "扣分（未完成）原因",
    "explanation": "指标解释",
    "standard": "评分标准、指标说明",
    "evidence": "数据来源及支持材料",
    "rechecked_actual": "复核业绩值",
    "rechecked_score": "复核得分",
    "rechecked_note": "复核说明",
    "name_and_target": "指标名称与目标写在一格",
}
"""What a column of the official table may show; the title printed over it is the form's own."""


class Precision(Strict, frozen=True, kw_only=True):
    """How a figure is rounded 舍入: decimals kept and the way; "down" cuts off (1.625 → 1.62)."""

    places: Places = 2
    mode: Literal["half_up", "half_even", "down"] = "half_up"


class Rounding(Strict, frozen=True, kw_only=True):
    """舍入 of single items, of level scores and of the total. Sums add up rounded items."""

    item: Precision = Precision()
    level: Precision = Precision()
    total: Precision = Precision()


class Grade(Strict, frozen=True, kw_only=True):
    """One band of grades 等级: its name (优 or 优秀 …) and its lower bound, which is in."""

    name: Text
    at_least: Decimal


Aspect = Literal["input", "process", "output", "effect", "satisfaction", "impact"]


class Level(Strict, frozen=True, kw_only=True):
    """A level 层级 of the table: first levels have no parent. `name` is empty where the official
    table prints only a weight; `aspect` says what the level is about, for progress displays."""

    id: Id
    name: str
    parent: Id | None = None
    weight: Decimal | None = None
    aspect: Aspect | None = None
    note: str = ""


class Target(Strict, frozen=True, kw_only=True):
    """目标值 with its direction. Which fields an op takes:

    `>= <= > < =`: value (= also tolerance) · between: low, high · by: date · is: words.
    `text` is the target as the official table prints it, where that is not sign + value + unit.
    """

    op: Op
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    date: datetime.date | None = None
    words: Text | None = None
    tolerance: Decimal = Decimal(0)
    text: Text | None = None


class Source(Strict, frozen=True, kw_only=True):
    """数据来源: a measure of the registry, an expression, or (neither) a value somebody types.

    `window`: year, h1/h2, q1…q4 or MM-DD..MM-DD of the form's year. `by` + `member` take one member
    of a breakdown (`cityops measures --by`), e.g. channel + transfer_12345.
    """

    measure: Text | None = None
    variant: Text | None = None
    attribution: Text | None = None
    window: Window = "year"
    by: Text | None = None
    member: Text | None = None
    formula: Text | None = None


# Indicators ---------------------------------------------------------------------------------------


class Part(Strict, frozen=True, kw_only=True):
    """A unit sub-indicator 单位子指标: measured or typed like an indicator, without own weight."""

    id: Id
    name: Text
    target: Target | None = None
    unit: str = ""
    places: Places | None = None
    source: Source = Source()
    evidence: Literal["required", "none"] = "none"


class Indicator(Strict, frozen=True, kw_only=True):
    """指标: where it stands, what is aimed at, where its figure comes from, how it is scored.

    Without a weight it is shown and checked but not scored. `places`: decimals of the actual value
    when shown (and typed values may have at most so many); None shows it as it is. `standard` and
    `explanation` are the official wording. `reading` is the other reading of an ambiguous rule: its
    score is shown beside as a finding, never used.
    """

    id: Id
    level: Id
    name: Text
    weight: Decimal | None = None
    target: Target | None = None
    unit: str = ""
    places: Places | None = None
    rule: Rule | None = None
    reading: Rule | None = None
    source: Source = Source()
    parts: tuple[Part, ...] = ()
    evidence: Literal["required", "none"] = "none"
    standard: str = ""
    explanation: str = ""
    optional: bool = False
    """Blank in the official table is no gap (a heading the unit may leave out)."""


class Figure(Strict, frozen=True, kw_only=True):
    """A figure of the report that is no indicator 报告数字: case counts, areas, staff …"""

    id: Id
    name: Text
    unit: str = ""
    places: Places | None = None
    source: Source = Source()
    where: str = ""


class Fact(Strict, frozen=True, kw_only=True):
    """A line of the table's head 表头: label and what is printed beside it if nobody types it."""

    id: Id
    label: Text
    default: str = ""


class MoneyColumn(Strict, frozen=True, kw_only=True):
    """A column of the money table; `formula` over the other columns' ids in the same row."""

    id: Id
    title: str
    formula: Text | None = None
    unit: str = ""
    places: Places = 2


class MoneyRow(Strict, frozen=True, kw_only=True):
    """A row of the money table; `formula` over the other rows' ids in the same column."""

    id: Id
    title: Text
    number: str = ""
    formula: Text | None = None
    unit: str = ""
    places: Places = 2


class MoneyTable(Strict, frozen=True, kw_only=True):
    """资金表: rows × columns in one unit (元, 万元). Cells are typed, or computed where the row or
    the column has a formula; a typed value in a computed cell is what the document prints, and is
    compared with the computed one."""

    title: str = ""
    unit: Text
    rows: Annotated[tuple[MoneyRow, ...], Meta(min_length=1)]
    columns: Annotated[tuple[MoneyColumn, ...], Meta(min_length=1)]


class Column(Strict, frozen=True, kw_only=True):
    """A column of the official table: what it shows (`COLUMNS`), its printed title, its width."""

    key: Text
    title: str
    width: Annotated[int, Meta(ge=2, le=120)] = 12


class Check(Strict, frozen=True, kw_only=True):
    """A relation 勾稽关系 the form demands: left op right, at `places` decimals; `when` limits it.

    `kind` groups findings; `where` and `settle` tell the reader where to look and what to do.
    """

    id: Id
    what: Text
    left: Text
    op: Literal["=", "<=", ">=", "<", ">"]
    right: Text
    places: Places = 2
    when: Text | None = None
    where: str = ""
    settle: Text
    severity: Literal["error", "hint"] = "error"


class Form(Strict, frozen=True, kw_only=True):
    """One official table 表单; file `<id>.yaml`.

    scoring: "items" sums scored indicators · "levels" typed level scores (detail not published) ·
    "total" one typed total · "none" no scores. na: what 不适用/未发生 does to an item with weight —
    "exclude" takes it off the weights and rescales to the full total, "full" gives its weight,
    "zero" nothing. Missing data is never scored: it stays pending.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    title: Text
    city: Text = "any"
    year: int | Literal["any"] = "any"
    kind: Kind
    document: str = ""
    issuer: str = ""
    scoring: Literal["items", "levels", "total", "none"] = "items"
    total: Decimal = Decimal(100)
    na: Literal["exclude", "full", "zero"] = "exclude"
    over_fulfilment: Decimal = Decimal(130)
    """Percent of the target from which on an explanation is asked for 超额完成须说明."""
    grades: tuple[Grade, ...] = ()
    rounding: Rounding = Rounding()
    units_in_cells: bool = True
    """Whether a cell shows 50人 or, as some official tables, just 50; % is always shown."""
    facts: tuple[Fact, ...] = ()
    money: MoneyTable | None = None
    columns: Annotated[tuple[Column, ...], Meta(min_length=1)]
    levels: Annotated[tuple[Level, ...], Meta(min_length=1)]
    indicators: tuple[Indicator, ...] = ()
    figures: tuple[Figure, ...] = ()
    checks: tuple[Check, ...] = ()


prepare(Form)


def children(form: Form, parent: str | None) -> tuple[Level, ...]:
    """The levels right below `parent` (None: first levels 一级指标), in the form's order."""
    return tuple(level for level in form.levels if level.parent == parent)


def line_of(form: Form, level_id: str) -> tuple[Level, ...]:
    """From the first level down to `level_id`: what a row shows in its level columns."""
    by_id = {level.id: level for level in form.levels}
    line: list[Level] = []
    at: str | None = level_id
    while at is not None:
        line.insert(0, by_id[at])
        at = by_id[at].parent
    return tuple(line)


def target_text(target: Target | None, unit: str) -> str:
    """The target as a cell shows it: official wording, else sign, value and unit; "" if none."""
    if target is None:
        return ""
    if target.text is not None:
        return target.text
    if target.op == "between":
        return f"{plain(target.low)}–{plain(target.high)}{unit}"
    if target.op == "by":
        return f"{SIGNS['by']}{target.date}"
    if target.op == "is":
        return target.words or ""
    return f"{SIGNS[target.op]}{plain(target.value)}{unit}"


def shown_unit(form: Form, unit: str) -> str:
    """The unit as a cell of this form shows it."""
    return unit if form.units_in_cells or unit == "%" else ""


def plain(number: Decimal | None) -> str:
    """A decimal without exponent, as typed; "" for None."""
    return "" if number is None else format(number, "f")
