"""Orders to a wall screen 遥控: what can be asked of it; each is carried out at most once.

An order has an id; the page notes it before it acts and says in its next beat what became of it.
An order nobody heard for a minute is void: a screen that comes back in the night stays as it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final, Literal, get_args

import msgspec

GOOD_MS: Final = 60_000
KEPT: Final = 200
Act = Literal["reload", "show", "pin", "unpin", "pause", "resume", "sound"]
NAMES: Final[dict[Act, str]] = {
    "reload": "重新载入",
    "show": "换到画面",
    "pin": "固定画面",
    "unpin": "放开固定",
    "pause": "停住轮播",
    "resume": "续上轮播",
    "sound": "试声音",
}
WITH_SCENE: Final = frozenset({"show", "pin"})


class BadOrder(ValueError):
    """An order that cannot be given; says what was expected."""


class Order(msgspec.Struct, frozen=True, gc=False):
    """One order: to which screen (its id), what, when (epoch ms), by whom."""

    id: str
    screen: str
    act: Act
    at: int
    by: str
    scene: str = ""

    def good(self, now: int) -> bool:
        """Whether it may still be carried out."""
        return -GOOD_MS <= now - self.at <= GOOD_MS

    @property
    def name(self) -> str:
        """What it asks, in words."""
        return f"{NAMES[self.act]} {self.scene}".strip()


_order = msgspec.json.Decoder(Order)


def make_order(
    screen: str, act: str, at: int, by: str, scene: str = "", scenes: Iterable[str] = ()
) -> Order:
    """A new order; `scenes`: what the screen can show. Raises `BadOrder`."""
    for known in get_args(Act):
        if known == act:
            break
    else:
        raise BadOrder(f"遥控 {act}：应为 {'、'.join(NAMES)}")
    there = tuple(scenes)
    if known in WITH_SCENE and scene not in there:
        raise BadOrder(f"没有画面 {scene or '（空）'}；这块屏有：{'、'.join(there)}")
    return Order(secrets.token_hex(8), screen, known, at, by, scene if known in WITH_SCENE else "")


def written(order: Order) -> bytes:
    """As Redis keeps it and the page gets it."""
    return msgspec.json.encode(order)


def read_orders(bodies: Iterable[bytes]) -> list[Order]:
    """Orders, newest first; what another version wrote is left out."""
    found = []
    for body in bodies:
        try:
            found.append(_order.decode(body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return found
