"""Questions somebody waits for 等候中的查询: asked once whoever asks, stopped when nobody does.

Whoever waits asks again every second or so; each time extends the question's life by `PATIENCE_S`.
So a page that was closed, or asks something else by now, needs no message to end its old question,
and it does not matter which of several processes hears it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Later
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
PATIENCE_S: Final = 5.0
"""How long nobody need ask before a question is given up."""


class Stopped(Exception):
    """The question was cancelled, or nobody waits for it any more."""


class Waiting(Exception):
    """The answer is not there yet: ask again."""


@dataclass
class Job(Generic[T]):
    """One question under way."""

    clock: Callable[[], float]
    waiters: dict[str, float] = field(default_factory=dict)
    """Who waits → until when, unless they ask again."""
    future: Future[T] | None = None

    @property
    def wanted(self) -> bool:
        """Whether somebody still waits."""
        now = self.clock()
        return any(now < until for until in list(self.waiters.values()))

    def check(self) -> None:
        """Called by the work between its steps. Raises `Stopped`."""
        if not self.wanted:
            raise Stopped


class Waitlist:
    """The questions of one process; two are worked on at a time."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        workers: int = 2,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._clock, self._patience = clock, patience_s
        self._pool = ThreadPoolExecutor(workers, "desk-query")
        self._jobs: dict[Hashable, Job[Any]] = {}
        self._lock = threading.Lock()

    def ask(self, key: Hashable, work: Callable[[Job[T]], T], wait_s: float, waiter: str = "") -> T:
        """The answer, by one run of `work` however many ask.

        Raises `Waiting` when it takes longer than `wait_s`, what `work` raises, and `Stopped` when
        everybody who waited has cancelled.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or not (job.wanted or (job.future and job.future.done())):
                job = self._jobs[key] = Job(self._clock)
                job.waiters[waiter] = self._clock() + wait_s + self._patience
                job.future = self._pool.submit(work, job)
            job.waiters[waiter] = self._clock() + wait_s + self._patience
        future: Future[T] | None = job.future
        assert future is not None
        try:
            answer = future.result(wait_s)
        except Later:
            if not future.done():
                raise Waiting from None
            answer = future.result()
        except CancelledError:
            raise Stopped from None
        finally:
            if future.done():
                self._forget(key, job)
        return answer

    def cancel(self, key: Hashable, waiter: str = "") -> None:
        """Somebody waits no longer; a question that nobody waits for ends at once."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return
            job.waiters.pop(waiter, None)
            if not job.wanted:
                del self._jobs[key]
                if job.future is not None:
                    job.future.cancel()

    def anybody(self) -> bool:
        """Whether somebody waits for any question."""
        with self._lock:
            return any(job.wanted for job in self._jobs.values())

    def running(self) -> int:
        """How many questions are under way or wait for their turn."""
        with self._lock:
            return sum(not job.future.done() for job in self._jobs.values() if job.future)

    def _forget(self, key: Hashable, job: Job[Any]) -> None:
        with self._lock:
            if self._jobs.get(key) is job:
                del self._jobs[key]
