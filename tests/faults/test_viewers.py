"""Viewers: one whose web process is killed moves on; slow ones cost no memory and hold nobody up;
and in a burst the wall says that it is behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from dashboard.bench.live_meter import rss_bytes
from tests.faults.processes import PATIENCE_S, Feed, Site, assert_exact
from tests.faults.viewer import Viewer
from tests.servers import RedisServer, free_port, wait_until

SLOW = 40
MEASURED = 16
"""Frames between two looks at the memory."""
GROWTH = 8 << 20


def children(pid: int) -> set[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True)
    return {int(word) for word in listed.stdout.split()}


@contextlib.contextmanager
def slow_viewers(port: int, count: int) -> Iterator[None]:
    """Each has asked for `/live`, has room for a few kB, and takes one byte a time."""
    lines: list[socket.socket] = []
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            line = stack.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            line.connect(("127.0.0.1", port))
            line.sendall(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            lines.append(line)
        for line in lines:
            line.recv(1)
        yield


def test_slow_viewers_cost_no_memory_and_hold_nobody_up(
    redis_server: RedisServer, make_site: Callable[..., Site]
) -> None:
    port = free_port()
    site = make_site(None, redis_server, port=str(port), web_workers="1")
    site.start("work")
    web = site.start("serve")
    with Viewer(port) as viewer:
        viewer.wait_for_frame()
        (pid,) = children(web.pid)
        with slow_viewers(port, SLOW):
            sizes = []
            for _ in range(2):
                goal = len(viewer.frames) + MEASURED // 2
                wait_until(lambda g=goal: len(viewer.frames) >= g, PATIENCE_S, "frames go on")
                sizes.append(rss_bytes(pid))
            seqs = [seq for _, seq, _ in viewer.frames]
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs))), "the viewer missed none"
        assert sizes[1] - sizes[0] < GROWTH, sizes
    assert viewer.opened == 1


def test_a_killed_web_process_costs_its_viewers_a_moment(
    redis_server: RedisServer, make_site: Callable[..., Site]
) -> None:
    port = free_port()
    site = make_site(None, redis_server, port=str(port))
    site.start("work")
    web = site.start("serve")
    with Viewer(port) as viewer:
        viewer.wait_for_frame()
        before = children(web.pid)
        assert len(before) == 2
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: viewer.opened > 1, PATIENCE_S, "the viewer back")
        viewer.wait_for_frame()
        wait_until(
            lambda: len(children(web.pid)) == 2 and not children(web.pid) & before,
            PATIENCE_S,
            "two new web processes",
        )
    assert web.running and not any(Path(f"/proc/{pid}").exists() for pid in before)


def test_in_a_burst_the_wall_says_that_it_is_behind_and_recovers(
    redis_server: RedisServer, spring: Feed, make_site: Callable[..., Site]
) -> None:
    site = make_site(None, redis_server, batch_max="50", frame_max_hz="20")
    worker = site.start("work")
    wait_until(lambda: site.frame() is not None, PATIENCE_S, "the wall")
    sender = site.start("push", spring.file, "--settle", "0s")
    lags: list[int] = []

    def lag() -> int:
        lags.append((site.frame() or {})["health"]["lag_ms"])
        return lags[-1]

    wait_until(lambda: lag() > 0, PATIENCE_S, "the wall says that it is behind")
    with site.ledger() as ledger:
        assert sender.wait() == 0, sender.said()
        site.wait_until_committed(worker, ledger)
        wait_until(lambda: lag() == 0, PATIENCE_S, "the wall says that it has caught up")
        assert worker.stop() == 0
        assert_exact(ledger, spring)
