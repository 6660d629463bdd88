"""The ranking's part of the worker 考评: asked of the ledger aside, every few minutes.

A ranking moves slowly, and asking for it reads weeks of the tally several times over; so it runs in
a thread of its own, and the frames in between carry the last answer, which says how old it is.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from dashboard import assessmentface as face
from dashboard.assessing import Ranked, assess, of_ledger
from dashboard.ledger import Applied, Ledger
from dashboard.periods import Span, date_of, period, span
from dashboard.profile import Profile
from dashboard.snapshot import Frame

log = logging.getLogger(__name__)

EVERY_MS: Final = 300_000
START_MS: Final = 3_000
"""A worker that has just begun shows its first frames before it asks."""
LOOK_MS: Final = 200
"""How often an answer is looked for while one is awaited."""


@dataclass(frozen=True)
class Answer:
    """The rankings as of `at` (epoch ms), by whom they rank."""

    at: int
    ranked: Mapping[str, Ranked]


Ask = Callable[[int], Answer]
Later = Callable[[Callable[[], Answer]], "Future[Answer]"]
"""Runs a question beside the worker, which must not wait for it."""


class LedgerRanking:
    """Asks the ledger of one city, for the term its profile names."""

    def __init__(self, ledger: Ledger, profile: Profile) -> None:
        self._ledger, self._profile = ledger, profile

    def __call__(self, now: int) -> Answer:
        days = span(self._profile, period(self._profile.assessment.period), now)
        figures = of_ledger(self._ledger)
        found = {by: assess(figures, self._profile, by, days) for by in face.TABLES}
        return Answer(now, found)


class AssessmentWork:
    """The section `考评` of the frame."""

    def __init__(self, profile: Profile, ask: Ask, later: Later) -> None:
        self._profile, self._ask, self._later = profile, ask, later
        self._answer: Future[Answer] | None = None
        self._found: Answer | None = None
        self._painted: tuple[dict[str, Any], dict[str, Any]] | None = None
        self._problem = ""
        self._asked_at = 0
        self._day = -1
        self.next_at = 0

    def reset(self, now: int) -> None:
        """Asks anew soon; what was shown stays until the answer is there."""
        self._day = self._profile.day(now)
        self._asked_at = now - EVERY_MS + START_MS
        self.next_at = now + START_MS

    def apply(self, applied: Applied) -> None:
        """A batch moves no ranking by itself; the next question finds it."""

    def advance(self, now: int) -> bool:
        """Takes the answer when it is there; asks again after some minutes and at midnight."""
        moved = False
        if self._answer is not None and self._answer.done():
            answer, self._answer = self._answer, None
            moved = self._take(answer)
        day = self._profile.day(now)
        turned, self._day = day != self._day, day
        if self._answer is None and (turned or not 0 <= now - self._asked_at < EVERY_MS):
            self._send(now)
        self.next_at = now + LOOK_MS if self._answer else self._asked_at + EVERY_MS
        return moved

    def paint(self, frame: Frame) -> None:
        """Adds the ranking; every key is there from the first frame on."""
        found = self._found
        if found is None:
            frame["s"] |= {"ranking.city": None, "ranking.formula": None}
            frame["s"]["ranking.about"] = {"problem": self._problem or None}
            frame["t"] |= {f"ranking.{name}": [] for name in face.TABLES.values()}
            return
        if self._painted is None:
            self._painted = self._made(found)
        series, tables = self._painted
        frame["s"] |= series
        frame["s"]["ranking.about"] = {
            **series["ranking.about"],
            "problem": self._problem or None,
        }
        frame["t"] |= tables

    def _made(self, found: Answer) -> tuple[dict[str, Any], dict[str, Any]]:
        districts = found.ranked["district"]
        formula = districts.formula
        series = {
            "ranking.about": self._about(found, districts.span),
            "ranking.city": face.city(districts),
            "ranking.formula": face.formula(formula) if formula else None,
        }
        tables = {
            f"ranking.{name}": face.rows(found.ranked[by], self._profile)
            for by, name in face.TABLES.items()
        }
        return series, tables

    def _about(self, found: Answer, days: Span) -> dict[str, Any]:
        """`s.ranking.about`: the days, what they are compared with, how many there are."""
        base = found.ranked["district"].base.window
        last = date_of(self._profile.day(days.window.as_of))
        departments = found.ranked["department"].formula
        return {
            "period": days.period.text,
            "name": days.period.label(),
            "from": days.first.isoformat(),
            "to": min(last, days.last).isoformat(),
            "running": days.running,
            "before": [_iso(base.first_day), _iso(base.end_day - 1)],
            "at": found.at,
            "grades": [float(bound) for bound in self._profile.assessment.grades.bounds],
            "count": {by: face.numbers(found.ranked[by]) for by in ("district", "department")},
            "departments": departments.name if departments else None,
        }

    def _send(self, now: int) -> None:
        self._asked_at = now
        ask = self._ask
        self._answer = self._later(lambda: ask(now))
        self.next_at = now + LOOK_MS

    def _take(self, answer: Future[Answer]) -> bool:
        """Whatever goes wrong in there is told on its tiles; the other tiles go on."""
        before = self._problem
        try:
            self._found, self._painted, self._problem = answer.result(), None, ""
        except Exception:
            self._problem = "考评算不出来，原因见工作进程日志"
            log.exception("考评算不出来")
            return self._problem != before
        return True


def _iso(day: int) -> str:
    date: datetime.date = date_of(day)
    return date.isoformat()
