"""The lease 租约 with its fence 栅栏: of several workers of a city one writes, the others stand by.

The holder gives a sign of life every second or two. Whoever stands by takes over when it has seen
none for `patience_s` by its own monotonic clock (no clock on the wall is asked, so none that jumps
can break the lease), at once when the holder let go or is known to be dead. Taking over makes a new
token; every transaction of the ledger looks for its own first, so that a holder that was only
asleep writes nothing when it wakes: `Fenced`.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from dashboard.ledger.errors import Fenced, LedgerError
from dashboard.ledger.leaserow import LeaseRow, keep_lease, lease_of
from dashboard.ledger.store import Ledger

log = logging.getLogger(__name__)

BEAT_S: Final = 1.5
PATIENCE_S: Final = 10.0
STUCK_S: Final = 180.0
"""A holder that has not come round for so long gives no more signs of life."""


class Lease:
    """One worker's share in the lease of a ledger."""

    def __init__(
        self,
        ledger: Ledger,
        me: str,
        gone: Callable[[str], bool],
        *,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`me`: this process among all; `gone`: whether a holder is certainly no more."""
        self._ledger, self._me, self._gone = ledger, me, gone
        ledger.fence = LeaseRow(me).fence  # nobody's: without the lease nothing is written
        self._held = False
        self._patience_s, self._clock = patience_s, clock
        self._seen: LeaseRow | None = None
        self._seen_at = 0.0
        self._turned_at = self._beat_at = 0.0
        self._ended = threading.Event()
        self._beating: threading.Thread | None = None

    @property
    def held(self) -> bool:
        """Whether this worker writes, as far as it knows."""
        return self._held

    def acquire(self) -> bool:
        """One look: takes the lease if it may."""
        found = self._look()
        if not self._free(found):
            return False
        with self._ledger.writing(fenced=False) as connection:
            if lease_of(connection) != found:  # a sign of life, or another was quicker
                return False
            mine = LeaseRow(self._me, found.token + 1, 0)
            keep_lease(connection, self._ledger.dialect, mine)
        self._ledger.fence, self._held = mine.fence, True
        self._beat_at = self._clock()
        log.info("取得写入权（第 %d 任）", mine.token)
        self.keep()
        self._start()
        return True

    def _look(self) -> LeaseRow:
        with self._ledger.reached(), self._ledger.engine.connect() as connection:
            return lease_of(connection)

    def _free(self, found: LeaseRow) -> bool:
        if not found.holder or found.holder == self._me or self._gone(found.holder):
            return True
        now = self._clock()
        if found != self._seen:
            if self._seen is None or found.holder != self._seen.holder:
                log.info("待命：%s 正在写入", found.holder)
            self._seen, self._seen_at = found, now
        return now - self._seen_at >= self._patience_s

    def keep(self) -> None:
        """The worker has come round; cheap. One whose last sign of life is old has slept: it asks
        first whether the lease is still its own. Raises `Fenced`."""
        self._turned_at = self._clock()
        if self._turned_at - self._beat_at > self._patience_s / 2:
            self.beat()

    def beat(self) -> None:
        """Gives a sign of life. Raises `Fenced` when the lease is another's."""
        with self._ledger.writing() as connection:
            row = lease_of(connection)
            seen = LeaseRow(row.holder, row.token, row.beat + 1)
            keep_lease(connection, self._ledger.dialect, seen)
        self._beat_at = self._clock()

    def lose(self) -> None:
        """The ledger said `Fenced`."""
        self._held = False

    def release(self) -> None:
        """Lets go, so that another, or the next run of this one, need not wait."""
        self._ended.set()
        if self._beating is not None:
            self._beating.join(1.0)
        if not self.held:
            return
        with contextlib.suppress(LedgerError), self._ledger.writing() as connection:
            token = lease_of(connection).token
            keep_lease(connection, self._ledger.dialect, LeaseRow("", token, 0))
        self._held = False

    def _start(self) -> None:
        if self._beating is None or not self._beating.is_alive():
            self._beating = threading.Thread(target=self._keep_beating, name="lease", daemon=True)
            self._beating.start()

    def _keep_beating(self) -> None:
        """While the worker loads or catches up it does not come round for seconds."""
        while not self._ended.wait(BEAT_S) and self.held:
            if self._clock() - self._turned_at > STUCK_S:
                continue
            try:
                self.beat()
            except Fenced as error:
                log.warning("%s", error)
                self.lose()
                return
            except LedgerError as error:
                log.debug("写入权未续: %s", error)
