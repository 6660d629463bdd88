"""Measures of a period beside 环比 and 同比 as the desk's pages show them: words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dashboard.comparison import difference, exact
from dashboard.formula import Measure, Resolved, Value
from dashboard.ledger import Ledger
from dashboard.measures import MEASURES, resolve
from dashboard.periods import Span, before, year_ago
from dashboard.profile import Profile
from dashboard.reckoning import Report, reckon
from dashboard.windows import year_of
from layouts.figures import Figure
from layouts.written import NO_VALUE, THIN, Unit, lasting, written

TIMES: Final = {"秒"}
"""Units that are written as a span of time."""


class Compared:
    """The measures `ids` over a span, over the span before and the same one of last year."""

    def __init__(self, ledger: Ledger, city: Profile, span: Span, ids: Sequence[str]) -> None:
        self.span = span
        self.base, self.ago = before(city, span), year_ago(city, span)
        self._city = city.in_year(year_of(span.window.first_day))
        self._reports: tuple[Report, Report, Report] = (
            reckon(ledger, city, span.window, ids=ids),
            reckon(ledger, city, self.base.window, ids=ids),
            reckon(ledger, city, self.ago.window, ids=ids),
        )

    def value(self, id: str, variant: str = "") -> Value:
        """The measure over the span."""
        return self._value(self._reports[0], id, variant)

    def figure(self, id: str, variant: str = "", why: str = "") -> Figure:
        """The measure in the city's variant, or in another one; `why` there may be no value."""
        measure = MEASURES[id]
        chosen = resolve(id, self._city).variant
        asked = variant or chosen
        now, earlier, ago = (self._value(report, id, variant) for report in self._reports)
        target = self._city.targets.get(id)
        rate = measure.kind == "rate"
        text = shown(now, measure)
        yearly = measure.kind == "count"  # a target of days or cases is one of the whole year
        word = "全年目标" if yearly else "目标"
        aim = (
            f"{word} {'≥' if target.op == '>=' else '≤'} {_target(target.value, rate)}"
            if target
            else ""
        )
        judged = target and (not yearly or _whole_year(self.span)) and target.judge(now.value)
        return Figure(
            measure=id,
            name=measure.variants[asked].text if variant else measure.name,
            value=text,
            unit="" if rate or measure.unit in TIMES or text == NO_VALUE else measure.unit,
            parts=parts(now, resolve(id, self._city, variant or None)),
            target=aim,
            judged=judged or "",
            before=_difference(now, earlier, measure),
            ago=_difference(now, ago, measure),
            variant=asked,
            chosen=bool(variant) and asked == chosen,
            why="" if now.value is not None else why or no_value(now),
            cells=(
                number(now),
                now.num if now.den is not None else None,
                now.den,
                number(earlier),
                number(ago),
                target.value if target else None,
            ),
        )

    def _value(self, report: Report, id: str, variant: str) -> Value:
        found = report.measures[id]
        if not variant or found.num is None:
            return found
        resolved = resolve(id, self._city, variant)
        return resolved.value(report.counts[id.partition(".")[0]], report.window.as_of)


def unit_of(measure: Measure) -> Unit:
    """How a chart of the measure writes its values."""
    if measure.kind == "rate":
        return "rate"
    return "seconds" if measure.unit in TIMES else "count"


def shown(value: Value, measure: Measure) -> str:
    """The value in words; “—” where there is none."""
    return written(value.value, unit_of(measure))


def parts(value: Value, resolved: Resolved) -> str:
    """分子 / 分母 of a quotient; times as times."""
    if value.den is None or value.num is None:
        return ""
    above, below = _time(resolved.num), _time(resolved.den)
    num = lasting(value.num / above) if above else f"{value.num:,}"
    den = lasting(value.den / below) if below else f"{value.den:,}"
    return f"{num} / {den}"


def _time(counters: Sequence[str]) -> int:
    """How many of them make a second, where they are times; else 0."""
    endings = {name.rpartition("_")[2] for name in counters}
    return {"ms": 1000, "s": 1}.get(endings.pop(), 0) if len(endings) == 1 else 0


def number(value: Value) -> float | int | None:
    """The value as a number for a file: whole where it is whole."""
    found = exact(value)
    if found is None:
        return None
    return int(found) if found.denominator == 1 else float(found)


def no_value(value: Value) -> str:
    """Why a value is missing."""
    if value.state == "na":
        return "不适用"
    return "分母为 0" if value.den == 0 and value.num is not None else "无数据"


def _whole_year(span: Span) -> bool:
    first, last = span.first, span.last
    days = ((first.month, first.day), (last.month, last.day))
    return not span.running and first.year == last.year and days == ((1, 1), (12, 31))


def _difference(now: Value, base: Value, measure: Measure) -> str:
    found = difference(now, base, measure.kind)
    return NO_VALUE if found.amount is None else found.text()


def _target(value: float, rate: bool) -> str:
    if not rate:
        return f"{value:g}"
    return f"{value * 100:.3f}".rstrip("0").rstrip(".") + f"{THIN}%"
