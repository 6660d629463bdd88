"""The audit log to a collector 日志服务器 (RFC 5424), as it grows; UDP, or this machine's socket.

Every entry at least once: the cursor moves in the transaction that follows the sending.
"""

from __future__ import annotations

import datetime
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from dashboard.access.trail import Link, line_of

PRIORITY: Final = 13 * 8 + 6
"""Facility "log audit", severity "informational"."""
DATAGRAM: Final = 8_192
LOCAL: Final = "unix:"


@dataclass(frozen=True)
class Collector:
    """Where entries go: `udp://host:514`, or `unix:/dev/log`."""

    address: str

    def open(self) -> Callable[[bytes], object]:
        """Sends one datagram after another. Raises OSError."""
        if self.address.startswith(LOCAL):
            local = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            local.connect(self.address.removeprefix(LOCAL))
            return local.send
        parts = urlsplit(self.address)
        found = socket.getaddrinfo(parts.hostname, parts.port or 514, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, there = found[0]
        remote = socket.socket(family, kind, protocol)
        remote.connect(there)
        return remote.send


def read_collector(raw: object) -> str:
    """Reads the address of a collector; "" for none. Raises ValueError."""
    text = str(raw)
    if not text or (text.startswith(LOCAL + "/") and len(text) > len(LOCAL) + 1):
        return text
    try:
        parts = urlsplit(text)
        good = parts.scheme == "udp" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("udp://主机:端口 或 unix:/dev/log")
    return text


def datagram(link: Link, host: str) -> bytes:
    """One entry as the collector reads it, the hash among its words; cut where it would not fit."""
    when = datetime.datetime.fromtimestamp(link.entry.at / 1000, datetime.UTC)
    stamp = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = f'<{PRIORITY}>1 {stamp} {host} cityops - audit [chain@32473 seq="{link.seq}"'
    text = f'{head} hash="{link.hash}"] {line_of(link)}'
    return text.encode()[:DATAGRAM]
