"""Values filled in 取数: each indicator, part and figure gets its exact number, or why it has none.

A typed value stands before a measured one; expressions are computed from the others, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from dashboard.evaluation.calendars import days_of
from dashboard.evaluation.expression import Expression
from dashboard.evaluation.form import Figure, Form, Indicator, Part, Source, shown_unit
from dashboard.evaluation.moneytable import Money
from dashboard.evaluation.result import Actual, Evidence
from dashboard.evaluation.rounding import at_places, shortest
from dashboard.evaluation.values import Entry, Values

Line = Indicator | Part | Figure
NO_DATA: Final = "—"
SCALES: Final = {"万": 10_000, "亿": 100_000_000}
"""A unit that begins so counts in tens of thousands, hundreds of millions."""
RATE_PLACES: Final = 2


@dataclass(frozen=True)
class Filled:
    """One line filled: the exact number (None: none), what the cell shows, what was typed."""

    number: Fraction | None
    actual: Actual
    entry: Entry


@dataclass
class Filling:
    """All lines of a form; `number(name)` answers names in expressions."""

    form: Form
    values: Values
    measured: Mapping[Source, Evidence]
    _done: dict[str, Filled] = field(default_factory=dict)
    _lines: dict[str, Line] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.money = Money(self.form.money, self.values.money)
        for indicator in self.form.indicators:
            self._lines[f"value.{indicator.id}"] = indicator
            self._lines |= {f"value.{part.id}": part for part in indicator.parts}
        self._lines |= {f"figure.{figure.id}": figure for figure in self.form.figures}

    def line(self, name: str) -> Filled:
        """The line called `value.<id>` or `figure.<id>`."""
        if name not in self._done:
            self._done[name] = self._fill(name, self._lines[name])
        return self._done[name]

    def number(self, name: str) -> Fraction | None:
        """What a name in an expression stands for; None where there is no value."""
        kind, _, rest = name.partition(".")
        if name == "year":
            return Fraction(self.values.year)
        if name == "days":
            return Fraction(days_of(self.values.year))
        if kind == "money":
            row, _, column = rest.partition(".")
            return self.money.number(row, column)
        if kind == "target":
            target = getattr(self._lines[f"value.{rest}"], "target", None)
            bound = None if target is None else target.value
            return None if bound is None else Fraction(bound)
        return self.line(name).number if name in self._lines else None

    def unit(self, name: str) -> str:
        """The unit of what a name stands for; "" where it has none."""
        line = self._lines.get(name.replace("target.", "value.", 1))
        return line.unit if line is not None else self.money.unit(name)

    def _fill(self, name: str, line: Line) -> Filled:
        table = self.values.figures if name.startswith("figure.") else self.values.values
        entry = table.get(line.id, Entry())
        measured, evidence = self._measured(line)
        number, origin = measured, "none"
        if measured is not None:
            origin = "computed" if line.source.formula else "measured"
        if entry.value is not None:
            number, origin = Fraction(entry.value), "typed"
        elif entry.text is not None or entry.date is not None or entry.met is not None:
            number, origin = None, "typed"
        elif entry.na or entry.not_occurred or entry.elements is not None or entry.tier:
            origin = "typed"
        actual = Actual(
            origin=origin,  # type: ignore[arg-type]
            number=None if number is None else shortest(number),
            text=self._text(line, entry, number, evidence),
            measured=shortest(measured) if measured is not None and origin == "typed" else None,
            by=entry.by or self.values.by if origin == "typed" else "",
            at=entry.at or self.values.at or "" if origin == "typed" else "",
            reason=entry.reason,
            attachments=entry.attachment,
            evidence=evidence,
        )
        return Filled(number, actual, entry)

    def _measured(self, line: Line) -> tuple[Fraction | None, Evidence | None]:
        source = line.source
        if source.formula is not None:
            return Expression(source.formula).value(self.number), None
        if source.measure is None:
            return None, None
        evidence = self.measured.get(source)
        return (None if evidence is None else in_unit(evidence, line.unit)), evidence

    def _text(
        self, line: Line, entry: Entry, number: Fraction | None, evidence: Evidence | None
    ) -> str:
        if entry.text is not None:
            return entry.text
        if entry.date is not None:
            return entry.date.isoformat()
        if number is not None:
            return figure_text(number, line, shown_unit(self.form, line.unit))
        return NO_DATA if line.source.measure or line.source.formula else ""


def in_unit(evidence: Evidence, unit: str) -> Fraction | None:
    """A measured value in the form's unit; None without data or with denominator 0."""
    if evidence.num is None or evidence.state in ("nodata", "na"):
        return None
    if evidence.den is not None:
        if evidence.den <= 0:
            return None
        share = Fraction(evidence.num, evidence.den * evidence.scale)
        return share * 100 if unit == "%" else share
    return Fraction(evidence.num, SCALES.get(unit[:1], 1))


def figure_text(number: Fraction, line: Line, unit: str) -> str:
    """A number with its unit, at the line's decimals; computed ratios at two."""
    if line.places is not None:
        return f"{at_places(number, line.places):f}{unit}"
    places = RATE_PLACES if line.unit == "%" else 4
    return f"{shortest(number, places):f}{unit}"
