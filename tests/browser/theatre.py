"""The wall's web process with a stage-managed stream: real site, real hub, frames from a script.

`python -m tests.browser.theatre PORT SCENES` serves; POST /_play with JSON changes the play:
`{"set": {path: value}}` alters the frame, `{"redis": false}` takes Redis away, `{"build": "x"}`
announces another build, `{"offset_ms": n}` moves the server's clock, `{"frozen": true}` stops new
frames while beats go on, `{"live": 503}` refuses streams, `{"reset": true}` starts afresh. Started
as `… PORT 1 silent` there is no frame until `{"silent": false}`; as `… PORT 1 map` the city has a
grid, see `heatplay`; `map=FOLDER` takes the grid of a store; with `ops` it has a hotline, a
platform and alarms, see `opscenery`, with `platform` no hotline; with `past` some minutes before
were recorded, see `pastplay`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from dash import html
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

import dashboard
from dashboard.alarmcards import alarm_cards
from dashboard.alarmprofile import USUAL
from dashboard.alarms.rules import AlarmSettings
from dashboard.assessment.choice import Assessment
from dashboard.assessmentcards import assessment_cards
from dashboard.bus import BusDown
from dashboard.cards import definitions
from dashboard.live import Hub, live_route
from dashboard.snapshot import slim
from dashboard.statics import Statics
from dashboard.web import WallSite, wall_site
from layouts.scene import CityMap, Scene, View
from layouts.scenes import mounted
from layouts.widgets import figure, tile
from tests.browser import opscenery, scenery
from tests.browser.heatplay import HeatPlay
from tests.browser.pastplay import past_routes

ASSETS = Path(dashboard.__file__).parent / "assets"
OPS = frozenset({"hotline", "platform"})


class Plain:
    """A city without choices of its own 缺省口径."""

    self_handled_counts_as: frozenset[str] = frozenset()
    attribution = "own"
    attribution_by: dict[str, str] = {}  # noqa: RUF012
    variants: dict[str, str] = {}  # noqa: RUF012


class Play:
    """The script: a frame that lives on, its clock, and whether Redis is there. A hub's Reader."""

    def __init__(self, silent: bool, ops: bool) -> None:
        self._ops = ops
        self._began = time.monotonic()
        self._offset_ms = 0
        self._changes: dict[str, Any] = {}
        self._seq = 1
        self._there = True
        self._nudged = asyncio.Event()
        self.frozen, self.silent = False, silent
        self.status = 200
        self._kept: bytes | None = None

    def now(self) -> int:
        """The server's clock: starts at the scenery's afternoon."""
        passed_ms = (time.monotonic() - self._began) * 1000
        return scenery.NOON_MS + int(passed_ms) + self._offset_ms

    def change(self, order: dict[str, Any]) -> None:
        """One stage direction; `reset` goes back to the beginning of the play."""
        if order.get("reset"):
            self._changes, self._there, self.frozen, self._offset_ms = {}, True, False, 0
            self.status = 200
        self._changes |= order.get("set", {})
        self._there = order.get("redis", self._there)
        self.frozen = order.get("frozen", self.frozen)
        self.silent = order.get("silent", self.silent)
        self._offset_ms = order.get("offset_ms", self._offset_ms)
        self.status = order.get("live", self.status)
        self._seq += 1
        self._nudged.set()

    async def wait(self, timeout_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._nudged.wait(), timeout_s)
        self._nudged.clear()

    def whole(self) -> dict[str, Any]:
        """The frame of this moment."""
        parts = opscenery.operations(self.now()) if self._ops else {}
        return scenery.frame(self.now(), self._seq, **{**parts, **self._changes})

    async def last_frame(self) -> bytes | None:
        if not self._there:
            raise BusDown("the play says so")
        if self.silent:
            return None
        if self.frozen and self._kept:
            return self._kept
        self._seq += 1
        self._kept = json.dumps(slim(self.whole())).encode()  # type: ignore[arg-type]
        return self._kept

    async def missed(self) -> None:
        return None

    async def close(self) -> None:
        return None


