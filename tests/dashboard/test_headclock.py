"""Connections that dawdle are let go of, over real sockets; those that are only idle or long are
not."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from dashboard import headclock
from dashboard.commands.serve import WallWorker
from dashboard.headclock import PromptProtocol
from tests.servers import wait_until


async def app(scope: Any, receive: Any, send: Any) -> None:
    """`/read` answers when the body is whole, `/deaf` at once, `/open` never ends."""
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/open":
        for _ in range(1_000):
            await send({"type": "http.response.body", "body": b"tick", "more_body": True})
            if (await receive())["type"] == "http.disconnect":
                return
    await send({"type": "http.response.body", "body": b"done"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(headclock, "HEADERS_S", 0.4)
    config = uvicorn.Config(app, port=0, http=PromptProtocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = server.force_exit = True
    thread.join(20)


def ended(connection: socket.socket, dribble: bytes) -> bytes:
    """What came until the server closed, while we went on dribbling."""
    got = b""
    connection.settimeout(0.05)
    for _ in range(600):
        with contextlib.suppress(OSError):
            connection.sendall(dribble)
        try:
            more = connection.recv(1_000)
        except TimeoutError:
            continue
        except ConnectionError:
            return got
        if not more:
            return got
        got += more
    raise AssertionError(f"still open after {got!r}")


@pytest.mark.parametrize(
    ("first", "dribble", "answered"),
    [
        (b"", b"", b""),
        (b"POST /read HTTP/1.1\r\nhost: x\r\n", b"x-a: b\r\n", b""),
        (b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HT", b"T", b"200"),
        (b"POST /deaf HTTP/1.1\r\nhost: x\r\ncontent-length: 99999\r\n\r\n", b"x", b"200"),
    ],
    ids=["never begins", "head without end", "second head without end", "body nobody waits for"],
)
def test_who_dawdles_is_let_go_of(port: int, first: bytes, dribble: bytes, answered: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(first)
        assert answered in ended(connection, dribble)


def test_a_body_that_is_read_and_a_stream_that_is_open_take_their_time(port: int) -> None:
    """The body's own time is `bodies`' business; a stream has none."""
    with (
        socket.create_connection(("127.0.0.1", port)) as reading,
        socket.create_connection(("127.0.0.1", port)) as streaming,
    ):
        reading.sendall(b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 20\r\n\r\n")
        streaming.sendall(b"GET /open HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"200" in streaming.recv(1_000)
        streaming.settimeout(0.1)
        for _ in range(20):
            with pytest.raises(TimeoutError):
                while streaming.recv(1_000):
                    pass
            reading.sendall(b"x")
        reading.settimeout(5)
        assert b"200" in reading.recv(1_000)


def test_it_is_what_the_server_speaks() -> None:
    assert WallWorker.CONFIG_KWARGS["http"] is PromptProtocol
    assert 5 <= headclock.HEADERS_S <= 30
