"""A viewer 观众 of `/live`: like a wall it opens the stream anew when that ends or falls silent."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tests.faults.processes import PATIENCE_S
from tests.servers import wait_until

SILENCE_S = 6.0
"""The watchdog of `assets/live.js`."""


class Viewer:
    """In a thread of its own; what it has seen may be looked at any time."""

    def __init__(
        self,
        port: int,
        *,
        tls: ssl.SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._port, self._tls, self._headers = port, tls, dict(headers or {})
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.seq = 0
        """Of the newest frame."""
        self.opened = 0
        self.beat: dict[str, Any] = {}
        self.frames: list[tuple[float, int, int]] = []
        """(when, by the monotonic clock; seq; the frame's as_of)"""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join(2 * SILENCE_S)

    def wait_for_frame(self, what: str = "a new frame at the viewer") -> float:
        """Until the next frame; returns when it came."""
        had = len(self.frames)
        wait_until(lambda: len(self.frames) > had, PATIENCE_S, what)
        return self.frames[had][0]

    @property
    def age_s(self) -> float:
        """How old the wall says its data are: by the beat, as `assets/live.js` reckons."""
        if not self.beat.get("data_at"):
            return 0.0
        return float(self.beat["now"] - self.beat["data_at"]) / 1000

    def _watch(self) -> None:
        while not self._end.is_set():
            try:
                self._follow()
            except (OSError, http.client.HTTPException, ValueError):
                self._end.wait(0.2)

    def _follow(self) -> None:
        where = ("127.0.0.1", self._port)
        line = (
            http.client.HTTPSConnection(*where, timeout=SILENCE_S, context=self._tls)
            if self._tls
            else http.client.HTTPConnection(*where, timeout=SILENCE_S)
        )
        try:
            line.request("GET", "/live", headers=self._headers)
            answer = line.getresponse()
            if answer.status != 200:
                raise ValueError(f"/live: {answer.status}")
            self.opened += 1
            name = b""
            while not self._end.is_set() and (text := answer.readline()):
                if text.startswith(b"event: "):
                    name = text[7:].strip()
                elif text.startswith(b"data: "):
                    self._hear(name, json.loads(text[6:]))
        finally:
            line.close()

    def _hear(self, name: bytes, told: dict[str, Any]) -> None:
        if name == b"beat":
            self.beat = told
        elif name in (b"key", b"delta") and told["seq"] != self.seq:
            self.seq = told["seq"]
            self.frames.append((time.monotonic(), told["seq"], told["as_of"]))
