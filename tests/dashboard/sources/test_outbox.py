"""The outbox: nothing leaves it before the stream has it, and sent lines stay a day."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dashboard.sources.outbox import (
    DAY_MS,
    ONE_SEND,
    WAITS_S,
    Forgot,
    Mark,
    NotNow,
    Outbox,
    OutboxError,
)

LINES = [b'{"id":"%d"}' % n for n in range(5)]


class Clock:
    now = 1_767_574_800_000

    def __call__(self) -> int:
        return self.now


class Stream:
    """A stream that refuses while `full` says so; a place is how many lines it had."""

    def __init__(self, *full: int) -> None:
        self.lines: list[bytes] = []
        self.full = list(full)
        self.waits: list[float] = []
        self.sizes: list[int] = []

    def send(self, lines: Sequence[bytes], behind: str) -> str:
        if not self.kept([behind or "0"])[0]:
            raise Forgot
        accepted = self.full.pop(0) if self.full else None
        self.lines += lines[:accepted]
        self.sizes.append(len(lines[:accepted]))
        if accepted is not None:
            raise NotNow("OOM", accepted, str(len(self.lines)))
        return str(len(self.lines))

    def kept(self, places: Sequence[str]) -> list[bool]:
        return [int(place) <= len(self.lines) for place in places]

    def wait(self, seconds: float, reason: str) -> None:
        self.waits.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(tmp_path: Path, clock: Clock) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.db", clock)
    yield outbox
    outbox.close()


def test_lines_are_delivered_once_and_in_order(outbox: Outbox) -> None:
    stream = Stream()
    outbox.put(LINES[:2])
    outbox.put(LINES[2:])
    assert outbox.pending() == 5
    outbox.deliver(stream, stream.wait)
    outbox.deliver(stream, stream.wait)
    assert stream.lines == LINES and outbox.pending() == 0


def test_a_full_stream_is_asked_again_for_what_it_did_not_take(outbox: Outbox) -> None:
    stream = Stream(2, 0, 0, 1)
    outbox.put(LINES)
    told: list[int] = []
    outbox.deliver(stream, stream.wait, told.append)
    assert stream.lines == LINES and sum(told) == 5
    assert stream.waits == [WAITS_S[0], WAITS_S[1], WAITS_S[2], WAITS_S[0]]


def test_patience_that_ends_leaves_the_lines_pending(tmp_path: Path, clock: Clock) -> None:
    class GaveUp(Exception):
        pass

    def wait(seconds: float, reason: str) -> None:
        raise GaveUp

    stream = Stream(3)
    outbox = Outbox(tmp_path / "o.db", clock)
    outbox.put(LINES)
    with pytest.raises(GaveUp):
        outbox.deliver(stream, wait)
    assert outbox.pending() == 5
    outbox.close()
    again = Outbox(tmp_path / "o.db", clock)
    again.deliver(stream, stream.wait)
    assert stream.lines == LINES[:3] + LINES  # some twice: their ids make it harmless
    again.close()


def test_large_blocks_go_in_several_round_trips(outbox: Outbox) -> None:
    stream = Stream()
    outbox.put([b"x"] * (2 * ONE_SEND + 1))
    outbox.deliver(stream, stream.wait)
    assert stream.sizes == [ONE_SEND, ONE_SEND, 1]


def test_what_the_stream_lost_is_sent_again_without_being_asked(outbox: Outbox) -> None:
    stream = Stream()
    for each in LINES:
        outbox.put([each])
    outbox.deliver(stream, stream.wait)
    del stream.lines[3:]
    outbox.deliver(stream, stream.wait)
    assert stream.lines == LINES and outbox.recalled == 2
    outbox.deliver(stream, stream.wait)
    assert stream.lines == LINES, "and only once"


def test_a_loss_between_two_sends_of_one_block_is_noticed(outbox: Outbox) -> None:
    class Crashing(Stream):
        def send(self, lines: Sequence[bytes], behind: str) -> str:
            place = super().send(lines, behind)
            if len(self.sizes) == 2:
                del self.lines[ONE_SEND - 10 :]
            return place

    stream = Crashing()
    first, second = [b"1"] * (ONE_SEND - 10), [b"%d" % n for n in range(ONE_SEND + 20)]
    outbox.put(first)
    outbox.put(second)
    outbox.deliver(stream, stream.wait)
    assert stream.lines == first + second


def test_an_emptied_stream_gets_everything_that_is_kept(outbox: Outbox) -> None:
    stream = Stream()
    outbox.put(LINES[:4])
    outbox.deliver(stream, stream.wait)
    stream.lines.clear()
    outbox.put(LINES[4:])
    outbox.deliver(stream, stream.wait)
    assert stream.lines == LINES and outbox.recalled == 4


def test_sent_lines_stay_a_day_and_can_be_sent_again(outbox: Outbox, clock: Clock) -> None:
    stream = Stream()
    outbox.put(LINES[:2])
    outbox.deliver(stream, stream.wait)
    clock.now += DAY_MS - 1000
    outbox.put(LINES[2:])
    outbox.deliver(stream, stream.wait)
    outbox.forget()
    assert outbox.resend(clock.now - 5000) == 3
    outbox.deliver(stream, stream.wait)
    assert outbox.resend(clock.now - 2 * DAY_MS) == 5
    outbox.deliver(stream, stream.wait)
    clock.now += DAY_MS + 1
    outbox.forget()
    assert outbox.resend(0) == 0
    assert sorted(stream.lines) == sorted([*LINES[:2] * 2, *LINES[2:] * 3])


def test_what_was_never_sent_is_never_forgotten(outbox: Outbox, clock: Clock) -> None:
    outbox.put(LINES)
    clock.now += 40 * DAY_MS
    outbox.forget()
    assert outbox.pending() == 5


def test_a_mark_and_a_cursor_move_with_their_lines(outbox: Outbox) -> None:
    first = outbox.put(LINES, Mark(None, b"F", 10, b"D", 1))
    assert first is not None and first.file is not None
    outbox.put([], Mark(first.file, b"F", 20, b"E", 2), ("sql:1", "17"))
    assert outbox.marks(b"F") == [Mark(first.file, b"F", 20, b"E", 2)]
    assert outbox.marks(b"G") == [] and outbox.cursor("sql:1") == "17"
    assert outbox.cursor("sql:2") is None


def test_files_not_seen_for_a_season_are_forgotten(outbox: Outbox, clock: Clock) -> None:
    outbox.put([], Mark(None, b"F", 10, b"D", 1))
    clock.now += 91 * DAY_MS
    outbox.forget()
    assert outbox.marks(b"F") == []


def test_a_file_that_is_no_outbox_is_named(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "o.db"
    file.write_bytes(b"not a database, but long enough to look like one" * 50)
    with pytest.raises(OutboxError, match=r"发件箱 .*o\.db"):
        Outbox(file, clock)


def test_killed_between_any_two_steps_no_line_is_lost(tmp_path: Path, clock: Clock) -> None:
    """A child puts and delivers blocks, writing what the stream took to a file, and is killed."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom dashboard.sources.outbox import *\n"
        "box = Outbox(Path(sys.argv[1]), lambda: 1_767_574_800_000)\n"
        "took, kept = open(sys.argv[2], 'ab', 0), open(sys.argv[3], 'ab', 0)\n"
        "class Stream:\n"
        "    def send(self, lines, behind):\n"
        "        took.write(b''.join(line + b'\\n' for line in lines))\n"
        "        return 'x'\n"
        "    def kept(self, places):\n        return [True] * len(places)\n"
        "n = int(sys.argv[4])\n"
        "while True:\n"
        "    lines = [b'%d' % (n + i) for i in range(50)]\n"
        "    box.put(lines)\n    kept.write(b'%d\\n' % n)\n    n += 50\n"
        "    box.deliver(Stream(), lambda s, r: None)\n"
    )
    box, took, kept = tmp_path / "o.db", tmp_path / "took", tmp_path / "kept"
    for round_number in range(4):
        arguments = [str(box), str(took), str(kept), str(round_number * 1_000_000)]
        child = subprocess.Popen([sys.executable, "-c", code, *arguments])
        before = kept.stat().st_size if kept.exists() else 0
        while not kept.exists() or kept.stat().st_size < before + 300 + 37 * round_number:
            assert child.poll() is None
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    outbox = Outbox(box, clock)
    stream = Stream()
    stream.lines += took.read_bytes().split()
    stream.kept = lambda places: [True] * len(places)  # type: ignore[method-assign]
    outbox.deliver(stream, stream.wait)
    outbox.close()
    arrived = set(stream.lines)
    promised = {b"%d" % (int(n) + i) for n in kept.read_bytes().split() for i in range(50)}
    assert promised <= arrived
