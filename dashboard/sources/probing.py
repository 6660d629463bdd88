"""Probing on time 定时探测: every endpoint at its own pace, however long the others take."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import orjson

from dashboard.platformparts import PROBE
from dashboard.sources.endpoints import Check, ask

THREADS: Final = 32
LONGEST_SLEEP_S: Final = 0.5


class Seen(NamedTuple):
    """One probe: when it began (ms), its latency in ms or None, and what went wrong."""

    component: str
    at: int
    latency_ms: float | None
    error: str

    def line(self) -> bytes:
        """The probe as an event."""
        said: dict[str, object] = {
            "id": f"{self.component}-{self.at}",
            "type": "probe",
            "at": self.at,
            "sent_by": PROBE,
            "component": self.component,
            "ok": self.latency_ms is not None,
        }
        if self.latency_ms is not None:
            said["latency_ms"] = round(self.latency_ms, 1)
        return orjson.dumps(said)


class Prober:
    """Asks each endpoint every so often; `tell` takes what was seen, from any thread.

    An endpoint that has not answered yet when its next probe is due is not asked twice.
    """

    def __init__(
        self,
        checks: Mapping[str, tuple[Check, float]],
        tell: Callable[[Seen], None],
        now: Callable[[], int],
    ) -> None:
        self._checks, self._tell, self._now = checks, tell, now
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def run(self, stop: threading.Event) -> None:
        """Probes until stopped; the first round is spread over each interval's first second."""
        began = self._now()
        spread = 1000 / max(1, len(self._checks))
        due = [(began + round(n * spread), id) for n, id in enumerate(sorted(self._checks))]
        heapq.heapify(due)
        with ThreadPoolExecutor(min(THREADS, max(1, len(due))), "probe") as pool:
            while due and not stop.is_set():
                at, id = due[0]
                wait_s = (at - self._now()) / 1000
                if wait_s > 0:
                    stop.wait(min(wait_s, LONGEST_SLEEP_S))
                    continue
                every_ms = round(self._checks[id][1] * 1000)
                missed = max(0, (self._now() - at) // every_ms)  # the machine slept: not made up
                heapq.heapreplace(due, (at + (missed + 1) * every_ms, id))
                with self._lock:
                    if id in self._busy:
                        continue
                    self._busy.add(id)
                pool.submit(self.probe, id)

    def probe(self, id: str) -> Seen:
        """One probe, told."""
        at = self._now()
        try:
            seen = Seen(id, at, *ask(self._checks[id][0]))
        finally:
            with self._lock:
                self._busy.discard(id)
        self._tell(seen)
        return seen
