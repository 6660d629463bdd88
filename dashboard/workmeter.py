"""What the worker has done 工作进程的账: counted since its start, told to the web by Redis.

The worker has no port of its own: it says every few seconds what it did, and `/metrics` of the web
hands it on. Counters begin at 0 with each start, as Prometheus expects of them.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from dashboard.timings import Timings

REASONS_MOST: Final = 40
OTHER: Final = "other"
_WORD: Final = re.compile(r"[a-z_]{1,24}")


class WorkReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is told. Times in epoch ms, bytes, seconds."""

    at: int
    began_at: int
    pid: int
    release: str
    events: dict[str, int] = {}
    """Kind of event → how many were committed, duplicates too."""
    unchanged: int = 0
    """Of these, how many changed nothing."""
    rejected: dict[str, int] = {}
    """What was wrong, e.g. `at`, `type` → how many were refused."""
    commits: list[int] = []
    """See `timings.Spread.counts`."""
    commit_s: float = 0.0
    frames: int = 0
    frame_bytes: int = 0
    """Of the last frame."""
    reloads: int = 0
    resident: int = 0
    cpu_s: float = 0.0


_report = msgspec.json.Decoder(WorkReport)


def read_report(body: bytes) -> WorkReport:
    """Raises `msgspec.DecodeError` for what another version told."""
    return _report.decode(body)


class WorkMeter:
    """Counts for one worker."""

    def __init__(self, release: str, now: Callable[[], int]) -> None:
        self._release, self._now, self._began = release, now, now()
        self._events: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._commits = Timings()
        self._unchanged = self._frames = self._frame_bytes = self._reloads = 0

    def committed(self, kinds: Iterable[str], unchanged: int, seconds: float) -> None:
        """One batch is in the ledger."""
        self._events.update(kinds)
        self._unchanged += unchanged
        self._commits.add("", seconds)

    def refused(self, reasons: Iterable[str]) -> None:
        """Some were not taken; what is counted is the field that was wrong, not its value."""
        for reason in reasons:
            word = reason.partition(":")[0]
            if not _WORD.fullmatch(word):
                word = OTHER
            if word not in self._rejected and len(self._rejected) >= REASONS_MOST:
                word = OTHER
            self._rejected[word] += 1

    def published(self, size: int) -> None:
        """A frame went out."""
        self._frames += 1
        self._frame_bytes = size

    def loaded(self) -> None:
        """The state was made anew from the ledger."""
        self._reloads += 1

    def body(self) -> bytes:
        """The report as it is told."""
        spread = self._commits.spreads().get("")
        return msgspec.json.encode(
            WorkReport(
                at=self._now(),
                began_at=self._began,
                pid=os.getpid(),
                release=self._release,
                events=dict(self._events),
                unchanged=self._unchanged,
                rejected=dict(self._rejected),
                commits=list(spread.counts) if spread else [],
                commit_s=spread.seconds if spread else 0.0,
                frames=self._frames,
                frame_bytes=self._frame_bytes,
                reloads=self._reloads,
                resident=_resident(),
                cpu_s=sum(os.times()[:2]),
            )
        )


def _resident() -> int:
    """Bytes of memory this process holds; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
