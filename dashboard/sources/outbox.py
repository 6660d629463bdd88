"""The outbox 发件箱: event lines on disk until the stream has them, and a day longer.

Lines are written here, together with how far their file was read, before they are sent; they are
marked only after the stream took them. Kill it at any point: what is not marked is sent again, and
ids make a second sending harmless. Sent lines stay `keep_ms` (24 h) with their place in the stream:
every delivery looks whether the places before it are still there and sends again what was lost.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

DAY_MS: Final = 86_400_000
FORGET_FILES_MS: Final = 90 * DAY_MS
ONE_SEND: Final = 500  # lines in one round trip
NEWEST: Final = 8  # places looked for first; more than processes that share an outbox
WAITS_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""How long to wait before asking a full or absent stream again; then always the last."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS files (
  id INTEGER PRIMARY KEY, first BLOB NOT NULL, offset INTEGER NOT NULL, digest BLOB NOT NULL,
  line INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS blocks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, lines INTEGER NOT NULL, body BLOB NOT NULL,
  made_at INTEGER NOT NULL, sent_at INTEGER, place TEXT,
  turn INTEGER);
CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, position TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS blocks_sent_at ON blocks (sent_at);
CREATE INDEX IF NOT EXISTS blocks_turn ON blocks (turn);
"""


class OutboxError(RuntimeError):
    """The outbox file cannot be used; the text says which and why."""


class NotNow(Exception):
    """The stream takes no more at the moment; `accepted` lines of the attempt it did take, up to
    `place`."""

    def __init__(self, reason: str, accepted: int = 0, place: str = "") -> None:
        super().__init__(reason)
        self.accepted, self.place = accepted, place


class Forgot(Exception):
    """The stream no longer has lines that it took."""


class Stream(Protocol):
    """Where the lines go. A place 位置 is the stream's word for how far it has taken them."""

    def send(self, lines: Sequence[bytes], behind: str) -> str:
        """Takes lines and returns their place; `behind` is the place before, "" for none. Raises
        `NotNow`, or `Forgot` when what was sent up to `behind` is lost."""

    def kept(self, places: Sequence[str]) -> list[bool]:
        """For each place whether the stream still has it, or it was read. Raises `NotNow`."""


