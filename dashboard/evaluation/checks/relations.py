"""Relations a form declares 勾稽关系: left op right, where both sides have a value."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from dashboard.evaluation.checks.table import Table, shown
from dashboard.evaluation.expression import Expression
from dashboard.evaluation.form import SIGNS, Check
from dashboard.evaluation.result import Finding
from dashboard.evaluation.rounding import at_places


def check(table: Table) -> Iterator[Finding]:
    """Every declared relation that does not hold."""
    for one in table.form.checks:
        if one.when is not None and not Expression(one.when).value(table.number):
            continue
        left, right = Expression(one.left), Expression(one.right)
        found, wanted = left.value(table.number), right.value(table.number)
        if found is None or wanted is None or _holds(one, found, wanted):
            continue
        yield Finding(
            kind=f"relation.{one.id}",
            severity=one.severity,
            what=one.what,
            where=one.where or "、".join(table.called(name) for name in left.names),
            left=_told(table, left, found, one.places),
            right=f"应 {SIGNS[one.op]} {_told(table, right, wanted, one.places)}",
            settle=one.settle,
            refs=_refs(left, right, Expression(one.when or "0")),
        )


def _holds(one: Check, left: Fraction, right: Fraction) -> bool:
    a, b = at_places(left, one.places), at_places(right, one.places)
    return {"=": a == b, "<=": a <= b, ">=": a >= b, "<": a < b, ">": a > b}[one.op]


def _told(table: Table, side: Expression, value: Fraction, places: int) -> str:
    names = side.names
    if len(names) == 1 and names[0] == side.text.strip():
        return f"{table.called(names[0])} {shown(value, table.unit(names[0]), places)}"
    text = side.text
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, table.called(name))
    text = text.replace("*", "×").replace("/", "÷").replace(" - ", " − ")
    return f"{text} ＝ {shown(value, '', places)}" if names else shown(value, "", places)


def _refs(*sides: Expression) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in (name for side in sides for name in side.names):
        kind, _, rest = name.partition(".")
        if kind == "money":
            found[name] = None
        elif rest:
            found[rest.partition(".")[0]] = None
    return tuple(found)
