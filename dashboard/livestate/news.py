"""The newest steps 最新动态: one line a case, its latest step, for the ticker."""

from __future__ import annotations

import bisect
from typing import Final, NamedTuple

from dashboard import cases as c
from dashboard.cases import Row

KEPT: Final = 200

_STEP_OF: Final[dict[int, str]] = {
    c.REPORTED: "report",
    c.ACCEPTED: "accept",
    c.REJECTED: "reject",
    c.VERIFY_SENT: "verify_send",
    c.VERIFIED: "verify_done",
    c.FILED: "file",
    c.REFUSED: "refuse",
    c.DISPATCHED: "dispatch",
    c.RETURNED: "return",
    c.DISPOSED: "dispose",
    c.POSTPONED: "postpone",
    c.SUSPENDED: "suspend",
    c.RESUMED: "resume",
    c.SUPERVISED: "supervise",
    c.CHECK_SENT: "check_send",
    c.CHECKED: "check_pass",
    c.CHECK_FAILED: "check_fail",
    c.CLOSED: "close",
    c.CANCELLED: "cancel",
    c.REVISITED: "revisit",
}
"""Time field → the step that writes it; later in the line wins when instants are equal."""


class Item(NamedTuple):
    """A step of a case: when (epoch ms), where, what."""

    at: int
    step: str
    district: str
    place: str
    category: str


def newest_step(row: Row) -> Item | None:
    """The latest step of a record; None for one without any."""
    at, step = -1, ""
    for index, name in _STEP_OF.items():
        when = row[index]
        if when is not None and when >= at:
            at, step = when, name
    if at < 0:
        return None
    return Item(at, step, row[c.DISTRICT] or "", row[c.PLACE] or "", row[c.CATEGORY] or "")


class News:
    """The newest items, oldest first; a case that moved on takes its former item away."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    def put(self, old: Row | None, new: Row) -> None:
        """Replaces the item of a changed record."""
        item = newest_step(new)
        floor = self._items[0].at if len(self._items) >= KEPT else 0
        former = None if old is None else newest_step(old)
        if item is not None and item == former:
            return
        if former is not None and former.at >= floor:
            place = bisect.bisect_left(self._items, former)
            if place < len(self._items) and self._items[place] == former:
                del self._items[place]
        if item is not None and item.at >= floor:
            bisect.insort(self._items, item)
            del self._items[:-KEPT]

    def latest(self, now: int, count: int) -> list[Item]:
        """Up to `count` items not after `now`, newest first."""
        end = bisect.bisect_right(self._items, now, key=lambda item: item.at)
        return self._items[max(0, end - count) : end][::-1]
