"""Writing and deleting 标注: plain forms, answered with the page again and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.access.identity import identity_of
from dashboard.remarkdesk import RemarkDesk
from dashboard.remarks import BadRemark
from layouts.remarklist import PAGE, REMOVE, SAVE

FIELDS = ("id", "first", "last", "text", "district")


def remark_routes(desk: RemarkDesk) -> list[Route]:
    """The guard has checked the action and the form's token."""

    async def save(request: Request) -> Response:
        who, typed = identity_of(request), await _typed(request)
        return await _answer("saved", lambda: desk.save(who, *typed.values()), typed)

    async def remove(request: Request) -> Response:
        who, typed = identity_of(request), await _typed(request)
        return await _answer("removed", lambda: desk.remove(who, typed["id"]), {})

    return [Route(SAVE, save, methods=["POST"]), Route(REMOVE, remove, methods=["POST"])]


async def _typed(request: Request) -> dict[str, str]:
    found = parse_qs((await request.body()).decode("utf-8", "replace"))
    return {name: found.get(name, [""])[0][:200] for name in FIELDS}


async def _answer(done: str, act: Callable[[], str], typed: dict[str, str]) -> Response:
    """The page again; after a mistake with everything still in its fields, and the page says
    anew what is wrong with them: an address never carries the words."""
    try:
        told = {"done": done, "id": await run_in_threadpool(act)}
    except BadRemark:
        told = {"done": "refused", **{name: text for name, text in typed.items() if text}}
    return RedirectResponse(f"{PAGE}?{urlencode(told)}", 303)
