"""The auditor's page 审计日志: newest first, by action; the chain checked; everything as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.access.auditpage import Line, page
from dashboard.access.identity import identity_of
from dashboard.access.pages import Look
from dashboard.access.trail import NAMES, Entry, Link, line_of
from dashboard.accessweb import peer_in
from dashboard.signing import Signing

PAGE: Final = 100


def audit_routes(signing: Signing | None, look: Look, zone: str) -> Sequence[Route]:
    """The page and its export; nothing where nobody can sign in."""
    if signing is None:
        return ()
    clock, log = ZoneInfo(zone), signing.log

    def shown(link: Link) -> Line:
        at = datetime.fromtimestamp(link.entry.at / 1000, clock).strftime("%Y-%m-%d %H:%M:%S")
        name = NAMES.get(link.entry.action, link.entry.action)
        return Line(link.seq, at, name, link.entry, link.detail)

    async def show(request: Request) -> Response:
        asked = request.query_params
        action = asked.get("action", "") if asked.get("action") in NAMES else ""
        text = asked.get("before", "")
        before = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
        found = await run_in_threadpool(log.newest, PAGE + 1, before, action)
        verdict = await run_in_threadpool(log.verify) if "check" in asked else None
        older = found[PAGE - 1].seq if len(found) > PAGE else None
        lines = [shown(link) for link in found[:PAGE]]
        checked = None if verdict is None else (verdict.entries, verdict.wrong)
        body = page(look, lines, action, older, checked)
        return HTMLResponse(body, headers={"cache-control": "no-store"})

    async def export(request: Request) -> Response:
        who = identity_of(request)
        entry = Entry(
            signing.now(), who.user, "audit.export", "web", {}, peer_in(request.scope).address
        )
        await run_in_threadpool(log.add, entry)

        def lines() -> Iterator[str]:
            for link in log.entries():
                yield line_of(link) + "\n"

        name = datetime.now(clock).strftime("audit-%Y%m%d-%H%M%S.jsonl")
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        headers["cache-control"] = "no-store"
        return StreamingResponse(lines(), headers=headers, media_type="application/x-ndjson")

    return [Route("/audit", show), Route("/audit/export", export)]
