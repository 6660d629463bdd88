"""Asks an ASGI app for one page, without a socket."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str] = field(default_factory=list)
    """Every `Set-Cookie`."""

    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


async def ask(
    app: ASGIApp,
    path: str,
    method: str = "GET",
    *,
    body: bytes = b"",
    client: str = "127.0.0.1",
    **headers: str,
) -> Answer:
    """The answer to one request from this machine; header names with `_` for `-`."""
    got: dict[str, Message] = {}
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            got["start"] = message
        else:
            parts.append(message.get("body", b""))

    headers = {"host": "127.0.0.1:8050", **headers}
    path, _, query = path.partition("?")
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
        "query_string": query.encode(),
        "headers": raw,
        "server": ("127.0.0.1", 8050),
        "client": (client, 40000),
    }
    await app(scope, receive, send)
    start = got["start"]
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    cookies = [v.decode() for k, v in start["headers"] if k.lower() == b"set-cookie"]
    return Answer(start["status"], told, b"".join(parts), cookies)
