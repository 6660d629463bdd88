"""A screen's token 大屏令牌: signed, so that it is good while the account store is away.

The link carries it once; then it lives in the screen's cookie. The store only says whether it was
revoked.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

import msgspec

from dashboard.access.identity import Identity
from dashboard.access.keys import Keys
from dashboard.access.roles import Role

LABEL: Final = "wall"


class Screen(msgspec.Struct, frozen=True):
    """What a token says of its screen 屏幕."""

    id: str
    name: str
    scenes: tuple[str, ...] = ()
    bind: str = ""
    """The network the screen must come from, e.g. 10.1.2.0/24; "" anywhere."""

    def identity(self) -> Identity:
        """The screen as who asks."""
        roles = frozenset({Role.WALL})
        return Identity(self.id, self.name, roles, kind="wall", scenes=self.scenes)


@dataclass(frozen=True)
class Network:
    """Addresses 网段 that something is bound to."""

    text: str

    def __contains__(self, address: str) -> bool:
        if not self.text:
            return True
        try:
            return ipaddress.ip_address(address) in ipaddress.ip_network(self.text)
        except ValueError:
            return False


def read_network(text: str) -> str:
    """An address or network in its usual form. Raises ValueError."""
    return str(ipaddress.ip_network(text.strip(), strict=False)) if text.strip() else ""


_reader = msgspec.json.Decoder(Screen)


def token_of(keys: Keys, screen: Screen) -> str:
    """The token of a screen."""
    return keys.sign(LABEL, msgspec.json.encode(screen))


def screen_of(keys: Keys, token: str) -> Screen | None:
    """The screen a token was made for; None if we did not make it."""
    said = keys.read(LABEL, token)
    if said is None:
        return None
    try:
        return _reader.decode(said)
    except msgspec.DecodeError:
        return None
