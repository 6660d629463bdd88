"""Who is at the other end of the connection 来路: headers count only from proxies we named."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
RELAYED: Final = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host")
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


def read_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks separated by commas. Raises ValueError."""
    words = (word.strip() for word in text.split(","))
    return tuple(ipaddress.ip_network(word, strict=False) for word in words if word)


@dataclass(frozen=True)
class Peer:
    """The browser's address, and how it sees us."""

    address: str
    scheme: str
    host: str
    by_proxy: bool
    """The request came from a proxy that was named as trusted."""
    relayed: bool
    """Some proxy, trusted or not, passed it on."""

    @property
    def local(self) -> bool:
        """On this machine, asking for this machine: no proxy, no foreign name (DNS rebinding)."""
        name = self.host.rsplit(":", 1)[0] if not self.host.endswith("]") else self.host
        return not self.relayed and name in LOOPBACK_NAMES and _loopback(self.address)


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class Headers:
    """The headers of an ASGI scope, by lower-case name."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._raw = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in raw]

    def all(self, name: str) -> list[str]:
        """Every value, in order."""
        return [value for key, value in self._raw if key == name]

    def get(self, name: str) -> str:
        """The one value; "" if there is none or more than one: an ambiguous header says nothing."""
        found = self.all(name)
        return found[0] if len(found) == 1 else ""


def peer_of(client: str, scheme: str, headers: Headers, trusted: Sequence[Network]) -> Peer:
    """Whom a request comes from. `X-Forwarded-For` and `-Proto` are read from the right, as far as
    the proxies are `trusted`: what a browser writes itself counts for nothing."""
    relayed = any(headers.all(name) for name in RELAYED)
    by_proxy = _among(client, trusted)
    host = headers.get("host")
    if not by_proxy:
        return Peer(client, scheme, host, by_proxy, relayed)
    address = client
    hops = [hop.strip() for line in headers.all("x-forwarded-for") for hop in line.split(",")]
    for hop in reversed(hops):
        if not _address(hop):
            break
        address = hop
        if not _among(hop, trusted):
            break
    told = headers.get("x-forwarded-proto").lower()
    return Peer(address, told if told in ("http", "https") else scheme, host, by_proxy, relayed)


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _among(address: str, networks: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)


def same_origin(headers: Headers, host: str) -> bool:
    """Whether a page of this host asked: by `Origin`, in its absence by `Referer`. Neither: no.

    The scheme is left out: a proxy that ends TLS need not be named for pages to work.
    """
    told = headers.all("origin")
    said = told[0] if len(told) == 1 else "" if told else headers.get("referer")
    parts = urlsplit(said)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() != ""