def second_scene(_view: View) -> Any:
    """A scene that only rotation tests see."""
    body = [html.Div(figure("open.cases.overdue"), id="second-figure")]
    return html.Div([tile("x", "超期", body)], className="grid")


def view_of(city_map: CityMap | None, parts: frozenset[str]) -> View:
    """What the scenes of the play know of its city."""
    return View(
        "郑州市数字化城市管理",
        scenery.TIMEZONE,
        scenery.RATES,
        definitions(Plain()) | alarm_cards(AlarmSettings(USUAL)) | assessment_cards(Assessment()),
        city_map,
        parts,
    )


def theatre(
    scenes: int = 1,
    silent: bool = False,
    heat: HeatPlay | None = None,
    parts: frozenset[str] = frozenset(),
    past: bool = False,
) -> Any:
    """The ASGI app; with `scenes` = 2 there is one other scene after the overview; `parts`: what
    the city has besides cases."""
    play = Play(silent, bool(parts))
    hub = Hub("redis://nowhere", "zhengzhou", scenery.BUILD, now=play.now, reader=lambda *_: play)
    view = view_of(heat.city_map if heat else None, parts)
    shown = list(mounted(view))
    if scenes == 2:  # the overview and another one, whatever else the wall has
        shown = [*shown[:1], Scene("second", "第二", 99, second_scene)]

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[None]:
        await hub.start()
        ticking = asyncio.create_task(tick())
        yield
        ticking.cancel()
        await hub.stop()

    async def tick() -> None:
        rng = np.random.default_rng(11)
        while True:
            await asyncio.sleep(1)
            if heat and heat.auto:
                heat.tick(heat.auto, rng)
                heat.points(4, play.now())

    async def frames() -> tuple[str, dict[str, Any]]:
        frame = await play.last_frame()
        beat = {"now": play.now(), "redis_ok": True, "build": scenery.BUILD, "seq": 1}
        return (frame or b"").decode(), {**beat, "data_at": play.now()}

    async def directed_heat(scope: Scope, receive: Receive, send: Send) -> None:
        assert heat is not None
        if scope["path"] == "/live":
            await heat.stream(frames, scope, receive, send)
        elif scope["path"] == "/_heat":
            order = await Request(scope, receive).json()
            await JSONResponse(heat.order(order, play.now()))(scope, receive, send)
        else:
            await routes(scope, receive, send)

    routes = heat.routes() if heat else None

    site = wall_site(
        WallSite(
            view=view,
            scenes=shown,
            statics=Statics(ASSETS),
            live=live_route(hub),
            build=scenery.BUILD,
            lifespan=running,
            routes=past_routes(play.now, heat) if past else (),
            more=(json.dumps(play.whole(), ensure_ascii=False),),
        )
    )

    async def direct(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == "/live" and play.status != 200:
            await PlainTextResponse("the play says so", play.status)(scope, receive, send)
            return
        heated = path == "/live" and b"heat=" in scope.get("query_string", b"")
        if heat and (
            heated or path.startswith(("/_heat", "/grid/", "/tiles/", "/heat/", "/cell/"))
        ):
            await directed_heat(scope, receive, send)
            return
        if path != "/_play":
            await site(scope, receive, send)
            return
        order = await Request(scope, receive).json()
        play.change(order)
        hub.build = order.get("build", scenery.BUILD if order.get("reset") else hub.build)
        await JSONResponse({"viewers": hub.viewers})(scope, receive, send)

    return direct


if __name__ == "__main__":
    port, scenes, *more = sys.argv[1:]
    asked = next((word for word in more if word.startswith("map")), None)
    heat = HeatPlay(asked.partition("=")[2] or None) if asked else None
    parts = OPS if "ops" in more else OPS & set(more)
    app = theatre(int(scenes), "silent" in more, heat, parts, "past" in more)
    uvicorn.run(app, port=int(port), log_level="error", timeout_graceful_shutdown=1)
