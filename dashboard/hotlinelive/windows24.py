"""The rolling 24 hours, live 滚动窗: the days that are over once, the last two with every call."""

from __future__ import annotations

import numpy as np

from dashboard.calls import record as r
from dashboard.calls.counting import flags
from dashboard.calls.record import Row
from dashboard.calls.rolling import SPAN_MS, VARIANTS, Calls, Rolled, at_moment, least, minima
from dashboard.calls.standing import Rolling
from dashboard.hotlineprofile import Hotline


class Windows24:
    """The calls offered since 24 hours before `since`, and the least windows that ended before.

    `since` is the start of yesterday; a correction of an older call makes `stale` true, and what
    ended before `since` has to be loaded anew.
    """

    def __init__(
        self, rules: Hotline, start: int, since: int, past: dict[str, Rolled | None], calls: Calls
    ) -> None:
        self._rules, self._start, self.since = rules, start, since
        self.past = past
        self.stale = False
        self._more: dict[tuple[int, int], int] = {}
        self._calls = calls

    def put(self, old: Row | None, new: Row) -> None:
        """A call came or changed."""
        for row, sign in ((old, -1), (new, 1)):
            if row is None or row[r.OFFERED] is None:
                continue
            at = row[r.OFFERED]
            self.stale |= at < self.since
            if at >= self.since - SPAN_MS:
                slot = (at, flags(row, self._rules))
                self._more[slot] = self._more.get(slot, 0) + sign

    def _settled(self) -> Calls:
        """The calls with what changed since last asked."""
        if self._more:
            keys = self._calls.at << 8 | self._calls.flags
            fresh = np.array([at << 8 | flag for at, flag in self._more], np.int64)
            signs = np.array(list(self._more.values()), np.int64)
            every, where = np.unique(np.concatenate([keys, fresh]), return_inverse=True)
            times = np.zeros(len(every), np.int64)
            np.add.at(times, where, np.concatenate([np.ones(len(keys), np.int64), signs]))
            keys = np.repeat(every, times)
            self._calls = Calls(keys >> 8, (keys & 255).astype(np.uint8))
            self._more = {}
        return self._calls

    def until(self, as_of: int) -> Rolling:
        """The 24 hours before, and the least of the year so far."""
        calls = self._settled()
        lost = as_of - round(self._rules.max_wait_s * 1000)
        recent = minima(calls, max(self._start, self.since), as_of, self._rules.min_sample, lost)
        return Rolling(
            {variant: at_moment(calls, variant, as_of, lost) for variant in VARIANTS},
            {variant: least((self.past[variant], recent[variant])) for variant in VARIANTS},
        )
