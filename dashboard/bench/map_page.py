"""The pages that the map bench opens 基准页面: our wall with a map, and the same cells as GeoJSON.

Both from one server of this process: the wall is the shipped one but for its figures, which the
bench hands over itself; `/plain/` is a `dl.Map` with every cell in a `dl.GeoJSON`.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import dash_leaflet as dl  # type: ignore[import-untyped]
import numpy as np
import orjson
import shapely  # type: ignore[import-untyped]
import uvicorn
from dash import Dash, html
from fastapi import FastAPI
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from dashboard.bench.live_line import HOST, free_port
from dashboard.cards import definitions
from dashboard.gridfiles import GridFiles
from dashboard.gridweb import MapSite, map_routes
from dashboard.heat.keys import read_key
from dashboard.heatquery import HeatQuery
from dashboard.profile import Profile
from dashboard.statics import Statics
from dashboard.web import WallSite, wall_site
from geo.grid import Grid
from geo.store import GridStore
from layouts.scene import CityMap, View
from layouts.scenes import mounted

ASSETS: Final = Path(__file__).parent.parent / "assets"
SEQ: Final = 1_000
PLAIN: Final = "/plain/"
HOOK: Final = """<script>(() => {
  let L;
  Object.defineProperty(window, 'L', { configurable: true, get: () => L, set(leaflet) {
    L = leaflet;
    L.Map.addInitHook(function () { window.plainMap = this; });
  } });
  window.plain = { style: () => ({ fillColor: '#0f1822', fillOpacity: 1, weight: 0 }) };
})();</script>"""


class Figures:
    """Values of every key as the server would send them; sums by parent."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        rng = np.random.default_rng(5)
        self.cells: NDArray[np.int64] = rng.poisson(rng.exponential(0.3, len(grid)))

    async def whole(self, text: str) -> bytes:
        """`GET /heat/<key>`, gzipped JSON."""
        key = read_key(text)
        values = self.cells
        if key.level != "unit_cell":
            values = np.zeros(len(self._grid.members(key.level)), np.int64)
            np.add.at(values, self._grid.parent[key.level], self.cells)
        zipped = gzip.compress(values.astype("<i4").tobytes(), 1)
        told = {"key": text, "seq": SEQ, "as_of": 0, "grid": self._grid.version}
        told |= {"total": int(self.cells.sum()), "top": [], "repeat": []}
        return gzip.compress(orjson.dumps({**told, "values": base64.b64encode(zipped).decode()}), 1)


def _no_query() -> HeatQuery:
    raise RuntimeError("the bench asks no ledger")


def _wall(profile: Profile, store: GridStore, grid: Grid) -> Any:
    files = GridFiles(store, grid.version)
    city = CityMap(grid.version, grid.bounds, files.outlines, schematic=grid.origin.schematic)
    view = View(profile.title, profile.timezone, profile.key_rates, definitions(profile), map=city)
    site = MapSite(files, Figures(grid), _no_query, {"base": city.base})
    return wall_site(
        WallSite(
            view,
            mounted(view),
            Statics(ASSETS),
            _quiet_stream,
            "bench",
            routes=map_routes(site),
            dwell_s=1e6,
        )
    )


async def _quiet_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """A stream that beats and says nothing else."""
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while True:
        now = int(time.time() * 1000)
        beat = orjson.dumps({"now": now, "redis_ok": True, "build": "bench", "data_at": now})
        body = b"event: beat\ndata: " + beat + b"\n\n"
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await asyncio.sleep(1)


def _plain(grid: Grid) -> Any:
    """`dl.GeoJSON` of all cells, canvas renderer: the quickest that dash-leaflet offers."""
    west, south, east, north = grid.bounds
    dash = Dash(
        "plain",
        server=False,
        backend="fastapi",
        routes_pathname_prefix=PLAIN,
        requests_pathname_prefix=PLAIN,
        serve_locally=True,
        index_string=Dash("x").index_string.replace("<head>", "<head>" + HOOK),
    )
    dash.backend.websocket_capability = False
    server = FastAPI()
    dash.init_app(server)
    cells = dl.GeoJSON(url=PLAIN + "cells.geojson", style={"variable": "plain.style"})
    dash.layout = html.Div(
        dl.Map(
            [cells],
            center=[(south + north) / 2, (west + east) / 2],
            zoom=11,
            preferCanvas=True,
            trackViewport=False,
            style={"height": "100vh"},
        )
    )
    return server


def _cells(grid: Grid) -> bytes:
    shapes = shapely.to_geojson(shapely.set_precision(grid.shapes, 1e-6))
    rows = (
        f'{{"type":"Feature","properties":{{"i":{i}}},"geometry":{shape}}}'
        for i, shape in enumerate(shapes)
    )
    return ('{"type":"FeatureCollection","features":[' + ",".join(rows) + "]}").encode()


@contextmanager
def serving(profile: Profile, store: GridStore, grid: Grid) -> Iterator[str]:
    """Both pages at the URL given, until left."""
    cells = gzip.compress(_cells(grid), 1)

    async def geojson(_request: Request) -> Response:
        return Response(cells, headers={"content-encoding": "gzip"}, media_type="application/json")

    wall, plain = _wall(profile, store, grid), _plain(grid)
    file = Router([Route(PLAIN + "cells.geojson", geojson)])

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        app = wall if not path.startswith(PLAIN) else file if path.endswith(".geojson") else plain
        await app(scope, receive, send)

    port = free_port()
    config = uvicorn.Config(either, HOST, port, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.05)
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
