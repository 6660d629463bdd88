"""A screen's own line 屏幕专线: beside the frames, its schedule and the orders to it, on `/live`.

One look at Redis a second for all screens of a web process, none where there is no screen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol

import msgspec

from dashboard.access.identity import KEY, Identity
from dashboard.payload import Payload, sse
from dashboard.redislink import BusDown
from dashboard.screenbeat import BEAT_S
from dashboard.screenorder import Order, written
from dashboard.screensettings import ScreenSettings

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
Write = Callable[[Payload], Awaitable[None]]


class Orders(Protocol):
    """Where orders come from; `screenbus.ScreenPost` is one. Raises `BusDown`."""

    def orders(self) -> Sequence[Order]: ...


class ScreenLink:
    """`settings_of`: the schedule of a screen's id, None where the store cannot tell."""

    def __init__(
        self,
        orders: Orders,
        settings_of: Callable[[str], ScreenSettings | None],
        now: Callable[[], int],
    ) -> None:
        self._source, self._settings_of, self._now = orders, settings_of, now
        self._orders: Sequence[Order] = ()
        self._turn = asyncio.Event()
        self._screens = 0

    async def view(self, scope: Any, write: Write) -> None:
        """Tells one viewer, while its stream is open, what is for it; people get nothing."""
        who = scope.get(KEY)
        if not isinstance(who, Identity) or who.kind != "wall":
            return
        told, given = b"", set[str]()
        self._screens += 1
        try:
            while True:
                if (message := self._message(who)) != told:
                    told = message
                    await write(Payload(sse("screen", message)))
                for order in reversed(self._orders):
                    mine = order.screen == who.user and order.id not in given
                    if mine and order.good(self._now()):
                        given.add(order.id)
                        await write(Payload(sse("order", written(order))))
                await self._turn.wait()
        finally:
            self._screens -= 1

    def _message(self, who: Identity) -> bytes:
        """Which screen it is and its schedule; null keeps the one it has."""
        settings = self._settings_of(who.user)
        return msgspec.json.encode(
            {"id": who.user, "name": who.name, "beat_s": BEAT_S, "settings": settings}
        )

    async def run(self) -> None:
        """Endless: looks for orders, and wakes the streams to compare schedules."""
        while True:
            if self._screens:
                try:
                    self._orders = await asyncio.to_thread(self._source.orders)
                except BusDown as error:
                    log.debug("遥控未读到: %s", error)
            turn, self._turn = self._turn, asyncio.Event()
            turn.set()
            await asyncio.sleep(LOOK_S)
