"""Where a form's figures come from 来源自检: measures exist, expressions read, money adds up.

Raises `FormError` with the path of what is wrong.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dashboard.evaluation.expression import BadExpression, Expression
from dashboard.evaluation.form import (
    Form,
    Indicator,
    MoneyColumn,
    MoneyRow,
    MoneyTable,
    Part,
    Source,
)
from dashboard.evaluation.validation import Checker
from dashboard.formula import ATTRIBUTIONS, Measure

Known = Mapping[str, Measure]
LEVEL_PARTS: Final = ("score", "rate", "weight")
SOURCES: Final = frozenset({"year", "days"})


def check_sources(form: Form, file: str, measures: Known, breakdowns: tuple[str, ...]) -> None:
    """Refuses unknown measures and variants, unreadable expressions, circles of expressions."""
    checker = Checker(form, file)
    for path, _, source in _sources(form):
        _source(checker, path, source, measures, breakdowns)
    if form.money is not None:
        _money(checker, form.money)
    values = value_names(form)
    for path, _, source in _sources(form):
        if source.formula is not None:
            _expression(checker, f"{path}.formula", source.formula, values)
    _circles(checker)
    everything = values | score_names(form)
    for number, check in enumerate(form.checks):
        for side in ("left", "right", "when"):
            text = getattr(check, side)
            if text is not None:
                _expression(checker, f"checks[{number}].{side}", text, everything)


def value_names(form: Form) -> frozenset[str]:
    """Names an expression may use for what is filled in: figures, values, targets, money."""
    names = set(SOURCES)
    names |= {f"figure.{figure.id}" for figure in form.figures}
    for indicator in form.indicators:
        lines: tuple[Indicator | Part, ...] = (indicator, *indicator.parts)
        for one in lines:
            names |= {f"value.{one.id}", f"target.{one.id}"}
    if form.money is not None:
        rows, columns = form.money.rows, form.money.columns
        names |= {f"money.{row.id}.{column.id}" for row in rows for column in columns}
    return frozenset(names)


def score_names(form: Form) -> frozenset[str]:
    """Names for what comes out: weights, scores, levels, the total, counts of the table."""
    names = {"total.score", "total.weight", "total.rate", "total.deducted"}
    names |= {f"{kind}.{one.id}" for one in form.indicators for kind in ("weight", "score")}
    names |= {f"level.{level.id}.{part}" for level in form.levels for part in LEVEL_PARTS}
    names |= {f"level.{level.id}.{part}" for level in form.levels for part in COUNTS}
    return frozenset(names | {f"count.{name}" for name in ("level1", "level2", "indicators")})


COUNTS: Final = ("levels", "indicators")


def _sources(form: Form) -> Iterator[tuple[str, str, Source]]:
    """Path, name in expressions and source of everything that has one."""
    for number, indicator in enumerate(form.indicators):
        path = f"indicators[{number}]"
        yield f"{path}.source", f"value.{indicator.id}", indicator.source
        for inner, part in enumerate(indicator.parts):
            yield f"{path}.parts[{inner}].source", f"value.{part.id}", part.source
    for number, figure in enumerate(form.figures):
        yield f"figures[{number}].source", f"figure.{figure.id}", figure.source


def _source(
    checker: Checker, path: str, source: Source, measures: Known, breakdowns: tuple[str, ...]
) -> None:
    if source.measure is None:
        for name in ("variant", "attribution", "by", "member"):
            if getattr(source, name) is not None:
                raise checker.refuse(f"{path}.{name}", getattr(source, name), "与 measure 同用")
        return
    if source.formula is not None:
        raise checker.refuse(f"{path}.formula", source.formula, "measure 与 formula 只取其一")
    measure = measures.get(source.measure)
    if measure is None:
        near = difflib.get_close_matches(source.measure, measures, n=1)
        hint = f"登记的指标，是否 {near[0]}？" if near else "登记的指标，见 docs/indicators.md"
        raise checker.refuse(f"{path}.measure", source.measure, hint)
    if source.variant is not None and source.variant not in measure.variants:
        known = "、".join(measure.variants)
        raise checker.refuse(f"{path}.variant", source.variant, f"{source.measure} 的口径：{known}")
    if source.attribution is not None and source.attribution not in measure.attributions:
        known = "、".join(one for one in ATTRIBUTIONS if one in measure.attributions)
        raise checker.refuse(f"{path}.attribution", source.attribution, known)
    if (source.by is None) != (source.member is None):
        missing = "by" if source.by is None else "member"
        raise checker.refuse(f"{path}.{missing}", None, "by 与 member 同时给出")
    if source.by is not None and source.by not in breakdowns:
        raise checker.refuse(f"{path}.by", source.by, "、".join(breakdowns))
    _window(checker, path, source.window)


def _window(checker: Checker, path: str, window: str) -> None:
    if ".." not in window:
        return
    try:
        first, last = (datetime.date.fromisoformat(f"2000-{day}") for day in window.split(".."))
    except ValueError:
        raise checker.refuse(f"{path}.window", window, "MM-DD..MM-DD 两个存在的日期") from None
    if last < first:
        raise checker.refuse(f"{path}.window", window, "先后相继的两个日期")


def _expression(checker: Checker, path: str, text: str, known: frozenset[str]) -> None:
    try:
        names = Expression(text).names
    except BadExpression as error:
        raise checker.refuse(path, str(error), "算式：数、名字、+ - * / 与括号") from None
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"，是否 {near[0]}？" if near else ""
            raise checker.refuse(path, name, f"已知的名字{hint}")


def _money(checker: Checker, table: MoneyTable) -> None:
    both: dict[str, Sequence[MoneyRow | MoneyColumn]] = {"rows": table.rows}
    for kind, lines in {**both, "columns": table.columns}.items():
        ids = [line.id for line in lines]
        checker.unique(f"money.{kind}", ids)
        for number, line in enumerate(lines):
            path = f"money.{kind}[{number}].formula"
            if line.formula is not None:
                _expression(checker, path, line.formula, frozenset(ids))
        wants = {
            line.id: Expression(line.formula).names for line in lines if line.formula is not None
        }
        for number, line in enumerate(lines):
            circle = circle_from(line.id, wants)
            if circle:
                path = f"money.{kind}[{number}].formula"
                raise checker.refuse(path, " → ".join(circle), "不成环的算式")


def _circles(checker: Checker) -> None:
    found = list(_sources(checker.form))
    wants = {name: Expression(s.formula).names for _, name, s in found if s.formula is not None}
    for path, name, _ in found:
        circle = circle_from(name, wants)
        if circle:
            raise checker.refuse(f"{path}.formula", " → ".join(circle), "不成环的算式")


def circle_from(start: str, wants: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A way from `start` back to itself, or []."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for name in wants.get(way[-1], ()):
            if name == start:
                return [*way, name]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []
