"""From stories to events as they arrive 事件送达: late, twice, from several systems.

`at` is when a step was taken, delivery is when the event arrives. Of all events 0.5 % come up to
three days late and 1 % come again; `rev` grows by one with every event of a case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from dashboard.profile import Profile
from dashboard.sources.simulator.stories import Step
from dashboard.worktime import DAY, HOUR

Delivery = tuple[int, int, dict[str, Any]]
"""(instant it arrives, running number, event)."""

LATE: Final = 0.005
AGAIN: Final = 0.01
LAG_MS: Final = 2_200.0
LATEST: Final = 3 * DAY


class Post:
    """Numbers and delivers the events of cases; `uniform` draws from [0, 1).

    `squeeze` shortens lateness, as it shortens lives.
    """

    def __init__(
        self, profile: Profile, uniform: Callable[[], float], squeeze: float = 1.0
    ) -> None:
        self._u = uniform
        self._squeeze = squeeze
        self._main = profile.sources[0].id
        self._sender = {name: one.id for one in profile.sources for name in one.channels}
        self._number = 0

    def deliveries(self, case: str, channel: str, steps: Sequence[Step]) -> list[Delivery]:
        """The events of one case with the time each arrives, second copies included."""
        u = self._u
        out: list[Delivery] = []
        number = self._number
        sender = self._sender.get(channel, self._main)
        for rev, (at, step, given) in enumerate(steps, 1):
            event: dict[str, Any] = {
                "id": f"{case}.{rev}",
                "type": "case",
                "at": at,
                "sent_by": sender,
                "case": case,
                "rev": rev,
            }
            if step is not None:
                event["step"] = step
            if given is not None:
                event["set"] = given
            sender = self._main
            chance = u()
            arrives = at + 150 + int(LAG_MS * chance)
            if chance < LATE:
                arrives += round(min(LATEST, -math.log(1 - u()) * 8 * HOUR) / self._squeeze)
            number += 1
            out.append((arrives, number, event))
            if chance > 1 - AGAIN:
                number += 1
                out.append(
                    (arrives + 1000 + round(2 * HOUR * u() ** 3 / self._squeeze), number, event)
                )
        self._number = number
        return out
