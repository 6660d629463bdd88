"""What a request brings 请求体: never too much or too slowly, and a change only from our page."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final
from urllib.parse import parse_qs

from starlette.types import Message, Receive, Scope

from dashboard.access.identity import Identity
from dashboard.access.peers import Headers, Peer, same_origin
from dashboard.access.policy import Rule

SLOWEST_S: Final = 30.0
FORM: Final = "application/x-www-form-urlencoded"
FORM_MAX: Final = 1 << 20


class BodyRefused(Exception):
    """A request body or its proof that is not taken; `status` for the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Bodies:
    """Checks changes before their route sees them."""

    def __init__(self, slowest_s: float = SLOWEST_S) -> None:
        self._slowest_s = slowest_s

    async def checked(
        self,
        scope: Scope,
        headers: Headers,
        peer: Peer,
        rule: Rule,
        identity: Identity,
        receive: Receive,
    ) -> Receive:
        """A `receive` that gives the body within the rule's size and time. Raises `BodyRefused`:
        413 too large, 408 too slow, 403 no proof that our page asked."""
        length = headers.get("content-length")
        if length and (not length.isdigit() or int(length) > rule.body):
            raise BodyRefused(413, f"请求体超过 {rule.body:,} 字节")
        limited = _Limited(receive, rule.body, self._slowest_s)
        if rule.csrf == "none":
            return limited
        if not same_origin(headers, peer.host):
            raise BodyRefused(403, "请求不是从本系统的页面发出的（Origin 不符）")
        if rule.csrf == "origin" or identity.kind != "user":
            return limited
        brought = headers.get("x-csrf-token") or headers.get("x-csrftoken")
        if not brought and headers.get("content-type").partition(";")[0].strip().lower() == FORM:
            body = await limited.whole(min(rule.body, FORM_MAX))
            brought = parse_qs(body.decode("utf-8", "replace")).get("csrf", [""])[0]
            receive = _again(body, receive)
            limited = _Limited(receive, rule.body, self._slowest_s)
        if not brought:
            query = scope.get("query_string", b"").decode("latin-1")
            brought = parse_qs(query).get("csrf", [""])[0]
        if not secrets.compare_digest(brought.encode(), identity.csrf.encode()):
            raise BodyRefused(403, "页面已过期，请刷新后重试")
        return limited


class _Limited:
    """Counts and times what comes in."""

    def __init__(self, receive: Receive, most: int, slowest_s: float) -> None:
        self._receive, self._left, self._most = receive, most, most
        self._slowest_s = slowest_s
        self._end: float | None = None
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        clock = asyncio.get_running_loop().time
        self._end = clock() + self._slowest_s if self._end is None else self._end
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            raise BodyRefused(408, "请求体来得太慢") from None
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise BodyRefused(413, f"请求体超过 {self._most:,} 字节")
            self._whole = not message.get("more_body", False)
        return message

    async def whole(self, most: int) -> bytes:
        """The body of a form."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self()
            if message["type"] != "http.request":
                raise BodyRefused(400, "连接中断")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most:
                raise BodyRefused(413, f"表单超过 {most:,} 字节")
            if not message.get("more_body", False):
                return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the route."""
    given = False

    async def once() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
