"""The state of a line 状态: held against its target, judged, waiting, or not applicable."""

from __future__ import annotations

from typing import Final

from dashboard.evaluation import scoring
from dashboard.evaluation.filled import Filled
from dashboard.evaluation.form import Indicator, Part, Target
from dashboard.evaluation.result import PartResult, State
from dashboard.evaluation.rules import Count, Elements, Parts

NUMERIC: Final = frozenset({">=", "<=", ">", "<", "=", "between"})


def state_of(line: Indicator | Part, filled: Filled, parts: tuple[PartResult, ...] = ()) -> State:
    """Where an indicator or part stands; `parts` are an indicator's own, already filled."""
    entry = filled.entry
    if entry.na:
        return "na"
    if entry.not_occurred:
        return "not_occurred"
    rule = getattr(line, "rule", None)
    if isinstance(rule, Parts):
        return _state_of_parts(parts)
    if isinstance(rule, Elements) and entry.elements is not None:
        share = scoring.elements(rule, entry.elements)
        return "met" if share * 100 >= rule.sum else ("partial" if share else "unmet")
    if entry.tier is not None:
        return "judged"
    kept = keeps(line.target, filled)
    if kept is not None:
        return "met" if kept else "unmet"
    if isinstance(rule, Count) and filled.number is not None:
        return "met" if filled.number >= rule.full else "partial"
    if filled.actual.text and filled.actual.origin != "none":
        return "stated"
    return "nodata" if line.source.measure or line.source.formula else "missing"


def _state_of_parts(parts: tuple[PartResult, ...]) -> State:
    states = {part.state for part in parts} - {"na", "not_occurred"}
    if not states:
        return "na"
    for waiting in ("missing", "nodata", "stated"):
        if waiting in states:
            return waiting
    if states == {"met"}:
        return "met"
    return "unmet" if states == {"unmet"} else "partial"


def keeps(target: Target | None, filled: Filled) -> bool | None:
    """达标: by comparison where there is something to compare, else as judged; None: cannot say."""
    entry = filled.entry
    if target is not None:
        if target.op in NUMERIC and filled.number is not None:
            return scoring.holds(target, filled.number)
        if target.op == "by" and entry.date is not None:
            return scoring.in_time(target, entry.date)
        if target.op == "is" and entry.met is None and entry.text is not None:
            return entry.text == target.words
    return entry.met
