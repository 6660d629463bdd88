"""Asks an ASGI app for one page, without a socket."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from starlette.types import ASGIApp, Message


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


async def ask(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> Answer:
    """The answer to one request; header names with `_` for `-`."""
    got: dict[str, Message] = {}
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            got["start"] = message
        else:
            parts.append(message.get("body", b""))

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"wall.test"), *raw],
        "server": ("wall.test", 80),
        "client": ("10.0.0.7", 40000),
    }
    await app(scope, receive, send)
    start = got["start"]
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], told, b"".join(parts))
