"""Counts the last hour 突增监看 and knows what is usual for it; see `alarms.surge`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Final

from dashboard.alarms.surge import HOUR_MS, WEEK_MS, WEEKS, Usual, baseline, usual
from dashboard.cases import CHANNEL, REPORTED, Row
from dashboard.profile import Profile
from dashboard.tally import DIMENSIONS, Change

Weeks = Sequence[Mapping[str, int]]
Reports = Callable[[str, Sequence[int], int], Weeks]
"""(dimension, starts, length) → for each span: member → reports. Asks the ledger."""
Later = Callable[[Callable[[], dict[str, Weeks]]], "Future[dict[str, Weeks]]"]
"""Runs a question beside the worker, which must not wait for it."""
Members = dict[str, tuple[int, Usual | None, str]]
"""Member → (reports of the last hour, the usual or None without a basis, its name)."""
MINUTE_MS: Final = 60_000
STEP_MS: Final = 10 * MINUTE_MS
"""How often the usual is asked anew, and how far its hour may lie off the last hour."""
AHEAD: Final = 10
"""Minutes of reports ahead of the clock that are kept: senders' clocks differ."""


class SurgeWatch:
    """Reports of the last sixty minutes by member of the watched dimensions, and the usual."""

    def __init__(
        self, profile: Profile, dimensions: Iterable[str], reports: Reports, later: Later
    ) -> None:
        self._profile = profile
        self._dimensions = tuple(dict.fromkeys(dimensions))
        self._apart = profile.rules.apart
        self._reports, self._later = reports, later
        self._minute = self._step = -1
        self._counts: dict[str, dict[int, dict[str, int]]] = {}
        self._usual: dict[str, dict[str, Usual]] = {}
        self._unseen: dict[str, Usual | None] = {}
        self._asked: Future[dict[str, Weeks]] | None = None

    def reset(self, now: int) -> None:
        """Counts the last hour anew and asks for the usual."""
        self._minute = now // MINUTE_MS
        first = self._minute - 59
        minutes = range(first, self._minute + AHEAD)
        starts = [minute * MINUTE_MS for minute in minutes]
        self._counts = {
            dimension: {
                minute: dict(found)
                for minute, found in zip(
                    minutes, self._reports(dimension, starts, MINUTE_MS), strict=True
                )
            }
            for dimension in self._dimensions
        }
        self._ask(now)

    def apply(self, changes: Iterable[Change]) -> None:
        """Moves the counts by changed records."""
        if not self._dimensions:
            return
        for _, old, new in changes:
            if old is not None:
                self._count(old, -1)
            self._count(new, 1)

    def advance(self, now: int) -> None:
        """Forgets what is older than an hour; the usual when the ledger has answered."""
        self._minute = now // MINUTE_MS
        for by_minute in self._counts.values():
            for past in [one for one in by_minute if one <= self._minute - 60]:
                del by_minute[past]
        if now // STEP_MS != self._step:
            self._ask(now)
        asked = self._asked
        if asked is not None and asked.done():
            self._asked = None
            for dimension, weeks in asked.result().items():
                recorded, self._usual[dimension] = baseline(weeks)
                self._unseen[dimension] = usual([0] * len(recorded))

    def members(self, also: Iterable[tuple[str, str]] = ()) -> dict[str, Members]:
        """Dimension → its members with reports in the last hour or at this time of past weeks, and
        `also` these (dimension, member)."""
        more: dict[str, set[str]] = {}
        for dimension, member in also:
            more.setdefault(dimension, set()).add(member)
        return {
            dimension: {
                member: (n, usual_of, self._profile.label(dimension, member))
                for member, n, usual_of in self._known(dimension, more.get(dimension, set()))
            }
            for dimension in self._dimensions
        }

    def _known(self, dimension: str, more: set[str]) -> Iterator[tuple[str, int, Usual | None]]:
        """Nobody reported a member at this time of past weeks: it is measured against 0."""
        found, unseen = self._usual.get(dimension, {}), self._unseen.get(dimension)
        counts: dict[str, int] = {}
        for minute, by_member in self._counts.get(dimension, {}).items():
            if minute <= self._minute:
                for member, n in by_member.items():
                    counts[member] = counts.get(member, 0) + n
        for member in counts.keys() | found.keys() | more:
            yield member, counts.get(member, 0), found.get(member, unseen)

    def _ask(self, now: int) -> None:
        self._step = now // STEP_MS
        if not self._dimensions:
            return
        end = self._step * STEP_MS
        starts = [end - HOUR_MS - week * WEEK_MS for week in range(1, WEEKS + 1)]
        dimensions, reports = self._dimensions, self._reports
        self._asked = self._later(lambda: {d: reports(d, starts, HOUR_MS) for d in dimensions})

    def _count(self, row: Row, sign: int) -> None:
        at = row[REPORTED]
        if at is None or at // MINUTE_MS <= self._minute - 60 or row[CHANNEL] in self._apart:
            return
        for dimension in self._dimensions:
            member = row[DIMENSIONS[dimension]]
            if member is not None:
                counts = self._counts.setdefault(dimension, {}).setdefault(at // MINUTE_MS, {})
                counts[member] = counts.get(member, 0) + sign
