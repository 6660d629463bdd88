"""Days that tell what happens on them 逐日: made from their number, told as time passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Event = dict[str, Any]
Told = tuple[int, Event]
"""(instant it is sent, event)."""


def instant(told: Told) -> int:
    """When it is sent."""
    return told[0]


class Daily:
    """`make` tells a day from its number, `day_of` says which day an instant belongs to.

    What a day tells comes from its beginning on and for at most `lasting` days after it.
    """

    def __init__(
        self,
        make: Callable[[int], Iterable[Told]],
        day_of: Callable[[int], int],
        lasting: int,
    ) -> None:
        self._make, self._day_of, self._lasting = make, day_of, lasting
        self._pending: list[Told] = []
        self._next = 0

    def resume(self, since: int) -> None:
        """Take up the stream where everything until `since` has been told."""
        self._pending = []
        last = self._day_of(since)
        for day in range(last - self._lasting, last + 1):
            self._pending += (told for told in self._make(day) if told[0] > since)
        self._pending.sort(key=instant, reverse=True)
        self._next = last + 1

    def due(self, now: int) -> list[Event]:
        """What has been told since the last call, in order."""
        while self._next <= self._day_of(now):
            self._pending += self._make(self._next)
            self._pending.sort(key=instant, reverse=True)
            self._next += 1
        out = []
        while self._pending and self._pending[-1][0] <= now:
            out.append(self._pending.pop()[1])
        return out
