"""Lines of a file, a .gz file or a pipe in chunks, and the way back to where a file was left.

A file is known by its content: all bytes up to a mark must hash to what they did. So a file that
has grown goes on, one that was made anew begins anew, and its name does not matter. A pipe that
falls quiet gives what it has, so that live events do not wait for a full chunk.
"""

from __future__ import annotations

import gzip
import os
import select
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from dashboard.events import MAX_BYTES
from dashboard.sources.outbox import Mark, fingerprint

CHUNK_LINES: Final = 2_000
QUIET_S: Final = 0.2
_FIRST: Final = 4_096  # bytes of the first line by which a file is looked up
_PIECE: Final = 1 << 18

ReadSome = Callable[[int], bytes | None]
"""At most so many bytes; b"" at the end, None when a pipe is quiet for now."""


class BrokenFile(ValueError):
    """A compressed file that is damaged or ends early; the lines before were given."""


@dataclass(frozen=True)
class Chunk:
    """Some lines without their ends; `size` and `digest` speak of all bytes up to their end.

    `whole` is False for a last line that no newline ends: somebody may still be writing it.
    """

    lines: list[bytes]
    first_number: int
    size: int
    digest: bytes
    whole: bool = True

    def mark(self, before: Mark) -> Mark:
        """`before` moved to the end of this chunk."""
        line = self.first_number + len(self.lines) - 1
        return Mark(before.file, before.first, self.size, self.digest, line)


class LineFeed:
    """One pass over an input."""

    def __init__(self, read_some: ReadSome) -> None:
        self._read_some = read_some
        self._hash = fingerprint()
        self._size = 0
        self._number = 0
        self._lines: list[bytes] = []

    def skip(self, marks: Sequence[Mark]) -> Mark | None:
        """Reads as far as the last mark, in ascending order of offset; the furthest that fits."""
        best = None
        for mark in marks:
            while self._size < mark.offset:
                data = self._next(min(_PIECE, mark.offset - self._size))
                if not data:
                    return best
                self._count(data)
            if self._hash.digest() == mark.digest:
                best = mark
                self._number = mark.line
        return best

    def chunks(self) -> Iterator[Chunk]:
        """The lines not skipped. Raises `BrokenFile` after the last readable line."""
        held, overlong = b"", None
        while (data := self._next(_PIECE)) != b"":
            if data is None:
                yield from self._give()
                continue
            if overlong is not None:
                line_end = data.find(b"\n") + 1
                self._count(data[:line_end] if line_end else data)
                if not line_end:
                    continue
                self._lines.append(overlong)
                overlong, data = None, data[line_end:]
            *complete, held = (held + data).split(b"\n")
            for line in complete:
                self._count(line + b"\n")
                self._lines.append(line)
                if len(self._lines) == CHUNK_LINES:
                    yield from self._give()
            if len(held) > MAX_BYTES:  # enough of it to be refused; the rest is not kept
                yield from self._give()
                self._count(held)
                overlong, held = held[: MAX_BYTES + 1], b""
        yield from self._give()
        if self._broken is not None:
            raise BrokenFile(f"第 {self._number + 1} 行起读不下去（{self._broken}）")
        self._count(held)
        if held or overlong is not None:
            self._lines.append(overlong if overlong is not None else held)
            yield from self._give(whole=False)

    _broken: Exception | None = None

    def _next(self, size: int) -> bytes | None:
        """What the input gives; nothing at the end and where it breaks off."""
        try:
            return self._read_some(size)
        except (EOFError, zlib.error, OSError) as error:
            self._broken = error
            return b""

    def _count(self, data: bytes) -> None:
        self._hash.update(data)
        self._size += len(data)

    def _give(self, *, whole: bool = True) -> Iterator[Chunk]:
        if self._lines:
            first = self._number + 1
            self._number += len(self._lines)
            yield Chunk(self._lines, first, self._size, self._hash.digest(), whole)
            self._lines = []


@contextmanager
def open_feed(path: Path, marks: Sequence[Mark]) -> Iterator[tuple[LineFeed, Mark | None]]:
    """A file's lines behind the furthest of `marks` whose content is this file's; and that mark."""
    with _opened(path) as file:
        feed = LineFeed(file.read)
        best = feed.skip(marks) if marks else None
        if marks and best is not marks[-1]:  # it read too far: the file is another one, or shorter
            file.seek(0)
            feed = LineFeed(file.read)
            feed.skip([best] if best else [])
        yield feed, best


def first_line(path: Path) -> bytes:
    """The hash of a file's first line, by which `Outbox.marks` looks it up."""
    with _opened(path) as file:
        try:
            return fingerprint(file.readline(_FIRST)).digest()
        except (EOFError, zlib.error, OSError):
            return b""


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) if packed else raw as file:
            yield file


def standard_input(stream: IO[bytes] | None = None) -> LineFeed:
    """The lines of a pipe: as they come, at most `QUIET_S` late."""
    number = (stream or sys.stdin.buffer).fileno()

    def read_some(size: int) -> bytes | None:
        ready, _, _ = select.select([number], [], [], QUIET_S)
        return os.read(number, size) if ready else None

    return LineFeed(read_some)
