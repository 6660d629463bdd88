"""Measures for a form 取数: every measured source asked of the ledger, with its evidence.

Sources that share window and breakdown are asked together; a variant or attribution the form names
goes before the city's own choice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from dashboard.evaluation.calendars import span
from dashboard.evaluation.form import Form, Source
from dashboard.evaluation.result import Evidence
from dashboard.formula import Measure, Resolved, Value
from dashboard.ledger import Ledger
from dashboard.ledger.reading import positions
from dashboard.measures import resolve
from dashboard.reckoning import Report, reckon
from dashboard.windows import City, Window, iso_day, window

Choices = Mapping[str, str]
_NO_DATA: Final = Value(None, None, "nodata", 0)


Ask = Callable[[City, Window, str | None, Iterable[str]], Report]
"""How measures over a window are asked for: city, window, breakdown, ids."""


@dataclass
class _Question:
    """Sources answered by one call: one window, at most one breakdown (which tells the whole, too),
    no two variants of a measure."""

    window: str
    by: str | None
    sources: list[Source] = field(default_factory=list)

    def takes(self, source: Source) -> bool:
        """Whether a source can be asked along with the others."""
        if source.window != self.window or {source.by, self.by} - {None, self.by or source.by}:
            return False
        return all(_same_choice(source, one) for one in self.sources)


def _same_choice(one: Source, other: Source) -> bool:
    if one.measure != other.measure:
        return True
    return (one.variant, one.attribution) == (other.variant, other.attribution)


@dataclass(frozen=True)
class _Chosen:
    """A city with the form's variants and attributions put before its own."""

    city: City
    sources: tuple[Source, ...]

    @property
    def self_handled_counts_as(self) -> frozenset[str]:
        return self.city.self_handled_counts_as

    @property
    def attribution(self) -> str:
        return self.city.attribution

    @property
    def attribution_by(self) -> Choices:
        own = {one.measure: one.attribution for one in self.sources if one.attribution}
        return {**self.city.attribution_by, **{str(k): str(v) for k, v in own.items()}}

    @property
    def variants(self) -> Choices:
        own = {one.measure: one.variant for one in self.sources if one.variant}
        return {**self.city.variants, **{str(k): str(v) for k, v in own.items()}}

    @property
    def platform(self) -> object:
        """The city's platform 平台, which its counts ask for; None where it has none."""
        return getattr(self.city, "platform", None)

    def in_year(self, year: int) -> _Chosen:
        return _Chosen(self.city.in_year(year), self.sources)

    def day(self, instant: int) -> int:
        return self.city.day(instant)

    def day_start(self, day: int) -> int:
        return self.city.day_start(day)


def sources_of(form: Form) -> Iterator[Source]:
    """Every source of the form that asks a measure, each once."""
    seen: dict[Source, None] = {}
    for indicator in form.indicators:
        seen[indicator.source] = None
        seen |= {part.source: None for part in indicator.parts}
    seen |= {figure.source: None for figure in form.figures}
    return (source for source in seen if source.measure is not None)


def measure(form: Form, ledger: Ledger, city: City, year: int, now: int) -> dict[Source, Evidence]:
    """What the ledger knows for every measured source of the form in `year`, as of `now`."""

    def ask(chosen: City, asked: Window, by: str | None, ids: Iterable[str]) -> Report:
        return reckon(ledger, chosen, asked, by, ids)

    return measured_by(ask, form, city, year, now, cursor=_print(positions(ledger)))


def measured_by(
    ask: Ask, form: Form, city: City, year: int, now: int, cursor: str = ""
) -> dict[Source, Evidence]:
    """As `measure`, with any way of asking; `cursor` fingerprints what the ledger had folded."""
    found: dict[Source, Evidence] = {}
    for question in _questions(sources_of(form)):
        first, last = span(question.window, year)
        asked = window(city, first, last, now)
        chosen = _Chosen(city.in_year(year), tuple(question.sources))
        ids = list(dict.fromkeys(str(one.measure) for one in question.sources))
        report = ask(chosen, asked, question.by, ids)
        for source in question.sources:
            evidence = _evidence(report, source, chosen, asked)
            found[source] = replace(evidence, cursor=cursor)
    return found


def _questions(sources: Iterable[Source]) -> list[_Question]:
    questions: list[_Question] = []
    for source in sources:
        question = next((one for one in questions if one.takes(source)), None)
        if question is None:
            question = _Question(source.window, source.by)
            questions.append(question)
        question.by = question.by or source.by
        question.sources.append(source)
    return questions


def _evidence(report: Report, source: Source, city: City, asked: Window) -> Evidence:
    id = str(source.measure)
    if source.by is None:
        value = report.measures[id]
    else:
        value = report.by.get(str(source.member), {}).get(id, _NO_DATA)
    resolved = resolve(id, city)
    formula = resolved.measure.variants[resolved.variant]
    return Evidence(
        measure=id,
        name=resolved.measure.name,
        variant=resolved.variant,
        attribution=resolved.attribution,
        formula=formula.text,
        definition=fingerprint(resolved),
        first=iso_day(asked.first_day),
        last=iso_day(asked.end_day - 1),
        by=source.by or "",
        member=source.member or "",
        num=value.num,
        den=value.den,
        scale=value.scale,
        state=value.state,
        as_of=asked.as_of,
        tally=_print(report.counts.get(id.partition(".")[0], {})),
    )


def _print(table: Mapping[str, str] | Mapping[str, int]) -> str:
    """Sixteen hex digits that change with any key or value."""
    return hashlib.sha256(repr(sorted(table.items())).encode()).hexdigest()[:16]


def fingerprint(resolved: Resolved) -> str:
    """Which definition gave a value: changes with formula, counters, variant or attribution."""
    one: Measure = resolved.measure
    text = repr((one.id, resolved.variant, resolved.attribution, resolved.num, resolved.den))
    return hashlib.sha256((text + repr(resolved.minus)).encode()).hexdigest()[:16]
