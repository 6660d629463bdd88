"""The registry of measures 指标: every figure of the system by its id, whatever it is about.

Each kind of record has its own file of definitions; docs/indicators.md is generated from all.
"""

from __future__ import annotations

from typing import Final

from dashboard.callmeasures import CALLS
from dashboard.casemeasures import CASES
from dashboard.formula import Choice, Measure, Resolved, UnknownMeasure, apply_choice
from dashboard.platformmeasures import PLATFORM

MEASURES: Final[dict[str, Measure]] = {**CASES, **CALLS, **PLATFORM}


def resolve(
    measure_id: str, choice: Choice, variant: str | None = None, attribution: str | None = None
) -> Resolved:
    """The counters a city adds up for one measure; `UnknownMeasure` lists what there is."""
    measure = MEASURES.get(measure_id)
    if measure is None:
        raise UnknownMeasure(f"{measure_id}: expected one of {', '.join(MEASURES)}")
    return apply_choice(measure, choice, variant, attribution)
