"""What the desk's pages of the whole city share 全市页: one question, its figures, what is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.access.identity import Identity
from dashboard.compared import Compared
from dashboard.exports.localtime import LocalTime
from dashboard.ledger import Ledger
from dashboard.measures import MEASURES
from dashboard.periods import Span, span
from dashboard.profile import Profile
from dashboard.question import Question, read_question
from dashboard.remarkdesk import RemarkDesk
from layouts.chart.trend import Trend
from layouts.figureboard import FigureBoard, Group
from layouts.figures import Figure


@dataclass(frozen=True)
class Asked:
    """An address as it was understood, and its measures with what they are compared to."""

    question: Question
    span: Span
    found: Compared


class CityBoard:
    """A page whose records belong to no district; a page says what follows, and one is made per
    web process."""

    title: str
    domain: str
    """The beginning of its measures' ids."""
    names: tuple[str, ...]
    """Its measures, without that beginning."""
    why: dict[str, str]
    """Measure → why there may be no value."""
    ignored: str
    """Said when the address narrows what cannot be narrowed."""
    city_wide: str
    """Said to those who see a district only."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        profile: Profile,
        now: Callable[[], int],
        remarks: RemarkDesk,
    ) -> None:
        self._ledger, self._profile, self._now, self._remarks = ledger, profile, now, remarks
        self._clock = LocalTime(profile.timezone)

    def _ask(self, ledger: Ledger, address: str) -> Asked:
        question = read_question(address, self._profile.names).question
        asked = span(self._profile, question.period, self._now())
        ids = tuple(dict.fromkeys(f"{self.domain}.{name}" for name in self.names))
        return Asked(question, asked, Compared(ledger, self._profile, asked, ids))

    def _notes(self, who: Identity, asked: Asked) -> tuple[str, ...]:
        said = ((self.ignored, asked.question.among), (self.city_wide, who.areas))
        return tuple(text for text, holds in said if holds)

    def _page(
        self,
        asked: Asked,
        notes: Sequence[str],
        groups: Sequence[tuple[str, Sequence[str]]],
        beside: Sequence[str],
        charts: tuple[Trend, ...],
    ) -> FigureBoard:
        """`groups`: heading → its measures; `beside`: those shown in all their variants."""
        found, clock = asked.found, self._clock
        return FigureBoard(
            title=self.title,
            query=asked.question.query(),
            said=asked.span.said(lambda at: clock.text(at)[:16]),
            bases=f"环比 {found.base.label()}　同比 {found.ago.label()}",
            notes=tuple(notes),
            groups=tuple(Group(name, self._figures(found, names)) for name, names in groups),
            tables=tuple(self._beside(found, name) for name in beside),
            charts=charts,
        )

    def _figures(self, found: Compared, names: Sequence[str]) -> tuple[Figure, ...]:
        return tuple(
            found.figure(f"{self.domain}.{name}", why=self.why.get(name, "")) for name in names
        )

    def _beside(self, found: Compared, name: str) -> Group:
        measure = MEASURES[f"{self.domain}.{name}"]
        figures = tuple(found.figure(measure.id, variant) for variant in measure.variants)
        return Group(f"{measure.name}：口径并列", figures)
