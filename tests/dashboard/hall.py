"""A city's Redis, ledger and clock 一座城, for the insides of worker processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from dashboard.bus import Bus
from dashboard.city import load_profile
from dashboard.ledger import Ledger
from dashboard.ledger.lease import Lease
from dashboard.sections import Section
from dashboard.snapshot import Frame
from dashboard.worker import Pace, Worker
from tests.servers import RedisServer
from tests.town import line

MEIXIAN = load_profile("meixian")
HOUR, DAY = 3_600_000, 86_400_000
NOON = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai


class Clock:
    """A clock the test moves."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Hall:
    """One city's Redis, ledger and clock; `worker()` starts another worker process's insides."""

    def __init__(self, redis_server: RedisServer, ledger_url: str) -> None:
        self.redis, self.url = redis_server, ledger_url
        self.clock = Clock()
        self.bus = Bus(redis_server.url, MEIXIAN.id, timeout_s=2)
        self.ledger = self.open_ledger()

    def open_ledger(self) -> Ledger:
        return Ledger.open(self.url, MEIXIAN.rules, MEIXIAN.id)

    def worker(
        self,
        clock: Callable[[], int] | None = None,
        *,
        ledger: Ledger | None = None,
        lease: Lease | None = None,
        sections: Sequence[Section] = (),
        **pace: Any,
    ) -> Worker:
        return Worker(
            MEIXIAN,
            ledger or self.open_ledger(),
            Bus(self.redis.url, MEIXIAN.id, timeout_s=2),
            now=clock or self.clock,
            sleep=lambda seconds: time.sleep(min(seconds, 0.1)),
            build="test",
            pace=Pace(**pace),
            sections=sections,
            lease=lease,
        )

    def send(self, *lines: bytes) -> None:
        self.bus.send(lines)

    def report(self, *cases: str, at: int | None = None) -> None:
        when = self.clock.now - HOUR if at is None else at
        self.send(*(line(case, 1, when, "report", district="441403001") for case in cases))

    @property
    def frame(self) -> Frame:
        body = self.bus.last_frame()
        assert body is not None, "no frame yet"
        frame: Frame = orjson.loads(body)
        return frame

    def shown(self, key: str = "today.cases.reported") -> float | None:
        return self.frame["m"][key]["v"]

    def turns(self, worker: Worker, n: int = 3, ms: int = 1_000) -> Frame:
        """Some rounds with the clock moving on."""
        for _ in range(n):
            worker.turn()
            self.clock.now += ms
        return self.frame
