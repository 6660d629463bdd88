"""The server's side of the heat map, played: a generated grid, its real tiles, invented figures.

POST /_heat changes the play: `{"ticks": n, "cells": k, "seed": s}` changes k cells n times and
tells viewers each time; `{"lose": true}` keeps the next telling to itself; `{"auto": k}` changes k
cells every second; `{"points": n}` tells of new cases; `{"values": key}` answers what the browser
must have.
"""

from __future__ import annotations

import asyncio
import base64
import datetime
import gzip
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

import dashboard
from dashboard.heat.deltas import pack
from dashboard.heat.keys import MEASURES, Key, described, read_key
from geo.codes import LEVELS
from geo.generate import Plan, PlannedDistrict, generate
from geo.grid import Grid
from geo.idtiles import IdTiles
from geo.store import GridStore
from layouts.scene import CityMap

Ints = NDArray[np.int64]
SHARES = {"reported": 1.0, "filed": 0.9, "open": 0.08, "overdue": 0.03, "hotline": 0.2}
LENGTHS = {"1h": 0.004, "today": 0.03, "yesterday": 0.03, "7d": 0.24, "30d": 1.0, "year": 11.0}
NAMES = {"district": "区", "street": "街道", "community": "社区", "duty_grid": "责任网格"}
NAMES["unit_cell"] = "单元网格"
CATEGORIES = ("店外经营", "暴露垃圾", "机动车乱停放", "非法小广告", "道路不洁")
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}


def small_grid() -> Grid:
    """A city of ten districts and some 3,000 cells, in the shape of the schematic 郑州."""
    file = Path(dashboard.__file__).parent / "cities" / "zhengzhou.geojson"
    features = json.loads(file.read_text())["features"]
    shapes = [shapely.geometry.shape(one["geometry"]) for one in features]
    middle = shapely.union_all(shapes).centroid
    small = [shapely.affinity.scale(one, 0.15, 0.15, origin=middle) for one in shapes]
    districts = tuple(
        PlannedDistrict(one["properties"]["code"], one["properties"]["name"]) for one in features
    )
    return generate(Plan("zhengzhou", districts, 31e6, 60, 114, np.array(small, object), True))


