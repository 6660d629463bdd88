"""What became of requests 请求记录: a number for each, how long it took, and a line if wanted."""

from __future__ import annotations

import logging
import re
import secrets
import time
from dataclasses import dataclass
from typing import Final

from dashboard.timings import Timings

log = logging.getLogger("cityops.access")

ID: Final = "x-request-id"
STREAMS: Final = frozenset({"/live"})
"""Open for hours: how long they were is no answer time."""
_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id(told: str) -> str:
    """The number a proxy or a sender gave the request, where it is one; else a new one."""
    return told if _SANE.fullmatch(told) else secrets.token_hex(8)


@dataclass
class Exchange:
    """A request under way; `status` 0: never answered."""

    method: str
    address: str
    began: float
    status: int = 0


class RequestLog:
    """Of one web process; `lines`: also write each request into the log."""

    def __init__(self, *, lines: bool = False) -> None:
        self._lines = lines
        self.timings = Timings()
        """By route pattern, not by path: few, and nobody's file name."""
        self.answers: dict[str, int] = {}
        """`2xx` … `5xx` → how many."""

    def begin(self, method: str, address: str) -> Exchange:
        """A request came in."""
        return Exchange(method, address, time.perf_counter())

    def end(self, exchange: Exchange, route: str) -> None:
        """It was answered, or will never be; `route` is "" where none took it."""
        seconds = time.perf_counter() - exchange.began
        kind = f"{exchange.status // 100}xx" if exchange.status else "none"
        self.answers[kind] = self.answers.get(kind, 0) + 1
        if route not in STREAMS:
            self.timings.add(route or "none", seconds)
        if self._lines:
            facts = {
                "method": exchange.method,
                "route": route,
                "status": exchange.status,
                "ms": round(1000 * seconds),
                "address": exchange.address,
            }
            log.info("请求", extra=facts)
