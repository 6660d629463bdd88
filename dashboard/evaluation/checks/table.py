"""What every cross-check sees: the form, the values filled in, the result so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from dashboard.evaluation.filled import SCALES, Filling
from dashboard.evaluation.form import Form, Indicator, Part, children
from dashboard.evaluation.result import Actual, Item, PartResult, Result
from dashboard.evaluation.rounding import shortest


@dataclass(frozen=True)
class Table:
    """An evaluated form to be checked; `number` answers every name a check may use."""

    form: Form
    filling: Filling
    result: Result

    @cached_property
    def items(self) -> dict[str, Item]:
        """Items by id."""
        return {item.id: item for item in self.result.items}

    def lines(self) -> Iterator[tuple[Indicator | Part, Item | PartResult]]:
        """Every indicator and part beside what became of it."""
        for indicator, item in zip(self.form.indicators, self.result.items, strict=True):
            yield indicator, item
            yield from zip(indicator.parts, item.parts, strict=True)

    def number(self, name: str) -> Fraction | None:
        """The number behind a name: what was filled in, or what came out of it."""
        kind, _, rest = name.partition(".")
        if kind == "score":
            return _exact(self.items[rest].final)
        if kind == "weight":
            return _exact(self.items[rest].weight)
        if kind == "total":
            return self._total(rest)
        if kind == "level":
            return self._level(*rest.split("."))
        if kind == "count":
            return self._count(rest)
        return self.filling.number(name)

    def unit(self, name: str) -> str:
        """The unit of what a name stands for."""
        kind, _, rest = name.partition(".")
        if kind in ("score", "weight"):
            return "分"
        if kind in ("total", "level"):
            part = rest.rpartition(".")[2]
            return {"rate": "%", "levels": "个", "indicators": "个"}.get(part, "分")
        return "个" if kind == "count" else self.filling.unit(name)

    def called(self, name: str) -> str:
        """A name in the form's own words."""
        kind, _, rest = name.partition(".")
        words = {"value": "", "target": "目标值", "score": "得分", "weight": "分值"}
        if kind in words:
            return self.title(rest) + words[kind]
        if kind == "figure":
            return next((one.name for one in self.form.figures if one.id == rest), rest)
        if kind == "level":
            id, _, part = rest.partition(".")
            told = {"score": "得分", "rate": "得分率", "weight": "分值"}
            told |= {"levels": "二级指标数", "indicators": "三级指标数"}
            return f"{next((one.name for one in self.form.levels if one.id == id), id)}{told[part]}"
        if kind == "money":
            return self._money(rest)
        named = {"total.score": "总分", "total.rate": "总得分率", "total.weight": "总分值"}
        named |= {"total.deducted": "扣分合计"}
        named |= {"count.level1": "一级指标数", "count.level2": "二级指标数"}
        named |= {"count.indicators": "三级指标数", "total.grade": "等级"}
        return named.get(name, {"year": "年度", "days": "全年天数"}.get(name, name))

    def title(self, id: str) -> str:
        """The printed name of an indicator or part."""
        return next((line.name for line, _ in self.lines() if line.id == id), id)

    def _money(self, rest: str) -> str:
        row, _, column = rest.partition(".")
        table = self.form.money
        if table is None:
            return rest
        title = next((one.title for one in table.rows if one.id == row), row)
        under = next((one.title for one in table.columns if one.id == column), column)
        return f"资金表“{title}”{under}"

    def _total(self, part: str) -> Fraction | None:
        total = self.result.total
        if part == "rate":
            score = _exact(total.score)
            return None if score is None else score / Fraction(total.weight) * 100
        if part == "deducted":
            return None if total.score is None else Fraction(total.weight) - Fraction(total.score)
        return _exact(total.score if part == "score" else total.weight)

    def _level(self, id: str, part: str) -> Fraction | None:
        if part == "levels":
            return Fraction(len(children(self.form, id)))
        if part == "indicators":
            below = {id, *(child.id for child in children(self.form, id))}
            return Fraction(sum(one.level in below for one in self.form.indicators))
        level = next(one for one in self.result.levels if one.id == id)
        if part == "rate" and level.score is not None and level.weight:
            return Fraction(level.score) / Fraction(level.weight) * 100
        return _exact({"score": level.score, "weight": level.weight}.get(part))

    def _count(self, part: str) -> Fraction:
        first = children(self.form, None)
        if part == "level1":
            return Fraction(len(first))
        if part == "level2":
            return Fraction(sum(len(children(self.form, level.id)) for level in first))
        return Fraction(len(self.form.indicators))


def _exact(number: Decimal | None) -> Fraction | None:
    return None if number is None else Fraction(number)


def shown(number: Fraction | None, unit: str = "", places: int = 4) -> str:
    """A number in a finding, with its unit; — for none."""
    return "—" if number is None else f"{shortest(number, places):f}{unit}"


def scale(unit: str) -> int:
    """万件 → 10 000."""
    return SCALES.get(unit[:1], 1)


def grain(number: Decimal, unit: str) -> Fraction:
    """The size of the last decimal a typed number was written with."""
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return Fraction(scale(unit), 10**places)


def typed_grain(actual: Actual | None, unit: str) -> Fraction:
    """How exact a filled value is: its last decimal if it was typed, else exact."""
    if actual is None or actual.origin != "typed" or actual.number is None:
        return Fraction(0)
    return grain(actual.number, unit)
