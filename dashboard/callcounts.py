"""Counting the hotline over a window 热线计数.

Whole days and quarter-hours come from the tally, the quarter that is cut from the records with an
instant in it; the rolling 24 hours from the days' points. A call's outcome counts at the instant it
was offered, as far as it is known now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from dashboard.callmeasures import CALLS, PENDING, PERSON_PENDING
from dashboard.calls.agents import NAMES, by_quarter, spans
from dashboard.calls.counting import QUARTER_MS, points
from dashboard.calls.daypoints import calls_of
from dashboard.calls.rolling import VARIANTS, at_moment, minima
from dashboard.calls.standing import Rolling, agent_counts, undecided, waiting_counts
from dashboard.hotlineprofile import Hotline
from dashboard.ledger import Ledger
from dashboard.ledger.callreading import (
    agent_changes,
    call_sums,
    calls_counted,
    calls_offered,
    day_points,
    newest_states,
    quarter_sums,
)
from dashboard.ledger.reading import last_heard
from dashboard.windows import City, Counts, Needs, Window, iso_day

HOUR_MS = 3_600_000
ROLLING = ("calls.connect_rate_24h", "calls.connect_rate_24h_min")
_ROLLED = frozenset(
    counter
    for id in ROLLING
    for formula in CALLS[id].variants.values()
    for counter in (*formula.num, *formula.den)
)


def resolve_variant(city: City, id: str) -> str:
    """The variant a city takes of one of the hotline's measures."""
    return city.variants.get(id, CALLS[id].default)


class CallCounts:
    """The domain of `calls.…` measures."""

    def counts(
        self, ledger: Ledger, city: City, window: Window, by: str | None, needs: Needs
    ) -> dict[str, Counts]:
        """Member → counter → n; breaks down by day and month."""
        if by not in (None, "day", "month"):
            return {}
        out = _tallied(ledger, city, window, by)
        _add_cut_quarter(ledger, city, window, by, out)
        _add_open_states(ledger, city, window, by, out)
        rules = ledger.rules.hotline
        now = standing(ledger, rules, window.as_of)
        if by is not None:  # of the breakdown's figures only the rates look at who still waits
            now = {name: now[name] for name in (PENDING, PERSON_PENDING)}
        _add(out, _member(by, city.day(window.as_of - 1)), now)
        if not needs & _ROLLED:
            return out
        wanted = {resolve_variant(city, id) for id in ROLLING}
        for member, start, end in _periods(city, window, by):
            found = rolled(ledger, city, start, end, wanted)
            _add(out, member, found.counts())
        return out

    def known(self, ledger: Ledger, city: City, window: Window) -> bool:
        """Whether a call was heard of as late as the window's start."""
        return last_heard(ledger, {"call"}) >= city.day_start(window.first_day)


