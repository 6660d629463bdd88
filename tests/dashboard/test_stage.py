"""A group of children: any that fails is named, and the way out ends them all in reverse."""

from __future__ import annotations

import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dashboard.processes import Child
from dashboard.stage import ChildFailed, Ended, Stage, asked_to_end, showing
from tests.dashboard.test_embedded import running
from tests.servers import free_port


def child(folder: Path, name: str, script: str) -> Child:
    return Child(name, ["sh", "-c", script], folder / f"{name}.log")


def test_leaving_ends_the_children_last_one_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    nap = "trap 'echo {0} >> {1}; exit 0' TERM; echo up; sleep 60 & wait"
    with Stage() as stage:
        children = [stage.add(child(tmp_path, n, nap.format(n, order))) for n in ("first", "last")]
        assert stage.wait(lambda: all(c.tail() for c in children), 10)
    assert order.read_text().split() == ["last", "first"]
    assert not any(running(c.pid) for c in children)


def test_a_child_that_ends_is_named_with_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed) as failed, Stage() as stage:
        other = stage.add(child(tmp_path, "steady", "sleep 60"))
        stage.add(child(tmp_path, "web", "echo port is taken; exit 3"))
        stage.wait(lambda: False, 10)
    assert "web 意外结束（退出码 3）" in str(failed.value)
    assert "│ port is taken" in str(failed.value)
    assert not running(other.pid)


def test_a_child_killed_by_a_signal_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed, match="信号 9"), Stage() as stage:
        victim = stage.add(child(tmp_path, "worker", "sleep 60"))
        os.kill(victim.pid, signal.SIGKILL)
        stage.wait(lambda: False, 10)


def test_a_child_that_is_meant_to_end_may(tmp_path: Path) -> None:
    with Stage() as stage:
        stage.add(child(tmp_path, "steady", "sleep 60"))
        stage.finish(stage.add(child(tmp_path, "history", "exit 0")))
        with pytest.raises(ChildFailed, match="history"):
            stage.finish(stage.add(child(tmp_path, "history", "exit 1")))


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with Stage() as stage:
        stage.add(child(tmp_path, "steady", "sleep 60"))
        assert not stage.wait(lambda: False, 0.2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_way_of_asking_is_heard(number: signal.Signals) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Ended, match=number.name), asked_to_end():
        os.kill(os.getpid(), number)
        time.sleep(5)
    assert signal.getsignal(signal.SIGINT) is before


def test_asking_twice_does_not_leave_children_behind(tmp_path: Path) -> None:
    slow = "trap 'sleep 0.5; exit 0' TERM; echo up; sleep 60 & wait"
    with pytest.raises(Ended), asked_to_end(), Stage() as stage:
        victim = stage.add(child(tmp_path, "slow", slow))
        stage.wait(lambda: bool(victim.tail()), 10)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    assert not running(victim.pid)


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'{"ok": true, "data_at": 1795220000000}', True),
        (200, b'{"ok": true, "data_at": null}', False),
        (503, b'{"ok": false, "data_at": 1795220000000}', False),
        (200, b"<html>somebody else</html>", False),
        (200, b"[]", False),
    ],
)
def test_a_web_server_is_showing_when_it_is_ready_and_has_a_frame(
    status: int, body: bytes, verdict: bool
) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the test's output clean."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request).start()
        assert showing("127.0.0.1", server.server_port) is verdict


def test_nobody_there_is_not_showing() -> None:
    assert not showing("127.0.0.1", free_port())
