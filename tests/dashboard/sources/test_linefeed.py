"""Lines in chunks, the way back into a file, pipes that fall quiet, files that are damaged."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.events import MAX_BYTES
from dashboard.sources.linefeed import (
    CHUNK_LINES,
    BrokenFile,
    Chunk,
    LineFeed,
    first_line,
    open_feed,
    standard_input,
)
from dashboard.sources.outbox import Mark, fingerprint


def feed_of(data: bytes, piece: int) -> LineFeed:
    """A feed over bytes that come in pieces."""
    place = 0

    def read_some(size: int) -> bytes:
        nonlocal place
        found = data[place : place + min(size, piece)]
        place += len(found)
        return found

    return LineFeed(read_some)


def start(first: bytes = b"") -> Mark:
    return Mark(None, first, 0, fingerprint().digest(), 0)


@settings(deadline=None)
@given(
    st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b".")), max_size=30),
    st.integers(1, 40),
    st.booleans(),
)
def test_lines_come_back_with_numbers_and_hashes(
    lines: list[bytes], piece: int, ended: bool
) -> None:
    data = b"".join(line + b"\n" for line in lines)
    if not ended:
        data = data[:-1]
    chunks = list(feed_of(data, piece).chunks())
    expected = data.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert [line for chunk in chunks for line in chunk.lines] == expected
    number = 1
    for chunk in chunks:
        assert chunk.first_number == number
        number += len(chunk.lines)
        assert chunk.digest == fingerprint(data[: chunk.size]).digest()
    assert not chunks or chunks[-1].size == len(data)
    assert [c.whole for c in chunks if not c.whole] == [False] * bool(data and data[-1:] != b"\n")


def test_chunks_are_of_limited_size() -> None:
    chunks = list(feed_of(b"x\n" * (CHUNK_LINES + 3), 1 << 18).chunks())
    assert [len(chunk.lines) for chunk in chunks] == [CHUNK_LINES, 3]


@pytest.mark.parametrize("piece", [1000, 70_000, 1 << 18])
def test_a_line_too_long_is_given_short_and_its_neighbours_whole(piece: int) -> None:
    data = b"a\n" + b"y" * (5 * MAX_BYTES) + b"\nb\nc"
    chunks = list(feed_of(data, piece).chunks())
    lines = [line for chunk in chunks for line in chunk.lines]
    assert [lines[0], *lines[2:]] == [b"a", b"b", b"c"]
    assert len(lines[1]) > MAX_BYTES
    for chunk in chunks:
        assert chunk.digest == fingerprint(data[: chunk.size]).digest()
        assert chunk.size in (2, 3 + 5 * MAX_BYTES, 5 + 5 * MAX_BYTES, len(data))


def read_from(path: Path, marks: list[Mark]) -> tuple[list[Chunk], Mark | None]:
    with open_feed(path, marks) as (feed, found):
        return list(feed.chunks()), found


@pytest.fixture(params=[False, True], ids=["plain", "gz"])
def write(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        file = tmp_path / "events.jsonl"
        file.write_bytes(gzip.compress(data) if request.param else data)
        return file

    return write


def test_a_file_goes_on_where_it_was_left_also_when_it_has_grown(
    write: Callable[[bytes], Path],
) -> None:
    lines = b"".join(b"%d\n" % n for n in range(5000))
    file = write(lines)
    half = read_from(file, [])[0][0].mark(start())
    chunks, found = read_from(file, [half])
    assert found == half and chunks[0].first_number == CHUNK_LINES + 1
    end = chunks[-1].mark(half)
    chunks, found = read_from(write(lines + b"new\n"), [half, end])
    assert found == end
    assert [(c.first_number, c.lines) for c in chunks] == [(5001, [b"new"])]


def test_a_file_made_anew_begins_anew(write: Callable[[bytes], Path]) -> None:
    file = write(b"".join(b"%d\n" % n for n in range(5000)))
    end = read_from(file, [])[0][-1].mark(start())
    for other in (b"0\n1\n", b"0\n" + b"x\n" * 9000):
        chunks, found = read_from(write(other), [end])
        assert found is None and chunks[0].first_number == 1
        assert b"\n".join([*(line for c in chunks for line in c.lines), b""]) == other


def test_of_several_marks_the_furthest_that_fits_is_taken(write: Callable[[bytes], Path]) -> None:
    lines = b"".join(b"%d\n" % n for n in range(5000))
    first, second, _ = (chunk.mark(start()) for chunk in read_from(write(lines), [])[0])
    foreign = Mark(9, b"", second.offset + 10, b"another", 4000)
    chunks, found = read_from(write(lines), [first, second, foreign])
    assert found == second and chunks[0].first_number == 2 * CHUNK_LINES + 1


def test_the_first_line_is_how_a_file_is_looked_up(write: Callable[[bytes], Path]) -> None:
    known = first_line(write(b"a\nb\n"))
    assert first_line(write(b"a\nc\n")) == known != first_line(write(b"b\n"))


def test_a_damaged_gzip_file_gives_its_lines_and_then_complains(tmp_path: Path) -> None:
    data = b"".join(b"%d %d\n" % (n, n * n * 7919) for n in range(50_000))
    file = tmp_path / "events.jsonl.gz"
    packed = gzip.compress(data)
    file.write_bytes(packed[: len(packed) // 2])
    lines: list[bytes] = []
    with open_feed(file, []) as (feed, _), pytest.raises(BrokenFile, match="行起读不下去"):
        for chunk in feed.chunks():
            lines += chunk.lines
    assert lines and lines == data.split(b"\n")[: len(lines)]


def test_a_quiet_pipe_gives_what_it_has() -> None:
    reading, writing = os.pipe()
    gave: list[list[bytes]] = []
    first = threading.Event()

    def read() -> None:
        with os.fdopen(reading, "rb") as stream:
            for chunk in standard_input(stream).chunks():
                gave.append(chunk.lines)
                first.set()

    thread = threading.Thread(target=read)
    thread.start()
    os.write(writing, b"a\nb\nhalf")
    assert first.wait(10)
    assert gave == [[b"a", b"b"]]
    os.write(writing, b" and half\n")
    os.close(writing)
    thread.join(10)
    assert gave == [[b"a", b"b"], [b"half and half"]]
