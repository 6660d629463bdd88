"""Bulk folding 批量入账: event lines straight into the ledger, resumable and idempotent.

A file's cursor (how many lines are folded, and their hash) moves in the ledger transaction of those
lines, so a killed run goes on where it stopped. A file is known by its beginning, not by its name,
and skipped only as far as it is the same to the byte: an export made anew is folded anew.
"""

from __future__ import annotations

import gc
import gzip
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Final

from dashboard.eventkinds import Event, read_event
from dashboard.events import Rejected
from dashboard.ledger import Advance, Ledger, Refused

BATCH: Final = 25_000
HEAD: Final = 1 << 16


@dataclass
class Summary:
    """What became of the lines: read = accepted + unchanged + rejected (+ skipped before)."""

    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0
    """Lines an earlier run had already folded."""
    reasons: list[tuple[int, str]] = field(default_factory=list)
    """The first twenty (line number, reason)."""


def ingest(
    ledger: Ledger,
    source: Callable[[], Iterable[bytes]],
    now: Callable[[], int],
    stream: str | None = None,
    batch: int = BATCH,
    progress: Callable[[int], None] = lambda n: None,
) -> Summary:
    """Fold the lines `source` opens, in batches; with a `stream` name the run is resumable."""
    summary = Summary()
    position = ledger.claim(stream) if stream else None
    lines, done, so_far = _skip(source, position)
    summary.skipped = done
    progress(done)
    with _without_collector():
        while chunk := list(islice(lines, batch)):
            events, refused = _decode(chunk, done, now())
            done += len(chunk)
            for line in chunk:
                so_far.update(line)
            moved = f"{done}:{so_far.hexdigest()}"
            advance = Advance(stream, moved, position) if stream else None
            applied = ledger.apply(events, advance, refused, now())
            position = moved
            summary.read += len(events) + len(refused)
            summary.rejected += len(refused)
            summary.unchanged += applied.unchanged
            summary.accepted += len(events) - applied.unchanged
            summary.reasons += [(int(r.position), r.reason) for r in refused]
            del summary.reasons[20:]
            progress(len(chunk))
    return summary


def _skip(
    source: Callable[[], Iterable[bytes]], position: str | None
) -> tuple[Iterator[bytes], int, hashlib.blake2b]:
    """The lines still to fold, how many came before them, and the hash of those."""
    count, _, expected = (position or "0:").partition(":")
    so_far = hashlib.blake2b(digest_size=16)
    lines = iter(source())
    skipped = 0
    for line in islice(lines, int(count)):
        so_far.update(line)
        skipped += 1
    if skipped and (skipped < int(count) or so_far.hexdigest() != expected):
        return iter(source()), 0, hashlib.blake2b(digest_size=16)
    return lines, skipped, so_far


def _decode(chunk: list[bytes], before: int, now: int) -> tuple[list[Event], list[Refused]]:
    events: list[Event] = []
    refused: list[Refused] = []
    for number, line in enumerate(chunk, before + 1):
        line = line.strip()
        if not line:
            continue
        try:
            events.append(read_event(line, now))
        except Rejected as error:
            refused.append(Refused(str(number), str(error), line))
    return events, refused


@contextmanager
def _without_collector() -> Iterator[None]:
    """The batch's many small lists make no cycles; looking for some costs a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def open_lines(path: str) -> IO[bytes]:
    """A .jsonl or .jsonl.gz file (told by its first bytes), or `-` for standard input."""
    if path == "-":
        return sys.stdin.buffer
    raw = open(path, "rb")  # noqa: SIM115 - the caller closes it
    if raw.peek(2)[:2] == b"\x1f\x8b":
        return gzip.open(raw)  # type: ignore[return-value]
    return raw


def stream_of(path: str) -> str | None:
    """The cursor name of a file: its beginning hashed; None for standard input."""
    if path == "-":
        return None
    with Path(path).open("rb") as raw:
        return f"file:{hashlib.sha256(raw.read(HEAD)).hexdigest()[:32]}"
