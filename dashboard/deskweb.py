"""The desk 桌面: pages for leaders and staff, one Dash app beside the wall's.

Callbacks run in the event loop of the web process (dash's FastAPI backend calls them there), so
whatever asks the ledger goes through `aside`; else the live streams would wait for it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from dash import Dash
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callbacks import desk as navigation
from dashboard.access.identity import KEY, NOBODY, Identity
from dashboard.access.policy import ACTIONS, may
from dashboard.contentpolicy import page_policy
from dashboard.packing import Packed
from dashboard.statics import Statics
from layouts.desk import PREFIX, shell
from layouts.maps import prepare as prepare_maps
from layouts.page import Desk, Page, Reader
from layouts.theme import FONT_SHEET, index_string

log = logging.getLogger(__name__)

FOLDER = "desk/"
"""The desk's own scripts and styles among the assets."""
SHARED = ("format.js",)
"""Scripts of the wall that the desk's build on: they come first."""
OF_MAP = (
    *("paint.js", "lists.js", "heat-base.js", "heat-card.js", "heat-data.js"),
    *("heat-layer.js", "heat-lists.js", "heat-map.js", "heat-marks.js", "heat-scene.js"),
)
"""The same for a desk with a map."""
_asking: ContextVar[Identity] = ContextVar("cityops_asking", default=NOBODY)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class DeskSite:
    """What the desk is made of; everything outside comes in here."""

    desk: Desk
    pages: Sequence[Page]
    statics: Statics
    register: Callable[[Dash], None]
    """Adds the callbacks of the pages."""


def asking() -> Identity:
    """Who sent the request that is being answered."""
    return _asking.get()


def reader() -> Reader:
    """The same, as layouts want to know it."""
    who = asking()
    allowed = frozenset(action for action in ACTIONS if may(who, action))
    return Reader(who.name or who.user, allowed, who.csrf)


def aside(function: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """A callback that blocks becomes one that does not: it runs in a thread, knowing who asks."""

    @wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return await run_in_threadpool(function, *args, **kwargs)

    return run


def desk_routes(site: DeskSite) -> list[Route]:
    """The routes of the desk, to stand beside the wall's."""
    dash = _dash_app(site)
    app = _Asked(Packed(dash.server, same=lambda path: "_dash-component-suites" in path))
    hosts = site.desk.map.base.get("hosts", ()) if site.desk.map else ()
    index = _Asked(_At(dash.server, PREFIX, page_policy(dash, hosts)))
    return [
        Route(PREFIX.rstrip("/"), index),
        Route(PREFIX + "_{dash:path}", app, methods=["GET", "POST"]),
        Route(PREFIX + "{page:path}", index),
    ]


def _dash_app(site: DeskSite) -> Dash:
    statics = site.statics
    mine = [name for name in statics.names if name.startswith(FOLDER)]
    styles = ["tokens.css", *(n for n in mine if n.endswith(".css"))]
    city_map = site.desk.map
    if city_map is not None:
        prepare_maps()
    shared = (*SHARED, *(OF_MAP if city_map else ()))
    scripts = [*shared, *(name for name in mine if name.endswith(".js"))]
    dash = Dash(
        "dashboard",
        server=False,
        backend="fastapi",
        routes_pathname_prefix=PREFIX,
        requests_pathname_prefix=PREFIX,
        include_assets_files=False,
        serve_locally=True,
        compress=False,
        suppress_callback_exceptions=True,
        title=f"{site.desk.city} · 桌面",
        update_title="",
        on_error=_told,
        index_string=index_string(
            [statics.url(FONT_SHEET), statics.bundle("desk", styles)],
            [statics.bundle("desk", scripts)],
            [],
            statics.url("favicon.svg"),
            {
                "timezone": site.desk.timezone,
                "map": city_map and asdict(city_map),
                "vendor": statics.url("vendor/"),
                "hold_s": 0,
            },
        ),
    )
    dash.backend.websocket_capability = False  # plotly/dash#3939: an unused socket per viewer
    dash.init_app(FastAPI(docs_url=None, redoc_url=None, openapi_url=None))
    dash.layout = lambda: shell(site.desk, site.pages, reader())
    navigation.register(dash, site.desk, site.pages, reader)
    site.register(dash)
    return dash


def _told(error: Exception) -> None:
    """A callback that failed is told in the log and fails; the page says so."""
    log.error("桌面回调出错", exc_info=error)
    raise error


class _Asked:
    """Remembers who asks while the app answers; outside Starlette's middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = scope.get(KEY)
        token = _asking.set(found if isinstance(found, Identity) else NOBODY)
        try:
            await self._app(scope, receive, send)
        finally:
            _asking.reset(token)


class _At:
    """An ASGI app that answers every request as one for `path`, under a content policy."""

    def __init__(self, app: ASGIApp, path: str, policy: str) -> None:
        self._app, self._path = app, path
        self._headers = [
            (b"content-security-policy", policy.encode()),
            (b"cache-control", b"no-store"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self._headers]}
            await send(message)

        inside = {**scope, "path": self._path, "raw_path": self._path.encode()}
        await self._app(inside, receive, with_headers)
