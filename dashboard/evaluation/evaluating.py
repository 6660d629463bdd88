"""Evaluating 评价: form + typed values + measured values → result. Pure: no store, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from dashboard.evaluation.crosscheck import findings
from dashboard.evaluation.filled import Filled, Filling
from dashboard.evaluation.form import Figure, Form, Source
from dashboard.evaluation.items import item
from dashboard.evaluation.result import (
    Evidence,
    FactResult,
    FigureResult,
    Result,
    State,
)
from dashboard.evaluation.totals import levels_of, total_of
from dashboard.evaluation.values import Values

NOTHING_MEASURED: Final[Mapping[Source, Evidence]] = {}


def evaluate(
    form: Form,
    values: Values,
    measured: Mapping[Source, Evidence] = NOTHING_MEASURED,
    *,
    city: str = "",
    as_of: int = 0,
) -> Result:
    """The form of `values.year`; `measured` is what `filling.measure` found, `as_of` epoch ms."""
    filling = Filling(form, values, measured)
    items = tuple(item(form, filling, indicator) for indicator in form.indicators)
    result = Result(
        form=form.id,
        title=form.title,
        kind=form.kind,
        city=city or values.city or ("" if form.city == "any" else form.city),
        year=values.year,
        as_of=as_of,
        scoring=form.scoring,
        total=total_of(form, values, items),
        levels=levels_of(form, values, items),
        items=items,
        figures=tuple(_figure(one, filling.line(f"figure.{one.id}")) for one in form.figures),
        money=filling.money.cells(),
        facts=tuple(
            FactResult(id=one.id, label=one.label, value=values.facts.get(one.id, one.default))
            for one in form.facts
        ),
        findings=(),
        values=values,
    )
    return replace(result, findings=findings(form, filling, result))


def _figure(figure: Figure, filled: Filled) -> FigureResult:
    state: State = "stated"
    if filled.entry.na:
        state = "na"
    elif filled.actual.origin == "none":
        state = "nodata" if figure.source.measure or figure.source.formula else "missing"
    return FigureResult(
        id=figure.id, name=figure.name, unit=figure.unit, actual=filled.actual, state=state
    )
