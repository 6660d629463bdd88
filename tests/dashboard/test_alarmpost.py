"""The webhook delivers in order, tries again, and never makes the worker wait."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from dashboard.alarmpost import KEPT, TRIES, Webhook
from tests.servers import wait_until


class Listener:
    """A real HTTP server that keeps what it is told, and refuses as often as asked to."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.refuse = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status = 503 if outer.refuse else 204
                outer.refuse -= bool(outer.refuse)
                if status == 204:
                    outer.told.append(body)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alarms"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_messages_come_in_order_and_after_refusals(listener: Listener) -> None:
    listener.refuse = 2
    slept: list[float] = []
    hook = Webhook(listener.url, slept.append)
    for i in range(5):
        hook.send({"id": f"a{i}"})
    wait_until(lambda: len(listener.told) == 5)
    hook.close()
    assert [one["id"] for one in listener.told] == ["a0", "a1", "a2", "a3", "a4"]
    assert slept == [1.0, 2.0]


def test_one_message_is_given_up_and_the_next_goes_out(listener: Listener) -> None:
    listener.refuse = TRIES
    hook = Webhook(listener.url, lambda seconds: None)
    hook.send({"id": "lost"})
    hook.send({"id": "next"})
    wait_until(lambda: len(listener.told) == 1)
    hook.close()
    assert listener.told == [{"id": "next"}]


def test_a_server_that_is_away_keeps_only_the_newest() -> None:
    gate = threading.Event()
    hook = Webhook("http://127.0.0.1:9/alarms", lambda seconds: (gate.wait(10), None)[1])
    for i in range(KEPT + 20):
        hook.send({"id": f"a{i}"})
    assert len(hook._waiting) <= KEPT and hook._waiting[-1]["id"] == f"a{KEPT + 19}"
    gate.set()
    hook.close()
