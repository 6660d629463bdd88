"""What every 口径卡 says: the registry of measures with one city's choices applied."""

from __future__ import annotations

from typing import Final

from dashboard.callmeasures import ATTRIBUTED, CALLS, ON_DUTY
from dashboard.formula import ATTRIBUTIONS, Choice, Measure, Resolved
from dashboard.measures import MEASURES, resolve
from layouts.definition import Definition

STOCKS: Final = {
    "cases.overdue": "cases.overdue_open",
    "cases.suspended": "cases.suspended_open",
}
"""Frame keys `open.<…>` of measures that the registry knows by another id."""

OPEN: Final = {
    "open.cases.open": Definition(
        "在办案卷数", "件", "截至时刻已立案而未结案、未作废的全部案卷，含挂账", source="案卷现状"
    ),
    "open.cases.due_soon": Definition(
        "即将到期数", "件", "待处置且临近处置截止、尚未超期的案卷", source="案卷现状"
    ),
}


def definitions(choice: Choice) -> dict[str, Definition]:
    """Frame key without its window (or the whole key for `open.`) → its 口径."""
    told = {measure.id: _definition(measure, choice) for measure in MEASURES.values()}
    for measure in CALLS.values():
        for variant in measure.variants:
            told[f"{measure.id}@{variant}"] = _definition(measure, choice, variant)
    told[f"calls.{ON_DUTY}"] = told["calls.agents_by_state"]
    for key, measure_id in STOCKS.items():
        told[f"open.{key}"] = told[measure_id]
    return told | OPEN


def _attribution(resolved: Resolved) -> str:
    calls = resolved.measure.id in CALLS
    return ATTRIBUTED if calls else ATTRIBUTIONS[resolved.attribution]


def _definition(measure: Measure, choice: Choice, variant: str | None = None) -> Definition:
    resolved = resolve(measure.id, choice, variant)
    formula = measure.variants[resolved.variant]
    above, _, below = formula.text.partition("÷")
    rate = measure.kind == "rate"
    return Definition(
        measure.name,
        measure.unit,
        formula.text,
        numerator=above.strip() if rate else "",
        denominator=below.strip() if rate else "",
        attribution=_attribution(resolved) if measure.kind != "stock" else "",
        variant=resolved.variant if len(measure.variants) > 1 else "",
        source=formula.source,
        note=measure.note,
    )
