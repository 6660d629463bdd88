"""The process's copy of the cases 案卷副本: loaded when first asked for, then follows the ledger.

Whoever uses it has it alone for that moment, so that it neither moves under a question nor is
loaded twice. It is never older than `FRESH_S`; until then every question sees the same moment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.columns.table import SECOND, CaseTable, Chunk
from dashboard.ledger import Ledger
from dashboard.ledger.casecolumns import all_cases, changed_cases
from dashboard.ledger.reading import last_heard
from dashboard.waiting import Stopped

FRESH_S: Final = 5.0
MOST_CHANGES: Final = 50_000
"""Changed cases above which loading anew is quicker."""


@dataclass(frozen=True)
class Moment:
    """What the copy shows: the ledger's batch, the time, and what is known at all."""

    seq: int
    as_of: int
    """Epoch ms, whole seconds."""
    heard: int
    """The newest event of a case system, epoch ms; 0: none."""
    first: int
    """The first report, epoch ms; 0: none."""


@dataclass(frozen=True)
class Progress:
    """How far loading is: cases so far of how many; 0 of 0: it waits for its turn."""

    done: int = 0
    total: int = 0


class CaseCopy:
    """One per web process."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        now: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        fresh_s: float = FRESH_S,
    ) -> None:
        self._ledger, self._now, self.clock, self.fresh_s = ledger, now, clock, fresh_s
        self._table: CaseTable | None = None
        self._moment: Moment | None = None
        self._looked = 0.0
        self._lock = threading.Lock()
        self.progress = Progress()
        self.loads = 0
        """How often it was loaded whole."""

    @contextmanager
    def using(
        self, check: Callable[[], None], wanted: Callable[[], bool]
    ) -> Iterator[tuple[CaseTable, Moment]]:
        """The table and its moment, for oneself. `check` may raise to give up waiting; loading
        goes on while `wanted`."""
        while not self._lock.acquire(timeout=0.05):
            check()
        try:
            yield self._current(wanted)
        finally:
            self._lock.release()

    def seq(self) -> int:
        """The ledger's last batch."""
        return self._ledger().seq()

    def _current(self, wanted: Callable[[], bool]) -> tuple[CaseTable, Moment]:
        moment, table = self._moment, self._table
        if moment is None or table is None or self.clock() - self._looked >= self.fresh_s:
            table, seq = self._followed(wanted)
            at = self._now() // SECOND * SECOND
            first = _first(table)
            moment = Moment(seq, at, last_heard(self._ledger(), {"case"}), first)
            self._table, self._moment, self._looked = table, moment, self.clock()
        return table, moment

    def _followed(self, wanted: Callable[[], bool]) -> tuple[CaseTable, int]:
        """The table as the ledger is now."""
        if self._table is not None and self._moment is not None:
            table = self._table
            found = changed_cases(self._ledger(), self._moment.seq, MOST_CHANGES)
            self._table = self._moment = None  # whatever fails halfway is loaded anew
            if found is not None:
                seq, chunks = found
                for chunk in chunks:
                    table.put(chunk)
                return table, seq
        return self._loaded(wanted)

    def _loaded(self, wanted: Callable[[], bool]) -> tuple[CaseTable, int]:
        ledger = self._ledger()
        try:
            with all_cases(ledger) as copy:
                self.progress = Progress(0, copy.cases)
                watched = self._watched(copy.chunks, copy.cases, wanted)
                table = CaseTable.loaded(watched, ledger.rules.apart)
                self.loads += 1
                return table, copy.seq
        finally:
            self.progress = Progress()

    def _watched(
        self, chunks: Iterator[Chunk], total: int, wanted: Callable[[], bool]
    ) -> Iterator[Chunk]:
        done = 0
        for chunk in chunks:
            if not wanted():
                raise Stopped
            yield chunk
            done += len(chunk.ids)
            self.progress = Progress(done, total)


def _first(table: CaseTable) -> int:
    at = table["reported"]
    known = at[at > 0]
    return int(np.min(known)) * SECOND if len(known) else 0