def by_hour(ledger: Ledger, city: City, window: Window) -> dict[str, Counts]:
    """Hour of the one day of a window → counter → n, up to its as-of time."""
    day = window.first_day
    start, quarter = city.day_start(day), window.as_of // QUARTER_MS
    before = quarter if city.day(window.as_of) == day else None
    out: dict[str, Counts] = {}
    for one, counts in quarter_sums(ledger, day, before).items():
        _add(out, str((one * QUARTER_MS - start) // HOUR_MS), counts)
    if before is not None and window.as_of > start:
        cut: dict[str, Counts] = {}
        _add_cut_quarter(ledger, city, window, None, cut)
        now = standing(ledger, ledger.rules.hotline, window.as_of)
        hour = str((window.as_of - 1 - start) // HOUR_MS)
        _add(out, hour, cut.get("", {}))
        _add(out, hour, {name: now[name] for name in (PENDING, PERSON_PENDING)})
    return out


def _add(out: dict[str, Counts], member: str, counts: Mapping[str, int]) -> None:
    have = out.setdefault(member, {})
    for name, n in counts.items():
        have[name] = have.get(name, 0) + n


def _member(by: str | None, day: int) -> str:
    if by is None:
        return ""
    return iso_day(day) if by == "day" else iso_day(day)[:7]


def _cut(city: City, window: Window) -> tuple[int, int]:
    """(day, quarter) that the as-of time falls into."""
    return city.day(window.as_of), window.as_of // QUARTER_MS


def _tallied(ledger: Ledger, city: City, window: Window, by: str | None) -> dict[str, Counts]:
    """Whole days, and the whole quarters of the day that is cut."""
    cut_day, cut_quarter = _cut(city, window)
    end = min(window.end_day, cut_day)
    out: dict[str, Counts] = {}
    sums = call_sums(ledger, window.first_day, end, "day" if by else "all")
    for day, counts in sums.items():
        _add(out, _member(by, day), counts)
    if window.first_day <= cut_day < window.end_day:
        for counts in quarter_sums(ledger, cut_day, cut_quarter).values():
            _add(out, _member(by, cut_day), counts)
    return out


def _add_cut_quarter(
    ledger: Ledger, city: City, window: Window, by: str | None, out: dict[str, Counts]
) -> None:
    cut_day, quarter = _cut(city, window)
    start = quarter * QUARTER_MS
    if not window.first_day <= cut_day < window.end_day or start == window.as_of:
        return
    rules, counts = ledger.rules.hotline, Counts()
    for _, row in calls_counted(ledger, start, window.as_of):
        for at, counter, n in points(row, rules):
            if start <= at < window.as_of:
                counts[counter] = counts.get(counter, 0) + n
    cap = round(rules.max_state_h * HOUR_MS)
    for changes in agent_changes(ledger, start, window.as_of).values():
        found = by_quarter(spans(changes, cap, window.as_of), start, window.as_of)
        for (_, state), ms in found.items():
            name = f"agent_{NAMES[state]}_ms"
            counts[name] = counts.get(name, 0) + ms
    _add(out, _member(by, cut_day), counts)


def _add_open_states(
    ledger: Ledger, city: City, window: Window, by: str | None, out: dict[str, Counts]
) -> None:
    """States that no other has followed yet last until the as-of time; its quarter is done."""
    cap = round(ledger.rules.hotline.max_state_h * HOUR_MS)
    start = city.day_start(window.first_day)
    end = min(window.as_of // QUARTER_MS * QUARTER_MS, city.day_start(window.end_day))
    for newest in newest_states(ledger).values():
        found = by_quarter(spans([newest], cap, end), start, end)
        for (quarter, state), ms in found.items():
            member = _member(by, city.day(quarter * QUARTER_MS))
            _add(out, member, {f"agent_{NAMES[state]}_ms": ms})


def _periods(city: City, window: Window, by: str | None) -> Iterable[tuple[str, int, int]]:
    """(member, start, end) of the window or of each of its days or months, cut at the as-of."""
    spans_of: dict[str, tuple[int, int]] = {}
    for day in range(window.first_day, window.end_day):
        start, end = city.day_start(day), min(city.day_start(day + 1), window.as_of)
        if start >= end:
            break
        member = _member(by, day)
        spans_of[member] = (spans_of.get(member, (start, end))[0], end)
    return ((member, start, end) for member, (start, end) in spans_of.items())


class Calendar(Protocol):
    """City days."""

    def day(self, instant: int) -> int: ...


def rolled(
    ledger: Ledger,
    city: Calendar,
    start: int,
    end: int,
    variants: Collection[str] = VARIANTS,
) -> Rolling:
    """The rolling connect rate of the period start < e ≤ end (epoch ms), exactly."""
    rules = ledger.rules.hotline
    days = day_points(ledger, city.day(start - 24 * HOUR_MS), city.day(end) + 1)
    calls = calls_of(days)
    lost = end - round(rules.max_wait_s * 1000)
    return Rolling(
        {variant: at_moment(calls, variant, end, lost) for variant in variants},
        minima(calls, start, end, rules.min_sample, lost, variants),
    )


def standing(ledger: Ledger, rules: Hotline, as_of: int) -> Counts:
    """Who waits, and what the agents do, at the as-of time."""
    since = as_of - round(rules.max_wait_s * 1000)
    found = [undecided(row, rules, as_of) for _, row in calls_offered(ledger, since, as_of)]
    waiting = [one for one in found if one is not None]
    out = waiting_counts(waiting, as_of)
    states = {
        agent: changes[-1]
        for agent, changes in agent_changes(ledger, as_of, as_of).items()
        if changes
    }
    return out | agent_counts(states, rules, as_of)
