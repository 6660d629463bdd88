"""Routes of the screens 大屏: the beat a page posts; the page that shows and orders them about."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.access.identity import Identity, identity_of
from dashboard.access.policy import may
from dashboard.redislink import BusDown, BusFull
from dashboard.screenbeat import BadBeat, read_beat
from dashboard.screendesk import Refused, ScreenDesk
from dashboard.screenpage import PATH, ScreenLook, page

log = logging.getLogger(__name__)

NO_STORE: Final = {"cache-control": "no-store"}
POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SAID: Final = {
    "order": "遥控已发出，办了没有看那块屏的“遥控”一行",
    "settings": "排片已改，几秒内生效",
}
Tabs = Callable[[Identity], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class ScreenSite:
    """What the routes are made of."""

    desk: ScreenDesk
    look: ScreenLook
    tabs: Tabs
    """The desk's navigation for whoever asks: (title, URL)."""


def screen_routes(site: ScreenSite) -> Sequence[Route]:
    """To stand before the desk's, which take every path below `/desk/`."""
    return [
        Route("/wall/beat", _beat(site.desk), methods=["POST"]),
        Route(PATH, _show(site)),
        Route(f"{PATH}/order", _change(site, "order", site.desk.order), methods=["POST"]),
        Route(f"{PATH}/settings", _change(site, "settings", site.desk.arrange), methods=["POST"]),
    ]


def _beat(desk: ScreenDesk) -> Callable[[Request], object]:
    async def beat(request: Request) -> Response:
        who = identity_of(request)
        if who.kind != "wall":  # somebody on this machine, where the wall is open to it
            return PlainTextResponse("不是屏幕", 403, NO_STORE)
        try:
            said = read_beat(await request.body())
            await run_in_threadpool(desk.heard, who.user, said)
        except BadBeat as error:
            return PlainTextResponse(str(error), 400, NO_STORE)
        except (BusDown, BusFull) as error:
            log.debug("屏幕心跳没有存下: %s", error)
            return PlainTextResponse("Redis 不可用", 503, NO_STORE)
        return Response(status_code=204, headers=NO_STORE)

    return beat


def _show(site: ScreenSite) -> Callable[[Request], object]:
    async def show(request: Request) -> Response:
        said = SAID.get(request.query_params.get("done", ""), "")
        return await _page(site, identity_of(request), said)

    return show


def _change(
    site: ScreenSite, done: str, act: Callable[[Identity, dict[str, str]], None]
) -> Callable[[Request], object]:
    """A form's answer: on to the page, or the page with what is wrong."""

    async def change(request: Request) -> Response:
        who = identity_of(request)
        body = (await request.body()).decode("utf-8", "replace")
        fields = {name: values[-1] for name, values in parse_qs(body).items()}
        try:
            await run_in_threadpool(act, who, fields)
        except Refused as error:
            return await _page(site, who, wrong=str(error), status=400)
        except (BusDown, BusFull):
            return await _page(site, who, wrong="Redis 不可用，遥控没有发出", status=503)
        return RedirectResponse(f"{PATH}?done={done}", 303, NO_STORE)

    return change


async def _page(
    site: ScreenSite, who: Identity, said: str = "", wrong: str = "", status: int = 200
) -> Response:
    found, away = await run_in_threadpool(site.desk.board)
    body = page(
        site.look,
        who,
        found,
        tabs=site.tabs(who),
        may_order=may(who, "system.manage"),
        said=said,
        wrong=wrong or away,
    )
    return HTMLResponse(body, status, {**NO_STORE, "content-security-policy": POLICY})