class HeatPlay:
    """The play; `folder` holds a grid store, else a small grid is made."""

    def __init__(self, folder: str | None = None) -> None:
        if folder:
            store = GridStore(Path(folder))
            self.grid = store.load()
            tiles = store.path(self.grid.version) / "tiles"
        else:
            self.grid = small_grid()
            tiles = Path(tempfile.mkdtemp())
        self._tiles = IdTiles(tiles, self.grid.bounds, lambda: self.grid)
        self._rng = np.random.default_rng(7)
        self._density = self._invented()
        self._cells: dict[tuple[str, str], Ints] = {}
        self._rates: dict[str, Ints] = {}
        self._seq: dict[str, int] = {}
        self.viewers: dict[asyncio.Queue[tuple[str, str]], tuple[str, ...]] = {}
        self._lose = False
        self.auto = 0
        self.base: Mapping[str, Any] = {"kind": "boundaries"}

    @property
    def city_map(self) -> CityMap:
        """What the page knows of the map."""
        return CityMap(
            self.grid.version,
            self.grid.bounds,
            ("district", "street", "duty_grid"),
            self.base,
            schematic=True,
        )

    def _invented(self) -> NDArray[np.float64]:
        """Cases in 30 days per cell: hot spots over a thin base."""
        at = self.grid.centres
        wide = np.ptp(at, axis=0)
        spots = at[self._rng.choice(len(at), 26)]
        density = np.full(len(at), 0.12)
        for spot in spots:
            far = (((at - spot) / wide) ** 2).sum(axis=1) / self._rng.uniform(2e-4, 9e-4)
            density += self._rng.uniform(2, 26) * np.exp(-far)
        return density * self._rng.exponential(1.0, len(at)) * 0.6

    def cells(self, measure: str, window: str) -> Ints:
        """The counts per cell; for a rate, of what is in time."""
        key = (measure, window)
        if key not in self._cells:
            share = SHARES.get(measure, 0.8) * LENGTHS[window]
            drawn = self._rng.poisson(self._density * share)
            self._cells[key] = drawn.astype(np.int64)
        return self._cells[key]

    def values(self, key: Key) -> Ints:
        """What the browser must have."""
        if MEASURES[key.measure].kind == "rate":
            size = len(self.grid.members(key.level))
            return np.random.default_rng(size).integers(-1, 1001, size)
        cells = self.cells(key.measure, key.window)
        if key.level == "unit_cell":
            return cells
        out = np.zeros(len(self.grid.members(key.level)), np.int64)
        np.add.at(out, self.grid.parent[key.level], cells)
        return out

    def whole(self, text: str) -> dict[str, Any]:
        """`GET /heat/<key>`."""
        key = read_key(text)
        values = self.values(key)
        zipped = gzip.compress(values.astype("<i4").tobytes())
        return {
            "key": text,
            "seq": self._seq.setdefault(text, 1_000),
            "as_of": 0,
            "grid": self.grid.version,
            "values": base64.b64encode(zipped).decode(),
            **self._said(key, values),
        }

    def _said(self, key: Key, values: Ints) -> dict[str, Any]:
        rate = MEASURES[key.measure].kind == "rate"
        order = np.argsort(values if rate else -values, kind="stable")
        rows = [self._row(key, int(i), int(values[i])) for i in order[:400] if values[i] > 0][:10]
        total = 934 if rate else int(self.cells(key.measure, key.window).sum())
        return {
            "total": total,
            "outside": 31,
            "unlocated": 12,
            "top": rows,
            "repeat": [
                {**row, "category": CATEGORIES[n % 5], "n": 14 - n} for n, row in enumerate(rows)
            ],
        }

    def _row(self, key: Key, i: int, n: int) -> dict[str, Any]:
        if key.level != "unit_cell":
            level = self.grid.levels[key.level]
            return {"i": i, "code": level.codes[i], "name": level.names[i], "place": "", "n": n}
        above = self.grid.parents_of(i)
        place = f"{above['district'][1]} {above['street'][1]}"
        code = str(self.grid.codes[i])
        return {"i": i, "code": code, "name": above["community"][1], "place": place, "n": n}

    def tick(self, cells: int, rng: np.random.Generator) -> None:
        """Changes cells of every figure that is watched, and tells its viewers."""
        watched = {read_key(text) for keys in self.viewers.values() for text in keys}
        before = {key: self.values(key).copy() for key in watched}
        for measure, window in sorted({(key.measure, key.window) for key in watched}):
            values = self.cells(measure, window)
            chosen = rng.choice(len(values), min(cells, len(values)), replace=False)
            values[chosen] = rng.poisson(rng.exponential(6, len(chosen)))
        for key, old in before.items():
            values = self.values(key)
            index = np.flatnonzero(values != old)
            base = self._seq.setdefault(str(key), 1_000)
            self._seq[str(key)] = base + 1 + int(rng.integers(50))
            told = {"key": str(key), "base": base, "seq": self._seq[str(key)], "as_of": 0}
            told["d"] = base64.b64encode(pack(index, values[index])).decode()
            said = self._said(key, values)
            said.pop("repeat")
            self._tell("heat", {**told, **said}, str(key))
        self._lose = False

    def _tell(self, event: str, data: Any, key: str = "") -> None:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        if self._lose and key:
            return
        for queue, keys in self.viewers.items():
            if not key or key in keys:
                queue.put_nowait((event, text))

    def points(self, count: int, at: int) -> None:
        """New cases somewhere."""
        cells = self._rng.choice(len(self.grid), count, p=self._density / self._density.sum())
        rows = [
            {
                "lon": float(self.grid.centres[i, 0]),
                "lat": float(self.grid.centres[i, 1]),
                "i": int(i),
                "at": at,
                "category": CATEGORIES[int(i) % 5],
                "step": "上报",
            }
            for i in cells
        ]
        self._tell("points", rows)

    def replay(self, day: str, measure: str, level: str) -> dict[str, Any]:
        """A day by quarter hours, up to 14:30."""
        start = datetime.datetime.fromisoformat(day + "T00:00:00+08:00").timestamp() * 1000
        final = self.values(Key(measure, "today", level)).copy()
        rng = np.random.default_rng(3)
        now, steps = np.zeros_like(final), []
        for n in range(59):
            more = rng.binomial(final - now, 1 / (59 - n)) if (final >= now).all() else 0 * now
            index = np.flatnonzero(more)
            now = now + more
            d = base64.b64encode(pack(index, now[index])).decode()
            steps.append({"at": start + n * 900_000, "d": d})
        return {"steps": steps}

    def order(self, order: dict[str, Any], now: int) -> dict[str, Any]:
        """One stage direction."""
        self._lose = order.get("lose", self._lose)
        self.auto = order.get("auto", self.auto)
        rng = np.random.default_rng(order.get("seed", 1))
        for _ in range(order.get("ticks", 0)):
            self.tick(order.get("cells", 300), rng)
        if order.get("points"):
            self.points(order["points"], now)
        if "values" in order:
            return {"values": self.values(read_key(order["values"])).tolist()}
        return {"viewers": len(self.viewers)}

    def meta(self) -> dict[str, Any]:
        """`GET /grid/meta.json`."""
        return {
            "version": self.grid.version,
            "n": len(self.grid),
            "bounds": self.grid.bounds,
            "zooms": [8, 16],
            "origin": "generated",
            "schematic": True,
            "approval": None,
            "base": dict(self.base),
            "levels": [
                {"id": id, "name": NAMES[id], "count": len(self.grid.members(id))} for id in LEVELS
            ],
            **described(),
            "classes": [0, 1, 2, 3, 5, 8, 12, 20, 35],
            "repeat": {"times": 5, "days": 30},
            "case_lists": False,
        }

    def cell(self, level: str, i: int) -> dict[str, Any]:
        """`GET /cell/<level>/<i>`."""
        member = i if level == "unit_cell" else int(np.argmax(self.grid.parent[level] == i))
        names = {id: name for id, (_, name) in self.grid.parents_of(member).items()}
        counts = {
            measure: {w: int(self.values(Key(measure, w, level))[i]) for w in LENGTHS}
            for measure in MEASURES
        }
        trend = self._rng.poisson(3, 30).tolist()
        return {
            "code": self.grid.members(level)[i],
            **names,
            "counts": counts,
            "trend": trend,
            "before_30d": 60,
        }

    def routes(self) -> Router:
        """Everything but the stream."""

        async def meta(_request: Request) -> JSONResponse:
            return JSONResponse(self.meta())

        async def tile(request: Request) -> Response:
            z, x, y = (int(request.path_params[name]) for name in "zxy")
            content = await asyncio.to_thread(self._tiles.tile, z, x, y)
            return Response(content, headers={**FOREVER, "content-encoding": "gzip"})

        async def parent(request: Request) -> Response:
            values = self.grid.parent[request.path_params["level"]].astype("<i4").tobytes()
            zipped = gzip.compress(values)
            return Response(zipped, headers={**FOREVER, "content-encoding": "gzip"})

        async def members(request: Request) -> JSONResponse:
            level = self.grid.levels[request.path_params["level"]]
            at = shapely.get_coordinates(shapely.point_on_surface(level.outlines))
            told = {"codes": level.codes, "names": level.names, "centres": at.round(5).tolist()}
            return JSONResponse(told, headers=FOREVER)

        async def outlines(request: Request) -> JSONResponse:
            level = self.grid.levels[request.path_params["level"]]
            features = [
                {
                    "type": "Feature",
                    "properties": {"code": code},
                    "geometry": json.loads(shapely.to_geojson(shape)),
                }
                for code, shape in zip(level.codes, level.outlines, strict=True)
            ]
            return JSONResponse({"type": "FeatureCollection", "features": features})

        async def heat(request: Request) -> JSONResponse:
            return JSONResponse(self.whole(request.path_params["key"]))

        async def replay(request: Request) -> JSONResponse:
            asked = request.query_params
            told = self.replay(request.path_params["day"], asked["measure"], asked["level"])
            return JSONResponse(told)

        async def cell(request: Request) -> JSONResponse:
            return JSONResponse(self.cell(request.path_params["level"], request.path_params["i"]))

        return Router(
            [
                Route("/grid/meta.json", meta),
                Route("/grid/{version}/parent/{level}.bin", parent),
                Route("/grid/{version}/members/{level}.json", members),
                Route("/grid/{version}/outlines/{level}.geojson", outlines),
                Route("/grid/{version}/lines/{level}.geojson", outlines),
                Route("/tiles/{version}/{z:int}/{x:int}/{y:int}", tile),
                Route("/heat/replay/{day}", replay),
                Route("/heat/{key}", heat),
                Route("/cell/{level}/{i:int}", cell),
            ]
        )

    async def stream(self, frames: Any, scope: Scope, receive: Receive, send: Send) -> None:
        """`GET /live?heat=…`: a key frame and a beat every second, heat as it happens."""
        keys = tuple(Request(scope).query_params["heat"].split(","))
        queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.viewers[queue] = keys
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

        async def say(event: str, data: str) -> None:
            body = f"event: {event}\ndata: {data}\n\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})

        async def talk() -> None:
            last = 0.0
            for key in keys:
                at = self._seq.setdefault(key, 1_000)
                stand = {"key": key, "base": at, "seq": at, "as_of": 0, "d": ""}
                await say("heat", json.dumps(stand))
            while True:
                now = asyncio.get_running_loop().time()
                if now - last >= 1:
                    last = now
                    frame, beat = await frames()
                    await say("key", frame)
                    await say("beat", json.dumps(beat))
                try:
                    event, data = await asyncio.wait_for(queue.get(), max(0.01, last + 1 - now))
                    await say(event, data)
                except TimeoutError:
                    continue

        talking = asyncio.create_task(talk())
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            talking.cancel()
            del self.viewers[queue]
