"""One moment of the live stream 一拍: what viewers are sent, encoded once for all who may see the
same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import orjson

from dashboard.payload import Payload, sse
from dashboard.snapshot import Delta, Frame, cut, cut_delta

Paths = frozenset[str] | None
"""The paths of the frame that somebody may see; None: all."""


@dataclass(frozen=True)
class News:
    """What has become of the frame: its `body`, and the `delta` that leads to it; without one it
    is to be sent whole."""

    frame: Frame
    body: bytes
    delta: Delta | None

    def whole(self, paths: Paths) -> bytes:
        """The frame as an event, or those paths of it."""
        return sse("key", self.body if paths is None else orjson.dumps(cut(self.frame, paths)))

    def change(self, paths: Paths) -> bytes:
        """What leads to it as an event."""
        if self.delta is None:
            return self.whole(paths)
        told = self.delta if paths is None else cut_delta(self.delta, paths)
        return sse("delta", orjson.dumps(told))


class Tick:
    """One moment of the stream: `news` for who saw the tick before, `whole` for everyone else.

    Both once for all who may see the same: everything, or the paths of some scenes."""

    def __init__(
        self, number: int, last: News | None, fresh: bool, beat: bytes, beat_due: bool
    ) -> None:
        self.number = number
        self.over = asyncio.Event()
        self._last, self._fresh, self._beat, self._beat_due = last, fresh, beat, beat_due
        self._news: dict[Paths, Payload] = {}
        self._whole: dict[Paths, Payload] = {}

    def news(self, paths: Paths) -> Payload:
        if paths not in self._news:
            change = self._last.change(paths) if self._last and self._fresh else b""
            self._news[paths] = Payload(change + (self._beat if self._beat_due else b""))
        return self._news[paths]

    def whole(self, paths: Paths) -> Payload:
        if paths not in self._whole:
            frame = self._last.whole(paths) if self._last else b""
            self._whole[paths] = Payload(frame + self._beat)
        return self._whole[paths]
