"""The web surface of the wall 网页: one Dash page, our files, the live stream, and how it is:
`/healthz` (send screens here?), `/livez` (does it answer at all?).

The live stream stands beside Dash, outside its and Starlette's middleware: those gather or
buffer answers, a stream must not be.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from dash import Dash
from dash.development.base_component import Component
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.contentpolicy import page_policy
from dashboard.leandash import LeanDash
from dashboard.packing import Packed
from dashboard.statics import Statics
from layouts.folded import folded
from layouts.scene import Scene, View
from layouts.theme import FONT_SHEET, font_slices, in_order, index_string
from layouts.wall import wall

PREFIX: Final = "/wall/"
LIVE: Final = "/live"
DWELL_S: Final = 20
HOLD_S: Final = 60

Lifespan = Callable[[], contextlib.AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class WallSite:
    """What the site is made of; everything outside comes in here."""

    view: View
    scenes: Sequence[Scene]
    statics: Statics
    live: ASGIApp
    """The SSE route, plain ASGI."""
    build: str
    """Screens reload when the stream says another one."""
    health: Callable[[], Mapping[str, Any]] = dict
    """More for `/healthz`, e.g. whether Redis answers."""
    waits: Callable[[], Sequence[str]] = tuple
    """What is still missing before screens may be sent here, see `readiness`."""
    lifespan: Lifespan = contextlib.nullcontext
    """Runs around serving, after the fork: the hub's subscription."""
    dwell_s: float = DWELL_S
    """How long a scene stays 停留; `?dwell=` of a screen's URL wins."""
    hold_s: float = HOLD_S
    """How long rotation rests after a key or a touch; `?hold=` wins."""
    routes: Sequence[Route] = ()
    """Of other rooms: signing in, the map; see `loginweb`, `gridweb`."""
    more: tuple[str, ...] = field(default=())
    """Texts that come only with frames (category names…), so that their glyphs are preloaded."""


def build_id(release: str, view: View, scenes: Sequence[Scene], statics: Statics) -> str:
    """The build 版本: the release and a hash of all that a screen loads, layout and texts too. The
    same in every process of the same program: a wall that moves to another web node stays."""
    page = json.dumps(wall(view, scenes), sort_keys=True, default=Component.to_plotly_json)
    texts = repr((view.map, sorted(view.definitions.items()), statics.digest))
    return f"{release}-{hashlib.sha256((page + texts).encode()).hexdigest()[:12]}"


def wall_site(site: WallSite) -> Router:
    """The ASGI app of one web process."""
    dash = _dash_app(site)
    packed = Packed(dash.server, same=_same_for_everyone)
    ready = False

    @contextlib.asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        nonlocal ready
        async with site.lifespan():
            await _warm_up(packed, f"{PREFIX}_dash-layout", f"{PREFIX}_dash-dependencies")
            page = await _warm_up(packed, PREFIX)
            await _warm_up(packed, *_SCRIPT.findall(page))
            ready = True
            yield

    async def healthz(_request: Request) -> JSONResponse:
        waits = [*(() if ready else ("warmed",)), *site.waits()]
        state = {"ok": not waits, "waits": waits, "build": site.build, **site.health()}
        return JSONResponse(state, 503 if waits else 200, {"cache-control": "no-store"})

    async def livez(_request: Request) -> JSONResponse:
        return JSONResponse({"build": site.build}, headers={"cache-control": "no-store"})

    async def home(_request: Request) -> RedirectResponse:
        return RedirectResponse(PREFIX.rstrip("/"))

    async def missing(_request: Request) -> PlainTextResponse:
        scenes = "、".join(f"{PREFIX}{scene.id}" for scene in site.scenes)
        return PlainTextResponse(f"没有这个画面。现有：/wall、{scenes}", 404)

    hosts = site.view.map.base.get("hosts", ()) if site.view.map else ()
    page = _Endpoint(
        packed,
        PREFIX,
        {"content-security-policy": page_policy(dash, hosts), "cache-control": "no-cache"},
    )
    return Router(
        [
            Route(LIVE, _Endpoint(site.live)),
            Route("/healthz", healthz),
            Route("/livez", livez),
            *site.routes,
            Mount(site.statics.prefix.rstrip("/"), site.statics),
            Route("/", home),
            *(Route(path, page) for path in ("/wall", PREFIX)),
            *(Route(PREFIX + scene.id, page) for scene in site.scenes),
            Route(PREFIX + "_{dash:path}", _Endpoint(packed)),
            Route(PREFIX + "{scene:path}", missing),
        ],
        lifespan=lifespan,
    )


