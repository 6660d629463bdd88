"""对账 of the hotline: its tally and the days' points made anew from calls and agent states."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from dashboard.calls.folding import WHOLE_DAY, Change, Delta, by_day, difference
from dashboard.ledger import Ledger
from dashboard.ledger.callreading import all_calls, closed_agent_time, day_points, tally

PAGE = 10_000
Found = tuple[str, int, str, str, int, int]
"""(what, city day, quarter-hour, counter, stored, recounted)"""


def reconcile_calls(
    ledger: Ledger, first_day: int, end_day: int, progress: Callable[[int], None]
) -> tuple[int, int, list[Found]]:
    """How many calls were recounted, how many rows of the tally compared, every difference."""
    rules = ledger.rules
    quarters: dict[tuple[int, str], int] = dict(closed_agent_time(ledger))
    points: dict[int, array[int]] = {}
    calls = 0
    every = all_calls(ledger)
    while page := [(call, None, row) for call, row in islice(every, PAGE)]:
        changes: list[Change] = list(page)
        delta, days = difference(changes, rules.hotline, rules.day)
        for (_, quarter, counter), n in delta.items():
            if quarter != WHOLE_DAY:
                slot = (quarter, counter)
                quarters[slot] = quarters.get(slot, 0) + n
        for day, one in days.items():
            points.setdefault(day, array("q")).extend(one.come)
        calls += len(page)
        progress(len(page))
    recounted = {
        slot: n for slot, n in by_day(quarters, rules.day).items() if first_day <= slot[0] < end_day
    }
    stored = tally(ledger, first_day, end_day)
    found = list(_tally_differences(stored, recounted))
    found += _point_differences(ledger, points, first_day, end_day)
    return calls, len(stored), found


def _tally_differences(stored: Delta, recounted: Delta) -> Iterator[Found]:
    for slot in sorted(stored.keys() | recounted.keys()):
        have, should = stored.get(slot, 0), recounted.get(slot, 0)
        if have != should:
            day, quarter, counter = slot
            yield "calls", day, "" if quarter == WHOLE_DAY else str(quarter), counter, have, should


def _point_differences(
    ledger: Ledger, points: dict[int, array[int]], first_day: int, end_day: int
) -> Iterator[Found]:
    stored = dict(day_points(ledger, first_day, end_day))
    days = {day for day in points if first_day <= day < end_day} | stored.keys()
    for day in sorted(days):
        have = stored.get(day, np.empty(0, np.int64))
        should = np.sort(np.frombuffer(points.get(day, array("q")), np.int64))
        if not np.array_equal(have, should):
            yield "call_points", day, "", "offered", len(have), len(should)
