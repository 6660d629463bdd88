"""Pushing 推送: checked lines → outbox → stream; bad lines are told and left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from dashboard.eventkinds import read_event
from dashboard.events import Rejected
from dashboard.sources.linefeed import Chunk, LineFeed
from dashboard.sources.outbox import Mark, Outbox

_SHOWN: Final = 2_048  # characters of a bad line that are shown


@dataclass
class Pushed:
    """推送结果 of one input, in lines; `resumed_at` is the line number it went on from."""

    read: int = 0
    sent: int = 0
    rejected: int = 0
    resumed_at: int | None = None


class BadLines:
    """The file of bad lines: one JSON object each — line number, reason, text. Its left-overs of an
    earlier run are removed unless that run is being continued."""

    def __init__(self, path: Path, *, go_on: bool) -> None:
        self.path = path
        self._file: IO[str] | None = None
        if not go_on:
            path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, number: int, reason: str, line: bytes) -> None:
        if self._file is None:
            self._file = self.path.open("a", encoding="utf-8")
        text = line[:_SHOWN].decode("utf-8", "backslashreplace")
        entry = {"line": number, "reason": reason, "text": text}
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()


def push(
    feed: LineFeed,
    start: Mark | None,
    outbox: Outbox,
    deliver: Callable[[], None],
    bad: BadLines,
    now: Callable[[], int],
    pushed: Pushed,
    progress: Callable[[Chunk], None] = lambda chunk: None,
) -> None:
    """Puts a feed's lines into the outbox chunk by chunk and delivers each; `start` is None for an
    input that cannot be read again. Raises what `deliver` raises: then the rest stays where it is.
    """
    mark = start
    for chunk in feed.chunks():
        good = _good(chunk, bad, now(), pushed)
        finished = chunk.whole or bool(good)  # a line cut short is looked at again next time
        moved = chunk.mark(mark) if mark is not None and finished else None
        bad.flush()
        mark = outbox.put(good, moved) or mark
        deliver()
        progress(chunk)


def _good(chunk: Chunk, bad: BadLines, now: int, pushed: Pushed) -> list[bytes]:
    good: list[bytes] = []
    for number, line in enumerate(chunk.lines, chunk.first_number):
        text = line.strip()
        if not text:
            continue
        pushed.read += 1
        try:
            read_event(text, now)
        except Rejected as error:
            pushed.rejected += 1
            bad.add(number, str(error), line)
        else:
            good.append(text)
    return good
