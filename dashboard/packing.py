"""Dash's own answers, gzipped; those that are the same for everyone are kept and sent again."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT_MAX: Final = 64
LEVEL: Final = 6


class Packed:
    """Wraps an ASGI app; never put it around `/live`, it gathers an answer before sending.

    `same(path)`: is the answer the same for every viewer until the process ends?
    """

    def __init__(self, app: ASGIApp, same: Callable[[str], bool]) -> None:
        self._app = app
        self._others = GZipMiddleware(app, minimum_size=512)
        self._same = same
        self._kept: OrderedDict[str, Response] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not self._same(scope["path"]):
            await self._others(scope, receive, send)
            return
        if "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        answer = self._kept.get(path)
        if answer is None:
            answer = await self._gather(scope, receive)
            if answer.status_code == 200:
                self._kept[path] = answer
                while len(self._kept) > KEPT_MAX:
                    self._kept.popitem(last=False)
        await answer(scope, receive, send)

    async def _gather(self, scope: Scope, receive: Receive) -> Response:
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self._app(scope, receive, collect)
        answer = Response(gzip.compress(b"".join(parts), LEVEL, mtime=0), start["status"])
        headers = MutableHeaders(raw=list(start.get("headers", [])))
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(answer.body))
        headers["vary"] = "accept-encoding"
        answer.raw_headers = headers.raw
        return answer
