"""Answers that are the same for everyone are made and gzipped once."""

from __future__ import annotations

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from dashboard.packing import KEPT_MAX, Packed
from tests.dashboard.asking import ask

TEXT = "城市运行墙" * 200


class Clerk:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        status = 404 if scope["path"].endswith("missing") else 200
        await PlainTextResponse(TEXT, status, {"cache-control": "max-age=9"})(scope, receive, send)


def test_the_second_visitor_gets_the_same_bytes_without_asking_again() -> None:
    clerk = Clerk()
    app = Packed(clerk, same=lambda path: path.startswith("/same/"))

    async def visits() -> None:
        first = await ask(app, "/same/a", accept_encoding="gzip")
        second = await ask(app, "/same/a", accept_encoding="gzip")
        assert first == second
        assert first.text == TEXT
        assert first.headers["content-encoding"] == "gzip"
        assert int(first.headers["content-length"]) == len(first.body) < len(TEXT)
        assert first.headers["cache-control"] == "max-age=9"
        assert clerk.asked == 1

    asyncio.run(visits())


def test_other_answers_are_gzipped_but_not_kept() -> None:
    clerk = Clerk()
    app = Packed(clerk, same=lambda path: False)

    async def visits() -> None:
        for _ in range(2):
            answer = await ask(app, "/other", accept_encoding="gzip")
            assert (answer.text, answer.headers["content-encoding"]) == (TEXT, "gzip")
        assert clerk.asked == 2

    asyncio.run(visits())


def test_who_takes_no_gzip_gets_plain_text() -> None:
    answer = asyncio.run(ask(Packed(Clerk(), same=lambda path: True), "/same/a"))
    assert (answer.body.decode(), "content-encoding" in answer.headers) == (TEXT, False)


def test_errors_are_not_kept() -> None:
    clerk = Clerk()
    app = Packed(clerk, same=lambda path: True)

    async def visits() -> None:
        for _ in range(2):
            assert (await ask(app, "/missing", accept_encoding="gzip")).status == 404
        assert clerk.asked == 2

    asyncio.run(visits())


def test_memory_is_bounded() -> None:
    clerk = Clerk()
    app = Packed(clerk, same=lambda path: True)

    async def visits() -> None:
        for n in range(KEPT_MAX + 1):
            await ask(app, f"/{n}", accept_encoding="gzip")
        await ask(app, "/1", accept_encoding="gzip")
        assert clerk.asked == KEPT_MAX + 1
        await ask(app, "/0", accept_encoding="gzip")
        assert clerk.asked == KEPT_MAX + 2

    asyncio.run(visits())
