"""Simulated leaders: they ask what the page asked, with a filter of their own, and tell the truth
about answers that are late or wrong."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from dashboard.bench.leaders import AGAIN_S, PATH, Crowd, Spec

SEARCH = {"id": "filter-at", "property": "search", "value": ""}


class Desk:
    """A server that notes what it is asked and answers as it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answers: list[tuple[int, bytes]] = []
        self.enough = threading.Event()
        desk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): text for name, text in self.headers.items()}
                desk.asked.append((self.path, headers, body))
                status, said = desk.answers.pop(0) if desk.answers else (200, b"{}")
                self.send_response(status)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
                if not desk.answers:
                    desk.enough.set()

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def visit(self, searches: list[str]) -> Any:
        """One leader at `/desk/hotline` until the answers have run out."""
        spec = Spec(
            port=self.server.server_port,
            think_s=0.01,
            people=[("cityops_session_x=secret", "word")],
            pages={"/desk/hotline": [{"output": "hotline.children", "inputs": [SEARCH]}]},
            filter_id="filter-at",
            searches=searches,
        )
        return asyncio.run(Crowd(spec).run(self.enough.wait))


@pytest.fixture
def desk() -> Iterator[Desk]:
    found = Desk()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_they_are_signed_in_and_choose_their_own_filter(desk: Desk) -> None:
    desk.answers = [(200, b"{}")] * 12
    found = desk.visit(["?period=month", "?period=year"])
    paths = {path for path, _, _ in desk.asked}
    assert paths == {PATH}
    _, headers, body = desk.asked[0]
    assert headers["cookie"] == "cityops_session_x=secret; _csrf_token=word"
    assert headers["x-csrf-token"] == "word" and headers["origin"].startswith("http://127.0.0.1:")
    assert body["output"] == "hotline.children"
    values = {body["inputs"][0]["value"] for _, _, body in desk.asked}
    assert values == {"?period=month", "?period=year"}
    assert len(found["ms"]["/desk/hotline"]) >= 11 and found["errors"] == []


def test_an_answer_that_takes_longer_counts_until_it_is_there(desk: Desk) -> None:
    late = {"response": {"cases-tick": {"disabled": False}}}
    desk.answers = [(200, orjson.dumps(late)), (200, b"{}"), (200, b"{}")]
    found = desk.visit([""])
    assert found["again"] == 1
    assert found["ms"]["/desk/hotline"][0] >= AGAIN_S * 1000


def test_what_is_refused_is_an_error_and_no_sample(desk: Desk) -> None:
    desk.answers = [(403, "无权".encode()), (500, b"oops"), (204, b""), (204, b"")]
    found = desk.visit([""])
    assert [text.partition(": ")[2] for text in found["errors"][:2]] == ["403 无权", "500 oops"]
    assert len(found["errors"]) == 2