def _dash_app(site: WallSite) -> Dash:
    statics = site.statics
    names = statics.names if site.view.map else [n for n in statics.names if not _of_maps(n)]
    styles, scripts = in_order(names)
    definitions = {key: text.as_json() for key, text in site.view.definitions.items()}
    page = {
        "build": site.build,
        "timezone": site.view.timezone,
        "live": LIVE,
        "dwell_s": site.dwell_s,
        "hold_s": site.hold_s,
        "definitions": definitions,
        "map": site.view.map and asdict(site.view.map),
        "vendor": statics.url("vendor/"),
    }
    layout = wall(site.view, site.scenes)
    spoken = (_COMMENT.sub("", statics.text(name)) for name in scripts)
    words = "".join((*_words(layout), *spoken, *site.more))
    slices = font_slices(statics.text(FONT_SHEET), words)
    folder = FONT_SHEET.rpartition("/")[0]
    dash = LeanDash(
        "dashboard",
        server=False,
        backend="fastapi",
        routes_pathname_prefix=PREFIX,
        requests_pathname_prefix=PREFIX,
        include_assets_files=False,
        serve_locally=True,
        compress=False,
        title=f"{site.view.city} · 城市运行墙",
        update_title="",
        index_string=index_string(
            [
                statics.url(FONT_SHEET),
                statics.bundle("wall", [n for n in styles if n != FONT_SHEET]),
            ],
            [statics.bundle("wall", scripts)],
            [statics.url(f"{folder}/{name}") for name in slices],
            statics.url("favicon.svg"),
            page,
        ),
    )
    dash.backend.websocket_capability = False  # plotly/dash#3939: an unused socket per viewer
    dash.init_app(FastAPI(docs_url=None, redoc_url=None, openapi_url=None))
    dash.layout = folded(layout)
    return dash


def _of_maps(name: str) -> bool:
    """Whether only pages with a map load this file."""
    return name.startswith(("heat", "scene-grid-heat", "vendor/"))


_SCRIPT = re.compile(r'<script[^>]* src="(/wall/_dash-component-suites/[^"?]+)')
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def _words(node: Any) -> Iterator[str]:
    """Every text a layout shows."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list | tuple):
        for child in node:
            yield from _words(child)
    elif isinstance(node, Component):
        yield from _words(getattr(node, "children", None))


_FIXED = re.compile(r"/wall/(_dash-layout|_dash-dependencies|_dash-component-suites/.*)?")


def _same_for_everyone(path: str) -> bool:
    return _FIXED.fullmatch(path) is not None


class _Endpoint:
    """An ASGI app as the end of a route; every request is for `path`, if given, and every answer
    carries `headers`."""

    def __init__(
        self, app: ASGIApp, path: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self._app, self._path = app, path
        self._headers = [(k.encode(), v.encode()) for k, v in (headers or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self._headers]}
            await send(message)

        if self._path:
            scope = {**scope, "path": self._path, "raw_path": self._path.encode()}
        await self._app(scope, receive, with_headers if self._headers else send)


async def _warm_up(app: ASGIApp, *paths: str) -> str:
    """Asks for pages ourselves before anyone else: the first page can fail under threads
    (plotly/dash#3971), and the answers are kept gzipped. Gives the last one; raises RuntimeError if
    one is not 200."""
    body = b""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    for path in paths:
        status: list[int] = []

        async def send(message: Message, status: list[int] = status) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                status.append(message["status"])
            else:
                body = message.get("body", b"") or body

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"localhost"), (b"accept-encoding", b"gzip")],
            "server": ("localhost", 80),
            "client": ("localhost", 0),
        }
        await app(scope, receive, send)
        if status != [200]:
            raise RuntimeError(f"warm-up of {path}: status {status}")
    return gzip.decompress(body).decode() if body.startswith(b"\x1f\x8b") else body.decode()
