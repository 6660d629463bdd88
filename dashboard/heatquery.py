"""The map's questions to the ledger 网格查询: one place in figures, and a day in quarter hours."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from dashboard.heat.deltas import pack
from dashboard.heat.ground import Ground
from dashboard.heat.keys import DAY_MS, MEASURES, NO_DATA, WINDOWS
from dashboard.heat.moving import Moving
from dashboard.heat.spells import Windows, countings
from dashboard.ledger import Ledger, spots
from dashboard.profile import Profile
from dashboard.terms import STAGES

TREND_DAYS: Final = 30
CASES: Final = 50
STEP_MS: Final = 15 * 60_000
_EPOCH: Final = datetime.date(1970, 1, 1)
_LISTED: Final = ("reported_at", "category", "stage", "place", "channel", "due_at")
_STAGE_NAMES: Final = tuple(STAGES.values())


class UnknownPlace(KeyError):
    """No level has such a member, or no day such a name."""


class HeatQuery:
    """Answers from the ledger; slow enough (a scan) to be asked in a thread."""

    def __init__(
        self, profile: Profile, ledger: Ledger, ground: Ground, now: Callable[[], int]
    ) -> None:
        self._profile, self._ledger, self._ground, self._now = profile, ledger, ground, now
        self._countings = countings(profile)
        self._windows = Windows(profile)
        wanted = [name for one in self._countings.values() for name in one.columns]
        self._columns = tuple(dict.fromkeys(wanted))
        self._places = {
            id: tuple(self._columns.index(name) for name in one.columns)
            for id, one in self._countings.items()
        }

    @property
    def ground(self) -> Ground:
        """The grid it answers for."""
        return self._ground

    def member(self, level: str, i: int, lists: bool) -> dict[str, Any]:
        """A member of a level: what it belongs to, every measure over every window, the reports of
        each of the last 30 days and of the 30 days before the window 30d together, and with `lists`
        its newest cases. Raises `UnknownPlace`."""
        ground, now = self._ground, self._now()
        if level not in (*ground.members, "unit_cell") or not 0 <= i < ground.size(level):
            raise UnknownPlace(f"{level} {i}")
        code = ground.code(level, i)
        upper = ground.upper(i) if level == "unit_cell" else {level: ground.name(level, i)}
        counts, trend, before = self._counts(level, code, now)
        names = {name: upper.get(name, "") for name in ground.members}
        found = {"code": code, **names, "as_of": now, "counts": counts, "trend": trend}
        found["before_30d"] = before
        return {**found, "cases": self._cases(level, code)} if lists else found

    def districts(self, level: str, i: int) -> set[str]:
        """The districts a member lies in. Raises `UnknownPlace`."""
        ground = self._ground
        if level not in (*ground.members, "unit_cell") or not 0 <= i < ground.size(level):
            raise UnknownPlace(f"{level} {i}")
        return ground.districts(level, i)

    def _counts(self, level: str, code: str, now: int) -> tuple[dict[str, Any], list[int], int]:
        today, windows = self._profile.day(now), self._windows
        midnight = self._profile.day_start(today)
        edges = {w: (windows.since(w, now), midnight if w == "yesterday" else now) for w in WINDOWS}
        first = self._profile.day_start(today - TREND_DAYS + 1)
        recent = edges["30d"][0]
        earlier, before = recent - (now - recent), 0
        start = min(first, earlier, *(low for low, _ in edges.values()))
        sums = {m: {w: [0, 0] for w in WINDOWS} for m in MEASURES}
        trend = [0] * TREND_DAYS
        for row in spots.at_member(self._ledger, self._columns, level, code, start):
            values = row[len(spots.PLACE) :]
            for measure, counting in self._countings.items():
                mine = tuple(values[place] for place in self._places[measure])
                for at, begin, until, num, den in counting.instants(mine):
                    if measure == "reported" and first <= at < now:
                        trend[self._profile.day(at) - today + TREND_DAYS - 1] += 1
                    before += measure == "reported" and earlier <= at < recent
                    if begin <= now < until:
                        for window, (low, high) in edges.items():
                            if low <= at < high:
                                both = sums[measure][window]
                                both[0], both[1] = both[0] + num, both[1] + den
        return {m: {w: _value(m, *sums[m][w]) for w in WINDOWS} for m in MEASURES}, trend, before

    def _cases(self, level: str, code: str) -> list[dict[str, Any]]:
        rows = spots.newest_at_member(self._ledger, _LISTED, level, code, CASES)
        label = self._profile.label
        return [
            {
                "case": case,
                "reported_at": at,
                "category": label("category", category),
                "stage": _STAGE_NAMES[stage],
                "place": place or "",
                "channel": label("channel", channel),
                "due_at": due,
            }
            for case, at, category, stage, place, channel, due in rows
        ]

    def day_of(self, text: str) -> int:
        """The city day of YYYY-MM-DD, today or yesterday. Raises `UnknownPlace`."""
        today = self._profile.day(self._now())
        if text in ("today", "yesterday"):
            return today - (text == "yesterday")
        try:
            day = (datetime.date.fromisoformat(text) - _EPOCH).days
        except ValueError:
            raise UnknownPlace(text) from None
        if not today - 3_700 <= day <= today:
            raise UnknownPlace(text)
        return day

    def replay(self, day: int, measure: str, level: str) -> dict[str, Any]:
        """延时回放: how a day's vector (of the window 今日) grew, by quarter hours until now."""
        start = self._profile.day_start(day)
        end = min(self._profile.day_start(day + 1), self._now() + 1)
        counting, ground = self._countings[measure], self._ground
        loaded = (
            (ground.place(*row[:3]), spell)
            for row in spots.between(self._ledger, counting.columns, start, start + DAY_MS + 1)
            for spell in counting.spells(self._windows, "today", row[3:])
        )
        rate = MEASURES[measure].kind == "rate"
        moving = Moving(ground.places, start, rate, loaded)
        before = np.full(ground.size(level), NO_DATA if rate else 0, np.int32)
        steps = []
        for at in range(start + STEP_MS, end + STEP_MS, STEP_MS):
            at = min(at, end - 1)  # midnight itself belongs to the next day
            moving.advance(at)
            values = ground.values(moving, level)
            index = np.flatnonzero(values != before)
            delta = pack(index, values[index].astype(np.int64))
            steps.append({"at": at, "d": base64.b64encode(delta).decode()})
            before = values
            if at == end - 1:
                break
        iso = (_EPOCH + datetime.timedelta(day)).isoformat()
        head = {"key": f"{measure}.today.{level}", "day": iso, "grid": ground.version}
        return {**head, "start": start, "step_ms": STEP_MS, "steps": steps}


def _value(measure: str, num: int, den: int) -> int:
    if MEASURES[measure].kind == "count":
        return num
    return (num * 2000 + den) // (2 * den) if den else NO_DATA
