"""Short ways to write down figures and formulas 考评的例子."""

from __future__ import annotations

from fractions import Fraction

from dashboard.assessment.formula import Component, Formula, Grades, Missing
from dashboard.formula import State, Value

GRADES = Grades()


def rate(num: int, den: int) -> Value:
    return Value(num, den, "live" if den else "nodata", 0)


def count(num: int | None, state: State = "live") -> Value:
    return Value(num, None, state, 0)


def formula(*components: Component, missing: Missing = "none", least: int = 50) -> Formula:
    return Formula("ours", "本市办法", ("district",), components, "示例", missing, least)


def part(name: str, weight: int, rule: str = "rate", **more: object) -> Component:
    """A component about the measure of its own name."""
    return Component(name, Fraction(weight), name, rule, **more)  # type: ignore[arg-type]
