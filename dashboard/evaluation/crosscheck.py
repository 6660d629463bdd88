"""Cross-checks 勾稽: every contradiction arithmetic can see in one evaluated form.

Run on every save, on import of somebody else's figures, and by `cityops evaluate --check`. Each
finding says what, where, both values, and how to settle it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from dashboard.evaluation.checks import calendar, gaps, listed, relations, scores, statements, sums
from dashboard.evaluation.checks.table import Table
from dashboard.evaluation.filled import Filling
from dashboard.evaluation.form import Form
from dashboard.evaluation.result import Finding, Result

ROOMS: Final[tuple[Callable[[Table], Iterator[Finding]], ...]] = (
    sums.check,
    scores.check,
    statements.check,
    relations.check,
    calendar.check,
    listed.check,
    gaps.check,
)


def findings(form: Form, filling: Filling, result: Result) -> tuple[Finding, ...]:
    """Errors first, hints after them; within each, in the order of the rooms."""
    table = Table(form, filling, result)
    found = [finding for check in ROOMS for finding in check(table)]
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))
