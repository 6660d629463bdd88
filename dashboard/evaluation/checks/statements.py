"""The same figure in two places 同一数字两处不一, rates against their parts, unit slips, 百分点."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from dashboard.evaluation.checks.table import Table, grain, scale, shown, typed_grain
from dashboard.evaluation.expression import Expression
from dashboard.evaluation.form import Figure, Indicator, Part
from dashboard.evaluation.result import Finding, MoneyCell
from dashboard.evaluation.values import Statement

COUNTED: Final = frozenset({"件", "起", "条", "个", "人", "次", "部", "家", "宗"})
CHANGE: Final = re.compile(r"上升|下降|提高|降低|增长|增加|减少")
POWERS: Final = tuple(Fraction(10) ** n for n in (-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6))


def check(table: Table) -> Iterator[Finding]:
    """Printed figures against the figures of the form, typed ones against measured ones."""
    for statement in table.result.values.statements:
        yield from _statement(table, statement)
    yield from _typed(table)
    yield from _money(table)
    yield from _decimals(table)


def _statement(table: Table, statement: Statement) -> Iterator[Finding]:
    if statement.of == "total.grade":
        yield from _grade(table, statement)
        return
    unit = table.unit(statement.of)
    printed_unit = statement.unit if statement.unit is not None else unit
    if printed_unit == "%" and CHANGE.search(statement.text) and unit in ("百分点", "个百分点"):
        yield _points(table, statement)
    if statement.value is None:
        yield from _words(table, statement)
        return
    known = table.number(statement.of)
    if known is None:
        return
    left = known * scale(unit)
    right = Fraction(statement.value) * scale(printed_unit)
    line = table.filling.line(statement.of) if _is_line(statement.of) else None
    exact = max(
        grain(statement.value, printed_unit), typed_grain(line.actual if line else None, unit)
    )
    if abs(left - right) >= exact:
        yield _mismatch(table, statement, left / scale(unit), printed_unit, left, right)


def _is_line(name: str) -> bool:
    return name.startswith(("figure.", "value."))


def _mismatch(
    table: Table, statement: Statement, known: Fraction, unit: str, left: Fraction, right: Fraction
) -> Finding:
    name = table.called(statement.of)
    kind, what = "two_places", f"{name}：两处不一致"
    settle = "以原始统计为准，改正另一处"
    power = _power(left, right)
    remainder = _remainder(table, statement, left, right)
    if power is not None:
        kind, what = "unit_slip", f"{name}：相差 {power} 倍，像是单位写错"
        settle = "核对单位（万、元 / 万元、%）"
    elif remainder:
        kind, what = "remainder", f"{name}：写作 100%，而尚有{remainder}未完成"
        settle = "按分子 ÷ 分母如实填写，并说明未完成部分"
    return Finding(
        kind=kind,
        severity="error",
        what=what,
        where=statement.where,
        left=f"此处 {statement.text or shown(Fraction(statement.value or 0), unit)}",
        right=f"另处 {_known(table, statement.of, known)}",
        settle=settle,
        refs=(_ref(statement.of),),
    )


def _known(table: Table, name: str, number: Fraction) -> str:
    unit = table.unit(name)
    return shown(number, unit, 2 if unit == "%" else 4)


def _power(left: Fraction, right: Fraction) -> str | None:
    """The power of ten two figures differ by, to three digits; None if they do not."""
    for power in POWERS:
        if left and right and abs(right / left / power - 1) < Fraction(1, 2000):
            return f"{shown(power if power > 1 else 1 / power)}"
    return None


def _remainder(table: Table, statement: Statement, left: Fraction, right: Fraction) -> str:
    """What is left over where 100 % is printed and the parts say less."""
    if table.unit(statement.of) != "%" or right != 100 or left >= 100:
        return ""
    source = _source_of(table, statement.of)
    names = Expression(source).names if source else ()
    if len(names) != 2:
        return "余数"
    done, due = (table.number(name) for name in names)
    unit = table.unit(names[1])
    return "余数" if done is None or due is None else f" {shown(due - done, unit)}"


def _source_of(table: Table, name: str) -> str | None:
    id = name.partition(".")[2]
    lines: list[Indicator | Part | Figure] = [line for line, _ in table.lines()]
    for line in [*lines, *table.form.figures]:
        if line.id == id:
            return line.source.formula
    return None


def _grade(table: Table, statement: Statement) -> Iterator[Finding]:
    grade = table.result.total.grade
    if grade and statement.text and grade != statement.text:
        yield Finding(
            kind="grade",
            severity="error",
            what="等级与总分不符",
            where=statement.where,
            left=f"此处 {statement.text}",
            right=f"按总分为 {grade}",
            settle="按等级标准改正",
            refs=("total",),
        )


def _words(table: Table, statement: Statement) -> Iterator[Finding]:
    """A figure that is words or a date: the same writing in both places."""
    if not _is_line(statement.of) or not statement.text:
        return
    text = table.filling.line(statement.of).actual.text
    if text and text != statement.text:
        yield Finding(
            kind="two_places",
            severity="error",
            what=f"{table.called(statement.of)}：两处不一致",
            where=statement.where,
            left=f"此处 {statement.text}",
            right=f"另处 {text}",
            settle="以原始材料为准，改正另一处",
            refs=(_ref(statement.of),),
        )


def _points(table: Table, statement: Statement) -> Finding:
    return Finding(
        kind="points",
        severity="error",
        what=f"{table.called(statement.of)}：两个比率之差应写“百分点”",
        where=statement.where,
        left=f"此处 {statement.text}",
        right="率之差的单位为百分点",
        settle="改写为“上升（下降）…个百分点”",
        refs=(_ref(statement.of),),
    )


def _typed(table: Table) -> Iterator[Finding]:
    """Typed figures beside a measured or computed one that says otherwise."""
    lines: list[tuple[Indicator | Part | Figure, str]] = [
        (line, f"value.{line.id}") for line, _ in table.lines()
    ]
    lines += [(figure, f"figure.{figure.id}") for figure in table.form.figures]
    for line, name in lines:
        actual = table.filling.line(name).actual
        if actual.origin != "typed" or actual.number is None or actual.measured is None:
            continue
        gap = abs(Fraction(actual.number) - Fraction(actual.measured)) * scale(line.unit)
        if gap >= grain(actual.number, line.unit):
            computed = line.source.formula is not None
            power = _power(Fraction(actual.measured), Fraction(actual.number))
            yield Finding(
                kind="unit_slip" if power else ("rate" if computed else "measured"),
                severity="error",
                what=f"{line.name}：填报值与{'算式' if computed else '系统数据'}不符",
                where=f"“{line.name}”",
                left=f"填报 {actual.text}",
                right=f"{'按算式' if computed else '系统测得'} {actual.measured:f}{line.unit}",
                settle="核对分子、分母与口径；确以填报为准的写明依据",
                refs=(line.id,),
            )


def _money(table: Table) -> Iterator[Finding]:
    for cell in table.result.money:
        if cell.typed is not None and cell.computed is None:
            yield from _of_nothing(table, cell)
        if cell.typed is None or cell.computed is None:
            continue
        if abs(cell.typed - cell.computed) < _unit_of(cell.typed):
            continue
        name = f"money.{cell.row}.{cell.column}"
        yield Finding(
            kind="money",
            severity="error",
            what=f"{table.called(name)}：与算式不符",
            where=table.called(name),
            left=f"填写 {cell.typed:f}",
            right=f"按算式 {cell.computed:f}",
            settle="核对各行金额与合计",
            refs=(name,),
        )


def _of_nothing(table: Table, cell: MoneyCell) -> Iterator[Finding]:
    """A rate typed where the divisor is 0: neither 0 % nor 100 %, but 无."""
    if table.form.money is None or not table.filling.money.divides_by_zero(cell.row, cell.column):
        return
    name = f"money.{cell.row}.{cell.column}"
    yield Finding(
        kind="zero_divisor",
        severity="hint",
        what=f"{table.called(name)}：分母为 0，没有比率",
        where=table.called(name),
        left=f"填写 {cell.typed:f}",
        right="分母为 0，应写“—”",
        settle="改写为“—”或留空",
        refs=(name,),
    )


def _unit_of(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0) if isinstance(exponent, int) else 0)


def _decimals(table: Table) -> Iterator[Finding]:
    """Counted things with decimals (509,566.00件), told once."""
    found = [
        statement.text
        for statement in table.result.values.statements
        if re.search(r"\d\.0+\s*(" + "|".join(COUNTED) + ")", statement.text)
    ]
    if found:
        yield Finding(
            kind="decimals",
            severity="hint",
            what="件数写成小数",
            where="正文",
            left="、".join(found[:4]) + ("……" if len(found) > 4 else ""),
            right="件数为整数",
            settle="去掉小数位",
        )


def _ref(name: str) -> str:
    kind, _, rest = name.partition(".")
    if kind == "money":
        return name
    return rest.partition(".")[0] if kind in ("value", "target", "figure", "level") else kind
