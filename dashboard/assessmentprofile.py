"""`[assessment]` of the city profile 考评: the city's formulas, one's own among them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, cast

from dashboard.assessment.catalog import CATALOG, USUAL
from dashboard.assessment.choice import Assessment
from dashboard.assessment.formula import (
    MISSING,
    RULES,
    SUBJECTS,
    WHOLE,
    Component,
    Formula,
    Grades,
    Missing,
    Rule,
    Step,
)
from dashboard.assessment.term import TERMS
from dashboard.measures import MEASURES
from dashboard.tomltable import Table

ID: Final = r"[a-z][a-z0-9-]{0,31}"
STEP: Final = r"<?\d+(\.\d+)? (\d|[1-9]\d|100)"
_RATES: Final = {
    id: one.variants
    for id, one in MEASURES.items()
    if id.startswith("cases.") and one.kind == "rate"
}
_COUNTS: Final = {
    id: one.variants
    for id, one in MEASURES.items()
    if id.startswith("cases.") and one.kind == "count"
}


def read_assessment(table: Table, districts: Mapping[str, object]) -> Assessment:
    """The settings from `[assessment]`; raises `ProfileError`."""
    formulas = dict(CATALOG)
    own = table.table("formulas")
    for id in own:
        if not re.fullmatch(ID, id):
            raise own.error(id, id, "小写字母开头的编号，如 ours")
        formulas[id] = _formula(id, own.table(id))
    chosen = dict(USUAL)
    for subject in SUBJECTS:
        fit = {id: one for id, one in formulas.items() if subject in one.subjects}
        chosen[subject] = table.choice(subject, fit, USUAL[subject])
        if chosen[subject] not in fit:
            raise table.error(subject, None, "、".join(fit) + " 之一：缺省的公式已改作他用")
    found = Assessment(
        period=table.choice("period", TERMS, "month"),
        formulas=formulas,
        chosen=chosen,
        grades=_grades(table),
        units=_units(table.table("units"), districts),
    )
    table.done()
    return found


def _formula(id: str, table: Table) -> Formula:
    name = table.text("name", "考评办法的名称")
    subjects = table.texts("subjects", "、".join(SUBJECTS) + " 之一", "|".join(SUBJECTS))
    if not subjects:
        raise table.error("subjects", None, '评价对象的列表，如 ["district"]')
    components = tuple(_component(one) for one in table.tables("components"))
    if not components:
        raise table.error("components", None, f"[[{table.name('components')}]]，至少一项")
    total = sum((one.weight for one in components), Fraction(0))
    if total != WHOLE:
        raise table.error("components", f"权重合计 {float(total):g}", "权重合计 100")
    missing = cast(Missing, table.choice("missing", MISSING, "none"))
    least = int(table.number("least", 1, WHOLE, 50, whole=True))
    source = table.text("source", "出处：文号或办法名称")
    note = table.text("note", "说明", default="")
    table.done()
    return Formula(id, name, subjects, components, source, missing, least, note)


def _component(table: Table) -> Component:
    name = table.text("name", "分项名称")
    if "measure" not in table:
        weight = _exact(table.number("weight", 0.01, WHOLE))
        why = table.text("why", "没有 measure 时，写明为何无法由系统计分")
        table.done()
        return Component(name, weight, why=why)
    rule = cast(Rule, table.choice("rule", RULES, "rate"))
    kinds = _COUNTS if rule in ("steps", "off") else _RATES
    measure = table.choice("measure", kinds)
    off = rule == "off"
    weight = Fraction(0) if off else _exact(table.number("weight", 0.01, WHOLE))
    variant = table.choice("variant", kinds[measure]) if "variant" in table else ""
    full_at, lose = Fraction(1), Fraction(0)
    if rule == "shortfall":
        full_at = _exact(table.number("full_at", 0.01, 1))
    if rule in ("shortfall", "off"):
        lose = _exact(table.number("lose", 0.001, WHOLE))
    steps = _steps(table) if rule == "steps" else ()
    beyond = int(table.number("beyond", 0, WHOLE, 0, whole=True)) if rule == "steps" else 0
    per_unit = table.flag("per_unit") if rule == "steps" else False
    table.done()
    return Component(
        name,
        weight,
        measure,
        rule,
        variant,
        steps,
        beyond,
        per_unit,
        full_at,
        lose,
    )


def _steps(table: Table) -> tuple[Step, ...]:
    """Lines like "50 100" (≤ 50 gets 100 of 100) or "<3 90", bounds going up."""
    expected = '档，如 "50 100"（≤ 50 件得满）或 "<3 90"，界由小到大'
    out: list[Step] = []
    for line in table.texts("steps", expected, STEP):
        bound, _, points = line.lstrip("<").partition(" ")
        step = Step(Fraction(bound), int(points), line.startswith("<"))
        if out and step.bound <= out[-1].bound:
            raise table.error("steps", line, expected)
        out.append(step)
    if not out:
        raise table.error("steps", None, expected + "；至少一档")
    return tuple(out)


def _grades(table: Table) -> Grades:
    given = table.get("grades")
    if given is None:
        return Grades()
    whole = isinstance(given, list) and len(given) == 4
    if not whole or not all(type(one) in (int, float) and 0 < one < WHOLE for one in given):
        raise table.error(
            "grades", given, "A、B、C、D 的下限，四个 0–100 之间的数，如 [90, 75, 60, 40]"
        )
    if sorted(set(given), reverse=True) != given:
        raise table.error("grades", given, "由高到低、互不相同的四个下限")
    return Grades(tuple(Decimal(str(one)) for one in given))


def _units(table: Table, districts: Mapping[str, object]) -> dict[str, int]:
    known = table.known(districts)
    return {code: int(table.number(code, 1, 1e7, whole=True)) for code in known}


def _exact(number: float) -> Fraction:
    """As written: 0.1 is a tenth."""
    return Fraction(str(number))
