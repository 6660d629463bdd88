"""The desk's questions 桌面查询: any measure of cases under any filter over any window.

One answer for whoever asks the same: kept while it is fresh, and for days that are over until the
ledger moves. Who asks is confined to their areas here, at the only door.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, Literal, TypeVar

import numpy as np

from dashboard.access.identity import Identity
from dashboard.columns.counting import KNOWN, Counting, Edges
from dashboard.columns.shape import Flags, Ints
from dashboard.columns.standing import standing
from dashboard.columns.table import CaseTable
from dashboard.deskcopy import CaseCopy, Moment
from dashboard.formula import OVERDUE, Resolved, Value
from dashboard.ledger import LedgerError
from dashboard.measures import resolve
from dashboard.periods import Base, Span, before, date_of, span, year_ago
from dashboard.profile import Profile
from dashboard.question import Question
from dashboard.reckoning import values_of
from dashboard.waiting import Job, Waitlist
from dashboard.windows import Window, year_of

T = TypeVar("T")
Values = Mapping[str, Value]
WAIT_S: Final = 0.6
"""How long a request waits before it says that it takes longer."""
KEPT: Final = 256


class Unavailable(ValueError):
    """The ledger cannot be asked now; the text says why."""


@dataclass
class Counted:
    """One question over one window: the figures in all, by a dimension, by pieces of time."""

    view: View
    question: Question
    window: Window
    resolved: Sequence[Resolved]
    known: bool
    """Whether the ledger knows anything about the window; else nothing is 0."""
    whole: bool
    """Whether it knows the window from its beginning."""

    def total(self) -> Values:
        """Every measure over all the question asks for."""
        return self._values(self._counting().total())

    def by(self, dimension: str) -> dict[str, Values]:
        """Member → its figures; members without any case are not there."""
        found = self._counting(apart=dimension == "channel").by(dimension)
        return {member: self._values(counts) for member, counts in found.items()}

    def values_of_none(self) -> Values:
        """The figures of a member without a case."""
        return self._values({})

    def since(self) -> str:
        """The day of the first report the ledger knows."""
        return f"{date_of(self.view.profile.day(self.view.moment.first))}"

    def pieces(self, starts: Sequence[int]) -> list[Values]:
        """The figures of each piece of the window but stocks; `starts` are its beginnings, ms."""
        timed = replace(self, resolved=[r for r in self.resolved if r.measure.kind != "stock"])
        return [timed._values(counts) for counts in timed._counting().by_time(starts)]

    def places(self, side: Literal["num", "den"]) -> Ints:
        """The cases that the numerator or denominator of the one measure counts, by the latest
        report; what the denominator takes off again is left out."""
        (one,) = self.resolved
        plus, minus = (one.num, ()) if side == "num" else (one.den, one.minus)
        if one.attribution == "report":
            plus = tuple("overdue@report" if name == OVERDUE else name for name in plus)
        found = self._counting().places(plus, minus) if self.known else np.empty(0, np.int64)
        latest = np.argsort(-self.view.table["reported"][found].astype(np.int64), kind="stable")
        return found[latest]

    def _counting(self, apart: bool = False) -> Counting:
        return self.view.counting(self.question, self.window, self._needs(), apart)

    def _needs(self) -> frozenset[str]:
        names = {name for one in self.resolved for name in (*one.num, *one.den, *one.minus)}
        if OVERDUE in names:
            names.add("overdue@report")
        return frozenset(names) & KNOWN

    def _values(self, counts: Mapping[str, int]) -> Values:
        return values_of(self.resolved, counts, self.window, self.known)


@dataclass
class View:
    """The cases at one moment, for somebody confined to `areas`; used inside `DeskQuery.ask`."""

    table: CaseTable
    moment: Moment
    profile: Profile
    areas: frozenset[str]
    check: Callable[[], None]
    _chosen: dict[Any, Flags] = field(default_factory=dict)
    _countings: dict[Any, Counting] = field(default_factory=dict)

    def span(self, question: Question) -> Span:
        """The days of the question as they stand."""
        return span(self.profile, question.period, self.moment.as_of)

    def bases(self, now: Span) -> tuple[Base, Base]:
        """What they are compared with: 环比, 同比."""
        return before(self.profile, now), year_ago(self.profile, now)

    def over(
        self, question: Question, window: Window, ids: Iterable[str], attribution: str = ""
    ) -> Counted:
        """The question over a window, for some measures; `attribution` instead of the asked."""
        choice = self.choice(question, window)
        asked = attribution or question.attribution or None
        resolved = [resolve(id, choice, attribution=asked) for id in ids]
        start, end = (self.profile.day_start(d) for d in (window.first_day, window.end_day))
        first, heard = self.moment.first, self.moment.heard
        known = bool(first) and first < end and heard >= start and window.as_of > start
        whole = known and self.profile.day(first) <= window.first_day
        return Counted(self, question, window, resolved, known, whole)

    def choice(self, question: Question, window: Window) -> Profile:
        """The city's choice of variants in the window's year, with what the question asks."""
        of_year = self.profile.in_year(year_of(window.first_day))
        return replace(of_year, variants={**of_year.variants, **dict(question.variants)})

    def backlog(self, question: Question, as_of: int) -> dict[int, list[int]]:
        """Open stage → cases by how long they have been open."""
        self.check()
        return standing(self.table, self.chosen(question), as_of)

    def chosen(self, question: Question, apart: bool = False) -> Flags:
        """Which cases the question asks for."""
        key = (question.among, apart)
        if key not in self._chosen:
            among = dict(question.among)
            self._chosen[key] = self.table.chosen(among, self.areas, apart)
        return self._chosen[key]

    def counting(
        self, question: Question, window: Window, needs: frozenset[str], apart: bool
    ) -> Counting:
        """What has been found for one breakdown of a window serves the next."""
        apart = apart and bool(self.table.apart_channels)
        key = (question.among, window, needs, apart)
        if key not in self._countings:
            self._countings[key] = Counting(
                self.table, self.chosen(question, apart), self.edges(window), needs, self.check
            )
        return self._countings[key]

    def edges(self, window: Window) -> Edges:
        """The window as instants."""
        start, end = (self.profile.day_start(d) for d in (window.first_day, window.end_day))
        return Edges(start, end, window.as_of)


@dataclass(frozen=True)
class _Kept(Generic[T]):
    answer: T
    seq: int
    made: float
    running: bool


class DeskQuery:
    """One per web process."""

    def __init__(self, copy: CaseCopy, profile: Profile, waitlist: Waitlist | None = None) -> None:
        self.copy, self._profile = copy, profile
        self._waitlist = waitlist or Waitlist()
        self._kept: OrderedDict[Hashable, _Kept[Any]] = OrderedDict()
        self._lock = threading.Lock()
        self.worked = 0
        """How many answers were worked out."""

    def ask(
        self,
        who: Identity,
        question: Question,
        page: Hashable,
        work: Callable[[View], T],
        wait_s: float = WAIT_S,
    ) -> T:
        """What `work` makes of the cases that this person may see; `page` tells works apart.

        Raises `Waiting` when it takes longer: ask again; `Stopped` when it was cancelled; and
        `Unavailable` when the ledger is away.
        """
        key = (page, question, who.areas)
        kept = self._fresh(key)
        if kept is not None:
            answer: T = kept.answer
            return answer

        def run(job: Job[T]) -> T:
            return self._run(job, key, question, who.areas, work)

        try:
            return self._waitlist.ask(key, run, wait_s, who.user)
        except LedgerError as error:
            raise Unavailable(str(error)) from error

    def cancel(self, who: Identity, question: Question, page: Hashable) -> None:
        """This person waits no longer; when nobody does, the work ends."""
        self._waitlist.cancel((page, question, who.areas), who.user)

    def _run(
        self,
        job: Job[T],
        key: Hashable,
        question: Question,
        areas: frozenset[str],
        work: Callable[[View], T],
    ) -> T:
        with self.copy.using(job.check, self._waitlist.anybody) as (table, moment):
            job.check()
            view = View(table, moment, self._profile, areas, job.check)
            answer = work(view)
            running = view.span(question).running
        made = _Kept(answer, moment.seq, self.copy.clock(), running)
        with self._lock:
            self.worked += 1
            self._kept[key] = made
            self._kept.move_to_end(key)
            self._clear(moment.seq)
        return answer

    def _clear(self, seq: int) -> None:
        """Lets go of what nobody will be answered with: a page is up to a megabyte, and in a city
        under way all of them are stale after seconds."""
        stale = [
            key
            for key, kept in self._kept.items()
            if not self._young(kept) and (kept.running or kept.seq != seq)
        ]
        for key in stale:
            del self._kept[key]
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _young(self, kept: _Kept[Any]) -> bool:
        return self.copy.clock() - kept.made < self.copy.fresh_s

    def _fresh(self, key: Hashable) -> _Kept[Any] | None:
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            return None
        if self._young(kept):
            return kept
        return kept if not kept.running and kept.seq == self.copy.seq() else None
