"""What cases count, for whole columns at once: the twin of `counters.points`.

An instant is in epoch ms, 0 where there is none.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.cases import TIME_FIELDS
from dashboard.counters import BASE, BY_DEADLINE, SELF

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Masks = NDArray[np.uint64]

_UNCOUNTED: Final = frozenset({"reopened_at", "restored_at", "deadline"})
"""Instants that no counter looks at; `deadline` is as sent, `due_at` as it holds."""
TIMES: Final = (*(name for name in TIME_FIELDS if name not in _UNCOUNTED), "due_at")
NUMBERS: Final = ("rework_count", "return_count", "satisfaction", "self_handled")
"""Stored numbers, 0 where there is none."""

OWN: Final = (*BASE, *SELF, *(f"{name}@deadline" for name in BY_DEADLINE))
"""The counters a case adds to at an instant of its own; one bit each."""
PLACE: Final[dict[str, int]] = {name: i for i, name in enumerate(OWN)}
COHORT: Final = len(BASE) + len(SELF)
"""The first of them that have no `@report` twin."""

_AT: Final[dict[str, tuple[str, ...]]] = {
    "reported": ("reported", "collector_reported", "valid_reported", "collector_valid",
                 "self_reported", "self_valid"),
    "accepted": ("accepted", "self_accepted"),
    "rejected": ("rejected",),
    "verify_sent": ("verify_sent",),
    "verified": ("verified", "verified_on_time"),
    "filed": ("filed", "self_filed"),
    "refused": ("refused",),
    "dispatched": ("dispatched", "dispatched_accurate"),
    "postponed": ("postponed",),
    "disposed": ("disposed", "disposed_on_time", "self_disposed", "self_disposed_on_time"),
    "check_sent": ("check_sent",),
    "checked": ("checked", "checked_on_time"),
    "closed": ("closed", "closed_on_time", "closed_on_time_closing", "self_closed",
               "self_closed_on_time", "self_closed_on_time_closing"),
    "reworked": ("reworked",),
    "suspended": ("suspended",),
    "supervised": ("supervised",),
    "cancelled": ("cancelled", "self_cancelled"),
    "revisited": ("revisited", "rated", "satisfied"),
    "due": tuple(f"{name}@deadline" for name in BY_DEADLINE),
}  # fmt: skip
INSTANTS: Final = (*_AT, "resumed")
"""The instants that are kept of a case; the last one for where it stands, not for counting."""
INSTANT_OF: Final[dict[str, str]] = {name: at for at, names in _AT.items() for name in names}
"""Counter → the instant at which it counts."""


class Shape:
    """The counters of some cases as bits, and the instant of each kind."""

    def __init__(self, ints: Ints, collector: Flags, by_channel: Flags) -> None:
        """`ints`: a row for each of `TIMES` and `NUMBERS`; `collector`, `by_channel`: reported
        by a collector, through the channel 自行处置."""
        names = (*TIMES, *NUMBERS)
        self._of: dict[str, Ints] = {name: ints[i] for i, name in enumerate(names)}
        self.bits: Masks = np.zeros(ints.shape[1], np.uint64)
        self._collector = collector
        self._self = by_channel | (self._of["self_handled"] != 0)
        self._count_main(~self._self)
        self._count_self(self._self)
        self.instants = {name: self._instant(name) for name in INSTANTS}

    def _there(self, name: str) -> Flags:
        found: Flags = self._of[name] != 0
        return found

    def _put(self, name: str, where: Flags) -> None:
        self.bits |= where.astype(np.uint64) << np.uint64(PLACE[name])

    def _instant(self, name: str) -> Ints:
        of = self._of
        if name != "reworked":
            return of[f"{name}_at"]
        later = np.where(of["disposed_at"] != 0, of["disposed_at"], of["dispatched_at"])
        return np.asarray(np.where(of["check_failed_at"] != 0, of["check_failed_at"], later))

    def _count_main(self, mine: Flags) -> None:
        there, put, of = self._there, self._put, self._of
        put("reported", mine & there("reported_at"))
        put("collector_reported", mine & there("reported_at") & self._collector)
        self._timed("verify_sent", "verified", "verify_due_at", mine)
        put("supervised", mine & there("supervised_at"))
        put("cancelled", mine & there("cancelled_at"))
        alive = mine & ~there("cancelled_at")
        put("accepted", alive & there("accepted_at"))
        put("rejected", alive & ~there("accepted_at") & there("rejected_at"))
        filed = alive & there("filed_at")
        put("filed", filed)
        put("valid_reported", filed & there("reported_at"))
        put("collector_valid", filed & there("reported_at") & self._collector)
        put("refused", alive & ~there("filed_at") & there("refused_at"))
        sent = alive & there("dispatched_at")
        put("dispatched", sent)
        put("dispatched_accurate", sent & ~there("returned_at") & ~there("return_count"))
        put("postponed", sent & there("postponed_at"))
        put("suspended", alive & there("suspended_at"))
        put("suspended@deadline", alive & there("suspended_at") & there("due_at"))
        self._disposal(alive)
        self._timed("check_sent", "checked", "check_due_at", alive)
        put("revisited", alive & there("revisited_at"))
        put("rated", alive & there("revisited_at") & there("satisfaction"))
        put("satisfied", alive & there("revisited_at") & (of["satisfaction"] >= 4))

    def _timed(self, sent: str, done: str, due: str, where: Flags) -> None:
        """核实, 核查: sent, done, done in time; no own limit counts as in time."""
        at, limit = self._of[f"{done}_at"], self._of[due]
        asked = where & self._there(f"{sent}_at")
        finished = asked & (at != 0)
        self._put(sent, asked)
        self._put(done, finished)
        self._put(f"{done}_on_time", finished & ((limit == 0) | (at <= limit)))

    def _disposal(self, alive: Flags) -> None:
        there, put, of = self._there, self._put, self._of
        due, disposed, closed = of["due_at"], there("disposed_at"), alive & there("closed_at")
        limited = due != 0
        put("due@deadline", alive & limited & there("dispatched_at"))
        done = alive & disposed
        in_time = done & limited & (of["disposed_at"] <= due)
        put("disposed", done)
        put("disposed_on_time", in_time)
        put("disposed@deadline", done & limited)
        put("disposed_on_time@deadline", in_time)
        put("closed", closed)
        put("closed_on_time", closed & in_time)
        put("closed@deadline", closed & limited)
        put("closed_on_time@deadline", closed & limited & in_time)
        closing = closed & limited & (of["closed_at"] <= due)
        put("closed_on_time_closing", closing)
        put("closed_on_time_closing@deadline", closing)
        back = alive & (there("check_failed_at") | there("rework_count"))
        back &= there("check_failed_at") | disposed | there("dispatched_at")
        put("reworked", back)
        put("reworked@deadline", back & limited)

    def _count_self(self, mine: Flags) -> None:
        """自行处置, a family of its own."""
        there, put, of = self._there, self._put, self._of
        put("self_reported", mine & there("reported_at"))
        put("self_cancelled", mine & there("cancelled_at"))
        alive = mine & ~there("cancelled_at")
        put("self_accepted", alive & there("accepted_at"))
        put("self_filed", alive & there("filed_at"))
        valid = there("filed_at") | there("closed_at")
        put("self_valid", alive & there("reported_at") & valid)
        free = of["due_at"] == 0
        done, closed = alive & there("disposed_at"), alive & there("closed_at")
        in_time = done & (free | (of["disposed_at"] <= of["due_at"]))
        put("self_disposed", done)
        put("self_disposed_on_time", in_time)
        put("self_closed", closed)
        put("self_closed_on_time", closed & in_time)
        put("self_closed_on_time_closing", closed & (free | (of["closed_at"] <= of["due_at"])))

    def checked_after(self) -> Flags:
        """Whether the check came at or after the disposal: then a case waits to be closed."""
        of = self._of
        found: Flags = (of["checked_at"] != 0) & (of["checked_at"] >= of["disposed_at"])
        return found
