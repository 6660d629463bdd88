"""What is missing 缺项: directions, units, numbers, evidence, names, blanks; over-fulfilment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from dashboard.evaluation.checks.table import Table, shown
from dashboard.evaluation.form import Indicator, Part, plain
from dashboard.evaluation.result import Finding, Item, PartResult

AT_MOST = re.compile(r"[≤≦<＜]|不超|不得超|不高于|不大于|以内|之内|低于|控制在|至多")
NUMBER = re.compile(r"^\s*\d+(\.\d+)?\s*$")
NUMERIC = (">=", "<=", ">", "<", "=", "between")


def check(table: Table) -> Iterator[Finding]:
    """Gaps, told once where they are many."""
    for line, row in table.lines():
        yield from _direction(line)
        yield from _unit(table, line)
        yield from _number(line, row)
        yield from _over(table, line, row)
    yield from _unnamed(table)
    yield from _evidence(table)
    yield from _blank(table)


def _direction(line: Indicator | Part) -> Iterator[Finding]:
    target = line.target
    if target is None or target.op not in ("<=", "<") or target.text is None:
        return
    if not AT_MOST.search(target.text):
        yield Finding(
            kind="direction",
            severity="error",
            what=f"{line.name}：目标值没有写方向",
            where=f"“{line.name}”目标值",
            left=f"目标 {target.text}",
            right="此指标越低越好，应写 ≤",
            settle="目标值写明 ≤",
            refs=(line.id,),
        )


def _unit(table: Table, line: Indicator | Part) -> Iterator[Finding]:
    target = line.target
    if target is None or target.op not in NUMERIC:
        return
    printed = target.text if target.text is not None else ""
    if line.unit == "%" and NUMBER.match(printed):
        what, right = "目标值没有单位", "该指标为比率，应写 %"
    elif not line.unit:
        what, right, printed = "目标值没有单位", "无法判断量纲", printed or plain(target.value)
    else:
        return
    yield Finding(
        kind="unit",
        severity="error",
        what=f"{line.name}：{what}",
        where=f"“{line.name}”目标值",
        left=f"目标 {printed}",
        right=right,
        settle="写明单位",
        refs=(line.id,),
    )


def _number(line: Indicator | Part, row: Item | PartResult) -> Iterator[Finding]:
    target, actual = line.target, row.actual
    if target is None or target.op not in NUMERIC or not actual.text or row.state in ("na",):
        return
    if actual.origin == "typed" and actual.number is None and row.state != "not_occurred":
        yield Finding(
            kind="no_number",
            severity="error",
            what=f"{line.name}：目标是数，实绩没有数",
            where=f"“{line.name}”实绩",
            left=f"目标 {row.target}",
            right=f"实绩 {actual.text}",
            settle="填写实际数值，或改用可以评定的目标",
            refs=(line.id,),
        )


def _over(table: Table, line: Indicator | Part, row: Item | PartResult) -> Iterator[Finding]:
    target = line.target
    if target is None or target.op not in (">=", ">") or row.progress is None:
        return
    if row.progress * 100 >= table.form.over_fulfilment and not getattr(row, "note", ""):
        yield Finding(
            kind="over",
            severity="hint",
            what=f"{line.name}：超额较多，指标值可能偏低",
            where=f"“{line.name}”",
            left=f"目标 {row.target}",
            right=f"为目标的 {shown(Fraction(row.progress) * 100, '%', 0)}",
            settle="说明超额原因，或调整下年指标值",
            refs=(line.id,),
        )


def _unnamed(table: Table) -> Iterator[Finding]:
    nameless = [level.id for level in table.form.levels if not level.name]
    if nameless:
        yield Finding(
            kind="unnamed",
            severity="hint",
            what="层级没有名称，只有分值",
            where="评分表表头",
            left=f"{len(nameless)} 个层级无名称",
            right="每个层级应有名称",
            settle="补写二级指标名称",
            refs=tuple(nameless),
        )


def _evidence(table: Table) -> Iterator[Finding]:
    bare = [
        line
        for line, row in table.lines()
        if line.evidence == "required"
        and row.actual.origin == "typed"
        and not row.actual.attachments
        and row.state not in ("na", "missing")
    ]
    if bare:
        yield Finding(
            kind="evidence",
            severity="hint",
            what=f"{len(bare)} 项填报没有佐证材料",
            where="数据来源及支持材料",
            left="、".join(line.name for line in bare[:5]) + ("……" if len(bare) > 5 else ""),
            right="佐证：空",
            settle="附上原始材料；自动取数的指标由系统出具证据",
            refs=tuple(line.id for line in bare),
        )


def _blank(table: Table) -> Iterator[Finding]:
    """Lines nobody filled, once anything of the form is filled."""
    lines = list(table.lines())
    blank = [
        line
        for line, row in lines
        if row.state == "missing" and not getattr(line, "optional", False)
    ]
    figures = [one for one in table.result.figures if one.state == "missing"]
    if (not blank and not figures) or len(blank) == len(lines):
        return
    names = [line.name for line in blank] + [figure.name for figure in figures]
    yield Finding(
        kind="blank",
        severity="hint",
        what=f"{len(names)} 项没有填写",
        where="评分表",
        left="、".join(names[:5]) + ("……" if len(names) > 5 else ""),
        right="空白",
        settle="填写，或选“不适用”并写明理由",
        refs=tuple(line.id for line in blank) + tuple(one.id for one in figures),
    )
