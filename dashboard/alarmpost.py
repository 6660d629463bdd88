"""Telling somebody else 告警通知: each incident as one JSON POST to a webhook of the city's own.

Off unless an address is configured. A thread of its own sends in order; while the other side is
away the newest messages wait, up to `KEPT`, and older ones are given up with a line in the log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import httpx

log = logging.getLogger(__name__)

KEPT: Final = 100
TRIES: Final = 5
TIMEOUT_S: Final = 5.0


class Webhook:
    """Posts to `url`; `close` gives up what still waits."""

    def __init__(self, url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._url, self._sleep = url, sleep
        self._waiting: deque[dict[str, Any]] = deque()
        self._some = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="alarm-webhook", daemon=True)
        self._thread.start()

    def send(self, told: dict[str, Any]) -> None:
        """Takes a message and returns at once."""
        with self._some:
            if len(self._waiting) >= KEPT:
                log.error("告警通知积压，放弃最旧的一条: %s", self._waiting.popleft()["id"])
            self._waiting.append(told)
            self._some.notify()

    def close(self) -> None:
        """Stops after the message under way."""
        with self._some:
            self._closed = True
            self._some.notify()
        self._thread.join(TIMEOUT_S)

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT_S) as client:
            while True:
                with self._some:
                    while not self._waiting and not self._closed:
                        self._some.wait()
                    if self._closed:
                        return
                    told = self._waiting.popleft()
                self._deliver(client, told)

    def _deliver(self, client: httpx.Client, told: dict[str, Any]) -> None:
        for attempt in range(TRIES):
            try:
                client.post(self._url, json=told).raise_for_status()
                return
            except httpx.HTTPError as error:
                log.warning("告警通知失败（第 %d 次）: %s", attempt + 1, type(error).__name__)
                if self._closed:
                    return
                self._sleep(min(60.0, 2.0**attempt))
        log.error("告警通知放弃: %s", told["id"])
