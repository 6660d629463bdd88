"""Figures for the desk's pages: divided, compared and worded once, for whatever page shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dashboard.cards import definitions
from dashboard.comparison import NO_VALUE, difference, exact, rounded
from dashboard.deskquery import Counted, Values, View
from dashboard.formula import Value
from dashboard.measures import MEASURES
from dashboard.periods import Base, Span, date_of
from dashboard.profile import Profile
from dashboard.question import Question
from layouts.definition import Definition
from layouts.measured import Figure

BEHIND: Final = "/desk/behind"
SIDES: Final[dict[str, str]] = {"num": "分子", "den": "分母"}


@dataclass(frozen=True)
class Compared:
    """Some measures of a question over its days, the days before and those of a year ago."""

    question: Question
    span: Span
    now: Counted
    before: Counted
    ago: Counted
    bases: tuple[Base, Base]

    def total(self) -> tuple[Values, Values, Values]:
        """The figures over all, in the three windows."""
        return self.now.total(), self.before.total(), self.ago.total()

    def by(self, dimension: str) -> list[tuple[str, tuple[Values, Values, Values]]]:
        """Member → its figures in the three windows; members with no case now come too."""
        parts = [one.by(dimension) for one in (self.now, self.before, self.ago)]
        empty = [one.values_of_none() for one in (self.now, self.before, self.ago)]
        members = sorted(set().union(*parts))
        return [
            (
                member,
                (
                    parts[0].get(member, empty[0]),
                    parts[1].get(member, empty[1]),
                    parts[2].get(member, empty[2]),
                ),
            )
            for member in members
        ]

    def said(self, clock: Callable[[int], str]) -> str:
        """The period, its days and how far they have run, for whatever leaves the page."""
        return self.span.said(lambda at: clock(at)[:16])

    def notes(self, clock: Callable[[int], str]) -> tuple[str, ...]:
        """What 环比 and 同比 compare with, in words."""
        partial = self.span.running and self.span.begun
        told = []
        for base, counted in zip(self.bases, (self.before, self.ago), strict=True):
            words = f"{base.name} {base.label()}"
            if partial:
                words += f" 到 {clock(base.window.as_of)[-5:]}"
            if not counted.known:
                words += "（没有数据）"
            elif not counted.whole:
                words += f"（数据自 {counted.since()} 起，不比）"
            told.append(words)
        if partial:
            told.insert(0, f"截至 {clock(self.span.window.as_of)[-5:]}，与上期同一时长比")
        return tuple(told)


def compare(view: View, question: Question, ids: Sequence[str], attribution: str = "") -> Compared:
    """The three windows of a question."""
    now = view.span(question)
    bases = view.bases(now)
    windows = (now.window, bases[0].window, bases[1].window)
    one, two, three = (view.over(question, window, ids, attribution) for window in windows)
    asked = replace(question, attribution=attribution) if attribution else question
    return Compared(asked, now, one, two, three, bases)


class Figures:
    """Makes figures of values, in one city's words."""

    def __init__(self, profile: Profile, clock: Callable[[int], str]) -> None:
        self.profile, self.clock = profile, clock
        self._definitions = definitions(profile)

    def all(
        self, compared: Compared, values: tuple[Values, Values, Values] | None = None
    ) -> dict[str, Figure]:
        """Measure → its figure."""
        now, before, ago = values or compared.total()
        return {id: self._figure(compared, id, now[id], before[id], ago[id]) for id in now}

    def _figure(self, compared: Compared, id: str, now: Value, before: Value, ago: Value) -> Figure:
        measure = MEASURES[id]
        target = self.profile.targets.get(id)
        is_rate = measure.kind == "rate"
        value = exact(now)
        stock = measure.kind == "stock"
        verdict = target.judge(now.value) if target else None
        fill, mark = _bar(now.value, target.value, target.op) if target else (None, None)
        return Figure(
            measure=id,
            name=measure.name,
            text=text_of(now, measure.kind),
            unit=measure.unit,
            of=f"{now.num or 0:,} / {now.den or 0:,}" if is_rate and now.num is not None else "",
            before=worded(now, before, measure.kind, compared.before),
            ago=worded(now, ago, measure.kind, compared.ago),
            target=f"目标 {'≥' if target.op == '>=' else '≤'} {100 * target.value:g} %"
            if target
            else "",
            verdict=verdict or "",
            lower=measure.better == "lower",
            fill=fill if value is not None else None,
            mark=mark,
            lists=self._lists(compared, id, now),
            why="" if value is not None else self._why(compared, now),
            window=compared.span.label(self.clock) + ("（此刻存量）" if stock else ""),
            definition=self._defined(id, now),
        )

    def _defined(self, id: str, value: Value) -> Definition | None:
        told = self._definitions.get(id)
        if told is None or value.variant in ("", told.variant) or not told.variant:
            return told
        formula = MEASURES[id].variants[value.variant]
        return replace(told, text=formula.text, variant=value.variant, source=formula.source)

    def _lists(self, compared: Compared, id: str, value: Value) -> tuple[tuple[str, str], ...]:
        sides = [("num", value.num), ("den", value.den)]
        return tuple(
            (
                f"{SIDES[side] + ' ' if value.den is not None else ''}{n:,} 件案卷",
                behind(compared.question, id, side),
            )
            for side, n in sides
            if n is not None
        )

    def _why(self, compared: Compared, value: Value) -> str:
        if not compared.span.begun:
            return "期间还没有开始"
        if value.num is None:
            return "这段时间没有收到过案卷系统的数据"
        return "分母为 0"


