"""The yearly form's part of the worker 年度: the city's form as it stands, evaluated aside.

Evaluating asks the ledger for a whole year, so it runs in a thread of its own, at most once a
minute, and only when the ledger, the book, the form or the day is another one.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dashboard import yearface
from dashboard.bookkeeping import Standing
from dashboard.bookroom import NoForm, chosen, forms_of, keeper
from dashboard.evaluation.calendars import days_of
from dashboard.evaluation.form import Form
from dashboard.evaluation.loading import form_files
from dashboard.evaluation.result import decode
from dashboard.evaluation.workflow import STATES
from dashboard.ledger import Applied, Ledger
from dashboard.ledger import books as shelf
from dashboard.profile import Profile
from dashboard.snapshot import Frame

log = logging.getLogger(__name__)

MINUTE_MS: Final = 60_000
LOOK_MS: Final = 200
"""How often an answer is looked for while one is awaited."""
TABLES: Final = ("levels", "output", "effect", "findings", "missing")
EPOCH: Final = datetime.date(1970, 1, 1)


@dataclass(frozen=True)
class Year:
    """The form as it stood at `at` (epoch ms); `before`: last year's locked total."""

    form: Form
    year: int
    at: int
    standing: Standing
    before: str | None


@dataclass(frozen=True)
class Answer:
    """What an evaluation found: its key, and the year unless the key was the one already known."""

    key: object
    year: Year | None


Ask = Callable[[int, object], Answer]
"""(now, key known) → the answer. Asks the ledger."""
Later = Callable[[Callable[[], Answer]], "Future[Answer]"]
"""Runs a question beside the worker, which must not wait for it."""


class LedgerYear:
    """Asks forms, book and ledger of one city."""

    def __init__(self, ledger: Ledger, profile: Profile, forms_dir: Path | None) -> None:
        self._ledger, self._profile, self._forms_dir = ledger, profile, forms_dir
        self._forms: tuple[object, list[Form]] = (None, [])

    def __call__(self, now: int, known: object) -> Answer:
        day = self._profile.day(now)
        year = (EPOCH + datetime.timedelta(day)).year
        form = chosen(self._read(), self._profile.annual.form, self._profile.id, year)
        opened = {(id, of): number for id, of, number in shelf.books(self._ledger)}
        mine, last = opened.get((form.id, year), 0), opened.get((form.id, year - 1), 0)
        key = (form, day, mine, last, self._ledger.seq())
        if key == known:
            return Answer(key, None)
        keeps = keeper(self._ledger, self._profile, self._forms_dir, lambda: now)
        before = None
        if last and (locked := keeps.book(form.id, year - 1).locked) is not None:
            before = yearface.plain(decode(bytes(locked)).total.score)
        return Answer(key, Year(form, year, now, keeps.standing(form.id, year), before))

    def _read(self) -> list[Form]:
        """The city's forms, read anew only where a file changed."""
        files = form_files(self._forms_dir).values()
        stamps = tuple((file, file.stat().st_mtime_ns) for file in files)
        if self._forms[0] != stamps:
            self._forms = (stamps, forms_of(self._profile, self._forms_dir))
        return self._forms[1]


class YearWork:
    """The section `年度` of the frame."""

    def __init__(self, profile: Profile, ask: Ask, later: Later) -> None:
        self._profile, self._ask, self._later = profile, ask, later
        self._key: object = None
        self._year: Year | None = None
        self._problem = ""
        self._now = self._asked_at = 0
        self._day = -1
        self._answer: Future[Answer] | None = None
        self._painted: tuple[object, tuple[dict[str, Any], dict[str, Any]]] | None = None
        self.next_at = 0

    def reset(self, now: int) -> None:
        """Asks anew; what was shown stays until the answer is there."""
        self._now, self._day = now, self._profile.day(now)
        self._key = None
        if self._answer is None:
            self._send(now)

    def apply(self, applied: Applied) -> None:
        """The minute's question finds out whether the ledger is another one."""

    def advance(self, now: int) -> bool:
        """Takes the answer when it is there; asks again after a minute."""
        self._now = now
        day = self._profile.day(now)
        moved, self._day = day != self._day, day
        answer = self._answer
        if answer is not None and answer.done():
            self._answer = None
            moved |= self._take(answer)
        if self._answer is None and not 0 <= now - self._asked_at < MINUTE_MS:
            self._send(now)
        self.next_at = now + LOOK_MS if self._answer else self._asked_at + MINUTE_MS
        return moved

    def paint(self, frame: Frame) -> None:
        """Adds the yearly form; every key is there from the first frame on."""
        found = self._year
        if found is None:
            frame["s"]["annual.about"] = self._about(None)
            frame["s"] |= {"annual.score": None, "annual.counts": None}
            frame["t"] |= {f"annual.{name}": [] for name in TABLES}
            return
        frame["s"]["annual.about"] = self._about(found)
        if self._painted is None or self._painted[0] != (found.at, self._day):
            self._painted = ((found.at, self._day), self._made(found))
        series, tables = self._painted[1]
        frame["s"] |= series
        frame["t"] |= tables

    def _made(self, found: Year) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
        form, result = found.form, found.standing.result
        pace = self._pace(found.year)
        tables = {
            "annual.levels": yearface.levels(form, result),
            **{
                f"annual.{name}": yearface.progress(form, result, name, pace)
                for name in yearface.SHOWN
            },
            "annual.findings": yearface.findings(result),
            "annual.missing": yearface.missing(form, result),
        }
        counts = yearface.counts(form, result)
        return {"annual.score": yearface.score(form, result), "annual.counts": counts}, tables

    def _send(self, now: int) -> None:
        self._asked_at = now
        ask, known = self._ask, self._key
        self._answer = self._later(lambda: ask(now, known))
        self.next_at = now + LOOK_MS

    def _take(self, answer: Future[Answer]) -> bool:
        """Whatever goes wrong in there is told on its tile; the other tiles go on."""
        before = self._problem
        try:
            found = answer.result()
        except NoForm as error:
            self._year, self._key, self._problem = None, None, str(error)
        except Exception:
            self._key, self._problem = None, "年度表算不出来，原因见工作进程日志"
            log.exception("年度表算不出来")
        else:
            self._problem, self._key = "", found.key
            if found.year is not None:
                self._year = found.year
                return True
        return self._problem != before

    def _today(self) -> datetime.date:
        return EPOCH + datetime.timedelta(self._profile.day(self._now))

    def _pace(self, year: int) -> yearface.Pace:
        gone = (self._today() - datetime.date(year, 1, 1)).days + 1
        return yearface.Pace(gone, days_of(year))

    def _about(self, found: Year | None) -> dict[str, Any]:
        """`s.annual.about`; days are counted at every painting, so that midnight counts."""
        today = self._today()
        year = found.year if found else today.year
        pace = self._pace(year)
        due = self._profile.annual.due_date(year)
        book = found.standing.book if found else None
        return {
            "form": found.form.id if found else None,
            "title": found.form.title if found else None,
            "kind": found.form.kind if found else None,
            "scoring": found.form.scoring if found else None,
            "year": year,
            "day": min(pace.gone, pace.days),
            "days": pace.days,
            "left": max(0, pace.days - pace.gone),
            "due": due.isoformat() if due else None,
            "due_in": (due - today).days if due else None,
            "state": book.state if book else None,
            "state_name": STATES[book.state] if book else None,
            "revision": book.number if book else None,
            "drift": len(found.standing.drift) if found else None,
            "before": found.before if found else None,
            "at": found.at if found else None,
            "problem": self._problem or None,
        }
