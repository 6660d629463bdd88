"""The money table 资金表: typed cells, and cells computed by the formula of their row or column."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from dashboard.evaluation.expression import Expression
from dashboard.evaluation.form import MoneyColumn, MoneyRow, MoneyTable
from dashboard.evaluation.result import MoneyCell
from dashboard.evaluation.rounding import at_places, shortest

Typed = Mapping[str, Mapping[str, Decimal]]


class Money:
    """The table filled; a row's formula goes before its column's."""

    def __init__(self, table: MoneyTable | None, typed: Typed) -> None:
        self._typed = typed
        self._rows = {row.id: row for row in table.rows} if table else {}
        self._columns = {column.id: column for column in table.columns} if table else {}
        self._unit = table.unit if table else ""

    def typed(self, row: str, column: str) -> Decimal | None:
        """What was typed into a cell."""
        return self._typed.get(row, {}).get(column)

    def computed(self, row: str, column: str) -> Fraction | None:
        """What the formula of a cell gives from the other cells; None without formula or data."""
        by_row, by_column = self._rows[row].formula, self._columns[column].formula
        if by_row is not None:
            return Expression(by_row).value(lambda name: self.number(name, column))
        if by_column is not None:
            return Expression(by_column).value(lambda name: self.number(row, name))
        return None

    def number(self, row: str, column: str) -> Fraction | None:
        """The number that counts: computed where the cell has a formula, else what was typed."""
        if row not in self._rows or column not in self._columns:
            return None
        if self._rows[row].formula or self._columns[column].formula:
            return self.computed(row, column)
        typed = self.typed(row, column)
        return None if typed is None else Fraction(typed)

    def divides_by_zero(self, row: str, column: str) -> bool:
        """Whether a computed cell has no number although every cell it needs has one."""
        by_row, by_column = self._rows[row].formula, self._columns[column].formula
        if by_row is not None:
            wanted = [(name, column) for name in Expression(by_row).names]
        else:
            wanted = [(row, name) for name in Expression(by_column or "0").names]
        there = all(self.number(*one) is not None for one in wanted)
        return there and self.computed(row, column) is None and bool(wanted)

    def unit(self, name: str) -> str:
        """The unit of `money.<row>.<column>`."""
        _, _, rest = name.partition(".")
        row, _, column = rest.partition(".")
        if row not in self._rows or column not in self._columns:
            return ""
        return self._line(row, column).unit or self._unit

    def cells(self) -> tuple[MoneyCell, ...]:
        """Every cell, row by row."""
        return tuple(self._cell(row, column) for row in self._rows for column in self._columns)

    def _line(self, row: str, column: str) -> MoneyRow | MoneyColumn:
        """What the cell is written like: its row if that has a unit of its own, else the column."""
        one = self._rows[row]
        return one if one.unit or one.formula else self._columns[column]

    def _cell(self, row: str, column: str) -> MoneyCell:
        number, typed = self.number(row, column), self.typed(row, column)
        computed = self.computed(row, column)
        places = self._line(row, column).places
        shown = None if number is None else at_places(number, places)
        text = "" if shown is None else f"{shown:f}"
        if typed is not None:
            text = f"{typed:f}"
        return MoneyCell(
            row=row,
            column=column,
            number=None if number is None else shortest(number),
            text=text,
            typed=typed,
            computed=None if computed is None else at_places(computed, places),
        )
