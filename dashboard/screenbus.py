"""The screens' way through Redis 屏幕通道: the latest beat of each, and the orders of today.

Every web process reads and writes the same, so it does not matter which of them a screen hangs on.
Only strings and lists; every key carries the city's hash tag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from dashboard.redislink import Speaker, speaking
from dashboard.screenbeat import Beat, Kept, kept, read_kept
from dashboard.screenorder import KEPT, Order, read_orders, written

BEAT_KEPT_S: Final = 7 * 86_400
"""A screen that is gone still says for a week where it was last seen."""
ORDERS_KEPT_S: Final = 86_400


def beat_key(city: str, screen: str) -> str:
    return f"{{{city}}}:screen:beat:{screen}"


def orders_key(city: str) -> str:
    """A list: orders, newest first."""
    return f"{{{city}}}:screen:orders"


class ScreenPost(Speaker):
    """Beats and orders of one city; connects at first use. Raises `BusDown`, writing `BusFull`."""

    def __init__(self, url: str, city: str, *, timeout_s: float = 2.0) -> None:
        super().__init__(url, timeout_s)
        self._city = city

    def beat(self, screen: str, at: int, beat: Beat) -> None:
        """Keeps what a screen said; the one before is forgotten."""
        with speaking():
            self._redis.set(beat_key(self._city, screen), kept(at, beat), ex=BEAT_KEPT_S)

    def beats(self, screens: Sequence[str]) -> Mapping[str, Kept]:
        """The latest of each screen that ever said something."""
        if not screens:
            return {}
        with speaking():
            bodies = self._redis.mget([beat_key(self._city, one) for one in screens])
        found = {one: read_kept(body) for one, body in zip(screens, bodies, strict=True)}
        return {one: beat for one, beat in found.items() if beat is not None}

    def give(self, order: Order) -> None:
        """Gives an order; web processes look for it every second."""
        key = orders_key(self._city)
        with speaking():
            pipe = self._redis.pipeline(transaction=False)
            pipe.lpush(key, written(order))
            pipe.ltrim(key, 0, KEPT - 1)
            pipe.expire(key, ORDERS_KEPT_S)
            pipe.execute()

    def orders(self) -> list[Order]:
        """The orders of today, newest first."""
        with speaking():
            return read_orders(self._redis.lrange(orders_key(self._city), 0, -1))
