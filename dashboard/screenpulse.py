"""Every wall screen as a component of the platform 屏幕心跳: while its stream is open it is there.

A web process says so for the screens that hang on it, in the same steps of the clock as every other
one, so that a screen on two of them is one probe. A screen that goes is not said to be down: nobody
probes it any more, and after the allowed gap nothing is known of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

import orjson

from dashboard.access.identity import KEY, Identity
from dashboard.platformparts import SCREEN
from dashboard.redislink import BusDown, BusFull

log = logging.getLogger(__name__)

BEAT_S: Final = 30
SENDER: Final = "cityops-web"


class Line(Protocol):
    """Where probes go; the bus is one."""

    def send(self, bodies: list[bytes]) -> object: ...


class ScreenPulse:
    """The screens on this web process, by name."""

    def __init__(self, line: Line, now: Callable[[], int]) -> None:
        self._line, self._now = line, now
        self._open: Counter[str] = Counter()

    @contextlib.contextmanager
    def attended(self, scope: Any) -> Iterator[None]:
        """Around an open stream: counts it while a screen has it; people are no screens."""
        who = scope.get(KEY)
        name = who.name if isinstance(who, Identity) and who.kind == "wall" else ""
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1

    def probes(self) -> list[bytes]:
        """A probe of each screen whose stream is open now."""
        step = self._now() // (BEAT_S * 1000) * BEAT_S * 1000
        return [
            orjson.dumps(
                {
                    "id": f"{SCREEN}{name}-{step}"[:128],
                    "type": "probe",
                    "component": f"{SCREEN}{name}"[:64],
                    "ok": True,
                    "at": step,
                    "sent_by": SENDER,
                }
            )
            for name, streams in sorted(self._open.items())
            if name and streams > 0
        ]

    async def run(self) -> None:
        """Endless: says who is there; a Redis that is away hears it the next time."""
        while True:
            if probes := self.probes():
                try:
                    await asyncio.to_thread(self._line.send, probes)
                except (BusDown, BusFull) as error:
                    log.debug("屏幕心跳未送出: %s", error)
            await asyncio.sleep(BEAT_S)
