"""Every wall screen as a component of the platform 平台探测: up while its stream is open and it
paints, down while the stream is open and it does not.

A web process says so for the screens that hang on it, in the same steps of the clock as every other
one, so that a screen on two of them is one probe. A screen that goes is not said to be down: nobody
probes it any more, and after the allowed gap nothing is known of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import orjson

from dashboard.access.identity import KEY, Identity
from dashboard.platformparts import SCREEN, WEB
from dashboard.redislink import BusDown, BusFull
from dashboard.screenbeat import BEAT_S, LOST_MS, Kept, state_of

log = logging.getLogger(__name__)


class Line(Protocol):
    """Where probes go; the bus is one."""

    def send(self, bodies: list[bytes]) -> object: ...


class Beats(Protocol):
    """What pages said last; `screenbus.ScreenPost` is one. Raises `BusDown`."""

    def beats(self, screens: Sequence[str]) -> Mapping[str, Kept]: ...


class ScreenPulse:
    """The screens on this web process, by id and name."""

    def __init__(self, line: Line, beats: Beats, now: Callable[[], int]) -> None:
        self._line, self._beats, self._now = line, beats, now
        self._open: Counter[tuple[str, str]] = Counter()
        self._since: dict[str, int] = {}

    @contextlib.contextmanager
    def attended(self, scope: Any) -> Iterator[None]:
        """Around an open stream: counts it while a screen has it; people are no screens."""
        who = scope.get(KEY)
        if not isinstance(who, Identity) or who.kind != "wall":
            yield
            return
        key = (who.user, who.name)
        self._open[key] += 1
        self._since.setdefault(who.user, self._now())
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
                self._since.pop(who.user, None)

    def probes(self) -> list[bytes]:
        """A probe of each screen whose stream is open now. Raises `BusDown`."""
        step = self._now() // (BEAT_S * 1000) * BEAT_S * 1000
        there = sorted(list(self._open))  # a copy: this runs beside the streams
        said = self._beats.beats([id for id, _ in there])
        return [
            orjson.dumps(
                {
                    "id": f"{SCREEN}{name}-{step}"[:128],
                    "type": "probe",
                    "component": f"{SCREEN}{name}"[:64],
                    "ok": self._paints(id, said.get(id)),
                    "at": step,
                    "sent_by": WEB,
                }
            )
            for id, name in there
        ]

    def _paints(self, id: str, said: Kept | None) -> bool:
        """By what it said; a page that says nothing for so long, though it hangs on the stream,
        is stuck."""
        now = self._now()
        if said is None or now - said.at > LOST_MS:
            return now - self._since.get(id, now) <= LOST_MS
        return state_of(said, now) == "painting"

    async def run(self) -> None:
        """Endless: says who is there; a Redis that is away hears it the next time."""
        while True:
            if self._open:
                try:
                    await asyncio.to_thread(self._tell)
                except (BusDown, BusFull) as error:
                    log.debug("屏幕心跳未送出: %s", error)
            await asyncio.sleep(BEAT_S)

    def _tell(self) -> None:
        if probes := self.probes():
            self._line.send(probes)
