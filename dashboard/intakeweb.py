"""`POST /api/events` 事件接入: acknowledged when Redis has them, one verdict an event.

Sending the same events again changes nothing; whatever the answer, a sender may repeat a batch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.identity import identity_of
from dashboard.bus import BusDown, BusFull
from dashboard.intake import BadBatch, Judged, Rate, judged, lines_of

log = logging.getLogger(__name__)

AGAIN_S: Final = 5
NOTED: Final = 3
"""Refused events of one request that have a line each in the log."""


class Stream(Protocol):
    """Where events go; `bus.Bus` is one."""

    def send(self, bodies: Sequence[bytes]) -> str: ...
    def reject(self, rejections: Sequence[tuple[str, str, bytes]]) -> None: ...


def intake_routes(stream: Stream, per_s: float, now: Callable[[], int]) -> Sequence[Route]:
    """The route of senders, at most `per_s` events a second from each."""
    rate = Rate(per_s, now)

    async def events(request: Request) -> Response:
        who = identity_of(request)
        if request.headers.get("content-encoding", "identity") != "identity":
            return PlainTextResponse("content-encoding：请不压缩", 415)
        try:
            lines = lines_of(await request.body(), request.headers.get("content-type", ""))
        except BadBatch as error:
            return PlainTextResponse(str(error), error.status)
        if wait_s := rate.take(who.user, len(lines)):
            text = f"太快：每秒至多 {per_s:g} 条，{wait_s} 秒后再送"
            return PlainTextResponse(text, 429, {"retry-after": str(wait_s)})
        at = now()
        found = await run_in_threadpool(lambda: [judged(one, at, who.sent_by) for one in lines])
        sent, trouble = await run_in_threadpool(_send, stream, found, f"http:{who.name}")
        _note(found, who.user)
        return _answer(found, sent, trouble)

    return [Route("/api/events", events, methods=["POST"])]


def _send(stream: Stream, found: Sequence[Judged], source: str) -> tuple[int, str]:
    """Hands the good ones on; how many Redis took, and what kept it from taking the rest."""
    good = [one.line for one in found if not one.reason]
    sent, trouble = len(good), ""
    try:
        if good:
            stream.send(good)
    except BusFull as error:
        sent, trouble = error.accepted, "Redis 已满"
    except BusDown as error:
        log.warning("接入的事件没有送进 Redis: %s", error)
        sent, trouble = 0, "Redis 不可用"
    bad = [(source, one.reason, one.line) for one in found if one.reason]
    if bad and not trouble:
        with suppress(BusDown, BusFull):  # the sender has the reasons; the copy here is for us
            stream.reject(bad)
    return sent, trouble


def _note(found: Sequence[Judged], sender: str) -> None:
    """What was refused, a few of them by name: whoever looks into it has the request's number."""
    bad = [one for one in found if one.reason]
    for one in bad[:NOTED]:
        log.warning("拒收: %s", one.reason, extra={"event_id": one.id, "sender": sender})
    if len(bad) > NOTED:
        log.warning("本次另拒收 %d 个", len(bad) - NOTED, extra={"sender": sender})
    log.debug("接入 %d 个事件", len(found) - len(bad), extra={"sender": sender})


def _answer(found: Sequence[Judged], sent: int, trouble: str) -> Response:
    results: list[dict[str, Any]] = []
    good = 0
    for one in found:
        if one.reason:
            results.append({"id": one.id, "status": "rejected", "reason": one.reason})
            continue
        good += 1
        if good <= sent:
            results.append({"id": one.id, "status": "accepted"})
        else:
            results.append({"id": one.id, "status": "retry", "reason": trouble})
    counts = {"accepted": sent, "rejected": len(found) - good, "retry": good - sent}
    headers = {"cache-control": "no-store"}
    if trouble:
        headers["retry-after"] = str(AGAIN_S)
    body = orjson.dumps({**counts, "results": results})
    return Response(body, 503 if trouble else 200, headers, "application/json")
