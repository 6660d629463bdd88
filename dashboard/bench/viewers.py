"""Simulated viewers 模拟观众: a load process of plain sockets that notes when each frame came.

`python -m dashboard.bench.viewers screens|pollers PORT N [COOKIES]` (a file of JSON: the cookie
header of each viewer) connects N viewers in steps, says `ready`
when each has a frame, then obeys lines on its standard input: `start`; `stop` answers with one line
of JSON, a `Report`. It ends when its standard input does. Bytes are stamped as they are read and
taken apart once it is quiet, so that thousands of viewers in one process do not wait for one
another's decoding.
"""

from __future__ import annotations

import contextlib
import re
import resource
import select
import socket
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypedDict

import orjson

from dashboard.bench.live_wire import Poller, Screen
from dashboard.snapshot import Frame

CONNECTS_PER_S: Final = 400
PAUSE_S: Final = 0.05
BUFFER: Final = 1 << 18
QUIET_S: Final = 0.03
"""So long nothing may come before decoding begins."""
SLICE: Final = 50
"""Pieces decoded between two looks at the sockets."""

Viewer = Screen | Poller


class Report(TypedDict):
    """From `start` to `stop`. `arrivals`: seq → monotonic ns at each viewer that saw that frame;
    `received`: bytes on the wire; `gaps`: deltas that did not fit; `lost`: connections the server
    ended; `late`: polls that found the last one unanswered; `frame` of the first viewer."""

    arrivals: dict[str, list[int]]
    received: int
    gaps: int
    lost: int
    late: int
    cpu_s: float
    frame: Frame | None


class Load:
    """All viewers, one epoll, one thread."""

    def __init__(self, port: int, count: int, make: Callable[[int], Viewer]) -> None:
        self._port, self._count, self._make = port, count, make
        self._seats: list[tuple[socket.socket, Viewer]] = []
        self._by_number: dict[int, tuple[socket.socket, Viewer]] = {}
        self._unread: deque[tuple[Viewer, bytes, int]] = deque()
        self._control = sys.stdin.fileno()
        self._epoll = select.epoll()
        self._epoll.register(self._control, select.EPOLLIN)
        self._asked, self._lost, self._late = 0, 0, 0
        self._start()

    def _start(self) -> None:
        self._arrivals: dict[int, list[int]] = {}
        self._received = 0
        self._before = (self._gaps(), self._lost, self._late, time.process_time())

    def _gaps(self) -> int:
        return sum(viewer.gaps for _, viewer in self._seats)

    def run(self) -> None:
        """Until its standard input ends."""
        began, told, going, quiet = time.monotonic(), False, True, False
        while going:
            elapsed = time.monotonic() - began
            while len(self._seats) < min(self._count, int(elapsed * CONNECTS_PER_S) + 1):
                self._connect()
            pause_s = min(PAUSE_S, self._poll_those_due(elapsed))
            if len(self._seats) < self._count:
                pause_s = min(pause_s, 1 / CONNECTS_PER_S)
            elif not told and all(viewer.seq for _, viewer in self._seats):
                told = _say(b"ready")
            if self._unread:
                pause_s = 0 if quiet else min(pause_s, QUIET_S)
            events = self._epoll.poll(pause_s, maxevents=4096)
            quiet = not events
            for number, _ in events:
                if number == self._control:
                    going = self._obey()
                else:
                    self._read(number)
            if quiet:
                self._decode(SLICE)

    def _connect(self) -> None:
        connection = socket.create_connection(("127.0.0.1", self._port))
        viewer = self._make(len(self._seats))
        connection.sendall(viewer.opening)
        connection.setblocking(False)
        self._seats.append((connection, viewer))
        self._by_number[connection.fileno()] = (connection, viewer)
        self._epoll.register(connection.fileno(), select.EPOLLIN)

    def _poll_those_due(self, elapsed: float) -> float:
        """Each poller asks once a second at a phase of its own; seconds until the next one."""
        if isinstance(self._seats[0][1], Screen):
            return PAUSE_S
        while (due := self._asked / self._count) <= elapsed:
            number, index = divmod(self._asked, self._count)
            self._asked += 1
            if index < len(self._seats):
                connection, viewer = self._seats[index]
                if isinstance(viewer, Poller) and not viewer.waiting:
                    connection.sendall(viewer.ask(number))
                else:
                    self._late += 1
        return due - elapsed

    def _read(self, number: int) -> None:
        connection, viewer = self._by_number[number]
        data = b""
        with contextlib.suppress(ConnectionError):
            data = connection.recv(BUFFER)
        if data:
            self._received += len(data)
            self._unread.append((viewer, data, time.monotonic_ns()))
        else:
            self._lost += 1
            self._epoll.unregister(number)

    def _decode(self, count: int) -> None:
        for _ in range(min(count, len(self._unread))):
            viewer, data, at = self._unread.popleft()
            for seq in viewer.take(data):
                self._arrivals.setdefault(seq, []).append(at)

    def _obey(self) -> bool:
        """Whether to go on."""
        word = sys.stdin.readline().strip()
        if word == "start":
            self._start()
        elif word == "stop":
            cpu_s = time.process_time() - self._before[3]
            self._decode(len(self._unread))
            _say(orjson.dumps(self._report(cpu_s)))
        return bool(word)

    def _report(self, cpu_s: float) -> Report:
        gaps, lost, late, _ = self._before
        return Report(
            arrivals={str(seq): times for seq, times in self._arrivals.items()},
            received=self._received,
            gaps=self._gaps() - gaps,
            lost=self._lost - lost,
            late=self._late - late,
            cpu_s=cpu_s,
            frame=self._seats[0][1].frame,
        )


def _say(line: bytes) -> bool:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
    return True


def pollers(port: int) -> Callable[[int], Poller]:
    """Makes viewers for a Dash page with one callback, as its own dependencies describe it."""
    home = f"http://127.0.0.1:{port}/"
    with urllib.request.urlopen(home, timeout=10) as page:
        signed = re.search(rb'"end_id":\s*"([^"]+)"', page.read())
    with urllib.request.urlopen(f"{home}_dash-dependencies", timeout=10) as answer:
        calls = orjson.loads(answer.read())
    path = "/_dash-update-component" + (f"?endId={signed[1].decode()}" if signed else "")
    return lambda _: Poller(port, path, calls[0])


def main(kind: str, port: int, count: int, cookies: str = "") -> None:
    """The load process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    make: Callable[[int], Viewer] = pollers(port) if kind == "pollers" else _screens(port, cookies)
    Load(port, count, make).run()


def _screens(port: int, cookies: str) -> Callable[[int], Screen]:
    known = orjson.loads(Path(cookies).read_bytes()) if cookies else [""]
    return lambda index: Screen(port, index == 0, known[index % len(known)])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