Wait = Callable[[float, str], None]
"""Sleeps so many seconds for that reason, or raises to give up."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Mark:
    """How far a file was read: bytes, their hash, lines. `file` is its number in the outbox."""

    file: int | None
    first: bytes
    offset: int
    digest: bytes
    line: int


class Outbox:
    """One outbox file; several processes may use it."""

    def __init__(self, path: Path, now: Callable[[], int], keep_ms: int = DAY_MS) -> None:
        self._path, self._now, self._keep_ms = path, now, keep_ms
        self.recalled = 0
        """Lines the stream had taken and lost, made pending again."""
        with self._telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)

    def close(self) -> None:
        self._db.close()

    def marks(self, first: bytes) -> list[Mark]:
        """What is known of files that begin with this line, least read first."""
        with self._telling():
            rows = self._db.execute(
                "SELECT id, first, offset, digest, line FROM files WHERE first = ? ORDER BY offset",
                (first,),
            )
            return [Mark(*row) for row in rows]

    def cursor(self, name: str) -> str | None:
        """How far another kind of source was read; None when never."""
        with self._telling():
            row = self._db.execute(
                "SELECT position FROM cursors WHERE name = ?", (name,)
            ).fetchone()
            return None if row is None else str(row[0])

    def put(
        self,
        lines: Sequence[bytes],
        mark: Mark | None = None,
        cursor: tuple[str, str] | None = None,
    ) -> Mark | None:
        """Keeps lines and how far their file, or their source by name, is read: all or nothing."""
        with self._transaction():
            if lines:
                self._db.execute(
                    "INSERT INTO blocks (lines, body, made_at) VALUES (?, ?, ?)",
                    (len(lines), zlib.compress(b"\n".join(lines), 1), self._now()),
                )
            if cursor is not None:
                self._db.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", cursor)
            return self._remember(mark) if mark is not None else None

    def _remember(self, mark: Mark) -> Mark:
        columns = "INSERT OR REPLACE INTO files (id, first, offset, digest, line, updated_at)"
        values = (mark.file, mark.first, mark.offset, mark.digest, mark.line, self._now())
        file = self._db.execute(f"{columns} VALUES (?, ?, ?, ?, ?, ?)", values).lastrowid
        return Mark(file, mark.first, mark.offset, mark.digest, mark.line)

    def pending(self) -> int:
        """Lines not yet in the stream, as far as is known."""
        with self._telling():
            row = self._db.execute("SELECT sum(lines) FROM blocks WHERE sent_at IS NULL").fetchone()
            return int(row[0] or 0)

    def deliver(
        self, stream: Stream, wait: Wait, sent: Callable[[int], None] = lambda n: None
    ) -> None:
        """Sends every pending line, oldest first, and again what the stream has lost; when `wait`
        gives up the lines stay pending."""
        newest = self._places(NEWEST)
        if newest and not all(_patiently(lambda: stream.kept(newest), wait)):
            newest = self._recall(stream, wait)
        place = newest[0] if newest else ""
        while (block := self._next()) is not None:
            number, lines = block
            try:
                place = _insist(lines, place, stream, wait, sent)
            except Forgot:
                newest = self._recall(stream, wait)
                place = newest[0] if newest else ""
                continue
            with self._transaction():
                self._db.execute(
                    "UPDATE blocks SET sent_at = ?, place = ?,"
                    " turn = (SELECT coalesce(max(turn), 0) + 1 FROM blocks) WHERE id = ?",
                    (self._now(), place, number),
                )

    def _places(self, count: int) -> list[str]:
        """Where the blocks sent last are, newest first."""
        with self._telling():
            rows = self._db.execute(
                "SELECT place FROM blocks WHERE sent_at IS NOT NULL ORDER BY turn DESC LIMIT ?",
                (count,),
            )
            return [place for (place,) in rows]

    def _recall(self, stream: Stream, wait: Wait) -> list[str]:
        """Makes pending again every kept block that the stream has lost; the newest place left."""
        with self._telling():
            sent = self._db.execute(
                "SELECT id, lines, place FROM blocks WHERE sent_at IS NOT NULL"
            ).fetchall()
        for some in (sent[i : i + ONE_SEND] for i in range(0, len(sent), ONE_SEND)):
            kept = _patiently(partial(stream.kept, [place for _, _, place in some]), wait)
            lost = [row for row, there in zip(some, kept, strict=True) if not there]
            with self._transaction():
                self._db.executemany(
                    "UPDATE blocks SET sent_at = NULL WHERE id = ?", ((row[0],) for row in lost)
                )
            self.recalled += sum(row[1] for row in lost)
        return self._places(1)

    def _next(self) -> tuple[int, list[bytes]] | None:
        with self._telling():
            row = self._db.execute(
                "SELECT id, body FROM blocks WHERE sent_at IS NULL ORDER BY id LIMIT 1"
            ).fetchone()
            return None if row is None else (row[0], zlib.decompress(row[1]).split(b"\n"))

    def resend(self, since: int) -> int:
        """Makes pending again what was sent at or after `since` (ms) and is still kept; how many
        lines that is."""
        with self._transaction():
            self._db.execute("UPDATE blocks SET sent_at = NULL WHERE sent_at >= ?", (since,))
        return self.pending()

    def forget(self) -> None:
        """Drops what was sent longer ago than it is kept, and files not seen for 90 days."""
        now = self._now()
        with self._transaction():
            self._db.execute("DELETE FROM blocks WHERE sent_at < ?", (now - self._keep_ms,))
            self._db.execute("DELETE FROM files WHERE updated_at < ?", (now - FORGET_FILES_MS,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._telling():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, zlib.error, OSError) as error:
            raise OutboxError(f"发件箱 {self._path}：{error}") from error


def _insist(
    lines: list[bytes],
    place: str,
    stream: Stream,
    wait: Wait,
    sent: Callable[[int], None],
) -> str:
    """Sends all of `lines`, however often the stream says not now; where they are then."""
    done = tries = 0
    while done < len(lines):
        try:
            place = stream.send(lines[done : done + ONE_SEND], place)
        except NotNow as error:
            done += error.accepted
            place = error.place or place
            sent(error.accepted)
            tries = 0 if error.accepted else tries
            wait(WAITS_S[min(tries, len(WAITS_S) - 1)], str(error))
            tries += 1
        else:
            now_sent = min(ONE_SEND, len(lines) - done)
            sent(now_sent)
            done += now_sent
            tries = 0
    return place


def _patiently(ask: Callable[[], _Answer], wait: Wait) -> _Answer:
    """The answer of a stream that may be away."""
    tries = 0
    while True:
        try:
            return ask()
        except NotNow as error:
            wait(WAITS_S[min(tries, len(WAITS_S) - 1)], str(error))
            tries += 1


def fingerprint(data: bytes = b"") -> hashlib.blake2b:
    """The hash by which a file's beginning is known again."""
    return hashlib.blake2b(data, digest_size=16)
