"""Pushing lines: good ones through the outbox, bad ones told, and on again after any stop."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from dashboard.sources.linefeed import first_line, open_feed
from dashboard.sources.outbox import Mark, Outbox, fingerprint
from dashboard.sources.sending import BadLines, Pushed, push
from tests.town import MONDAY, NOW, line


def now() -> int:
    return NOW


class Power(Exception):
    """The lights go out."""


class Run:
    """One run of pushing a file into a list."""

    def __init__(self, folder: Path, stream: list[bytes]) -> None:
        self.outbox = Outbox(folder / "outbox.db", now)
        self.stream, self.pushed = stream, Pushed()
        self.fails_at: int | None = None

    def deliver(self) -> None:
        self.outbox.deliver(self, lambda seconds, reason: None)
        if self.fails_at is not None and len(self.stream) >= self.fails_at:
            raise Power

    def send(self, lines: Sequence[bytes], behind: str) -> str:
        self.stream += lines
        return str(len(self.stream))

    def kept(self, places: Sequence[str]) -> list[bool]:
        return [True] * len(places)

    def file(self, path: Path) -> None:
        first = first_line(path)
        with open_feed(path, self.outbox.marks(first)) as (feed, found):
            start = found or Mark(None, first, 0, fingerprint().digest(), 0)
            rejected = path.with_name(path.name + ".rejected")
            with BadLines(rejected, go_on=found is not None) as bad:
                push(feed, start, self.outbox, self.deliver, bad, now, self.pushed)


@contextmanager
def running(folder: Path, stream: list[bytes]) -> Iterator[Run]:
    run = Run(folder, stream)
    with closing(run.outbox):
        yield run


def events(count: int) -> list[bytes]:
    return [line(f"Q{n}", 1, MONDAY + n, "report") for n in range(count)]


def saved(folder: Path, lines: list[bytes], end: bytes = b"\n") -> Path:
    file = folder / "events.jsonl"
    file.write_bytes(b"\n".join(lines) + end)
    return file


def test_good_lines_arrive_and_bad_ones_are_told_with_their_number(tmp_path: Path) -> None:
    good = events(3)
    lines = [good[0], b"{", b"", good[1] + b"\r", b'{"id":"\xff"}', good[2]]
    stream: list[bytes] = []
    with running(tmp_path, stream) as run:
        run.file(saved(tmp_path, lines))
    assert stream == good
    assert (run.pushed.read, run.pushed.rejected) == (5, 2)
    told = [json.loads(t) for t in (tmp_path / "events.jsonl.rejected").read_text().splitlines()]
    assert [(entry["line"], entry["text"]) for entry in told] == [(2, "{"), (5, '{"id":"\\xff"}')]
    assert all(entry["reason"] for entry in told)


def test_a_file_pushed_again_sends_nothing_new(tmp_path: Path) -> None:
    stream: list[bytes] = []
    file = saved(tmp_path, [*events(10), b"bad"])
    for _ in range(2):
        with running(tmp_path, stream) as run:
            run.file(file)
    assert stream == events(10)
    assert run.pushed.read == 0
    assert len((tmp_path / "events.jsonl.rejected").read_text().splitlines()) == 1


@pytest.mark.parametrize("fails_at", [2000, 4000])
def test_after_a_stop_it_goes_on_where_it_was(tmp_path: Path, fails_at: int) -> None:
    stream: list[bytes] = []
    file = saved(tmp_path, events(5000))
    with running(tmp_path, stream) as run, pytest.raises(Power):
        run.fails_at = fails_at
        run.file(file)
    with running(tmp_path, stream) as run:
        run.file(file)
    assert stream == events(5000)
    assert run.pushed.read == 5000 - fails_at


def test_a_file_that_has_grown_sends_only_what_is_new(tmp_path: Path) -> None:
    stream: list[bytes] = []
    for count in (10, 15):
        with running(tmp_path, stream) as run:
            run.file(saved(tmp_path, events(count)))
    assert stream == events(15) and run.pushed.read == 5


def test_a_last_line_still_being_written_is_looked_at_again(tmp_path: Path) -> None:
    stream: list[bytes] = []
    whole = events(3)
    with running(tmp_path, stream) as run:
        run.file(saved(tmp_path, [*whole[:2], whole[2][:20]], end=b""))
    assert stream == whole[:2] and run.pushed.rejected == 1
    with running(tmp_path, stream) as run:
        run.file(saved(tmp_path, whole, end=b""))
    assert stream == whole and run.pushed.rejected == 0
    with running(tmp_path, stream) as run:
        run.file(saved(tmp_path, [*whole, *events(4)[3:]]))
    assert stream == events(4)


def test_a_new_file_clears_the_bad_lines_of_the_old_one(tmp_path: Path) -> None:
    rejected = tmp_path / "events.jsonl.rejected"
    with running(tmp_path, []) as run:
        run.file(saved(tmp_path, [b"bad"]))
    assert rejected.exists()
    with running(tmp_path, []) as run:
        run.file(saved(tmp_path, events(2)))
    assert not rejected.exists()