def behind(question: Question, id: str, side: str = "num") -> str:
    """The address of the cases behind a number, the filters kept."""
    return BEHIND + question.query(measure=id, side=side)


def text_of(value: Value, kind: str) -> str:
    """A value as it is shown, without its unit: 912, 95.75, —."""
    found = exact(value)
    if found is None:
        return NO_VALUE
    if kind == "rate":
        return f"{rounded(found * 100, 2):,}"
    return f"{rounded(found, 0 if value.den is None else 1):,}"


def worded(now: Value, base: Value, kind: str, counted: Counted) -> str:
    """The difference in words; none where the base does not know its window from the beginning."""
    return difference(now, base, kind).text() if counted.whole else NO_VALUE


def _bar(value: float | None, target: float, op: str) -> tuple[float | None, float]:
    """Bar and target in percent: the target in the middle, the scale as wide as it takes."""
    if op == "<=":
        top = max(2 * target, 1.15 * (value or 0)) or 1
        return (None if value is None else 100 * value / top), 100 * target / top
    half = max(0.05, 1.15 * abs((value if value is not None else target) - target))
    filled = None if value is None else min(100.0, max(0.0, 50 + 50 * (value - target) / half))
    return filled, 50.0


def pieces(profile: Profile, span: Span) -> tuple[str, list[int]]:
    """How a span is cut for a chart: (hour, day, month), and where each piece begins, ms."""
    first, end = span.window.first_day, span.window.end_day
    starts = [profile.day_start(day) for day in range(first, end)]
    if end - first <= 2:
        hour = 3_600_000
        ends = [*starts[1:], profile.day_start(end)]
        cut = [at for a, b in zip(starts, ends, strict=True) for at in range(a, b, hour)]
        return "hour", cut
    if end - first <= 62:
        return "day", starts
    return "month", [at for day, at in zip(range(first, end), starts, strict=True)
                     if day == first or date_of(day).day == 1]  # fmt: skip


def files(page: str, query: str) -> tuple[tuple[str, str], ...]:
    """(kind, address) of what a page or table is exported as, see `tableweb`."""
    return tuple((kind, f"/desk/export/{page}.{kind}{query}") for kind in ("csv", "xlsx"))


def over_one(found: Iterable[Values]) -> list[str]:
    """What must be said where a rate is above 100 %: its two counts go by times of their own."""
    for values in found:
        for id, one in values.items():
            if MEASURES[id].kind == "rate" and one.value is not None and one.value > 1:
                return ["超过 100 %：按各自的办理时间相除，本期办完的含往期上报的"]
    return []


def highest(numbers: Iterable[int | float | None]) -> float:
    """The highest of some numbers, 0 without any."""
    return max((float(one) for one in numbers if one is not None), default=0.0)


def count_of(values: Mapping[str, Value], id: str) -> int:
    """A count, 0 where there is none; only for ordering and lengths."""
    return values[id].num or 0
