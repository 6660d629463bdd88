"""The map's routes 地图接口: the grid once and for ever, values, one place, a day's time-lapse."""

from __future__ import annotations

import gzip
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.identity import Identity, identity_of
from dashboard.access.policy import may
from dashboard.gridfiles import GridFiles, NoFile
from dashboard.heat.keys import MEASURES, UnknownKey, described, read_key
from dashboard.heatquery import HeatQuery, UnknownPlace
from dashboard.statics import FOREVER
from geo.idtiles import NoTile

log = logging.getLogger(__name__)

JSON: Final = "application/json"
REPLAY_KEPT_S: Final = 60.0
REPLAYS_KEPT: Final = 32


class Values(Protocol):
    """Whole vectors; `heathub.HeatHub` gives them."""

    async def whole(self, text: str) -> bytes | None: ...


@dataclass(frozen=True)
class MapSite:
    """What the map's routes are made of."""

    files: GridFiles
    values: Values
    query: Callable[[], HeatQuery]
    """Opens the ledger when the first place is asked for."""
    told: Mapping[str, Any]
    """More for `/grid/meta.json`: the base map, 审图号, 顽疾 rule."""
    case_lists: bool = False
    """案卷清单, for people who may see them; never for walls."""


def map_routes(site: MapSite) -> Sequence[Route]:
    """The routes of a city that has a grid."""
    answers = _Answers(site)
    table: Mapping[str, Callable[[Request], Awaitable[Response]]] = {
        "/grid/meta.json": answers.meta,
        "/grid/{version}/members/{level}.json": answers.members,
        "/grid/{version}/parent/{level}.bin": answers.parent,
        "/grid/{version}/outlines/{level}.geojson": answers.outlines,
        "/grid/{version}/lines/{level}.geojson": answers.lines,
        "/tiles/{version}/{z:int}/{x:int}/{y:int}": answers.tile,
        "/heat/replay/{day}": answers.replay,
        "/heat/{key}": answers.heat,
        "/cell/{level}/{i:int}": answers.cell,
    }
    return [Route(path, answer) for path, answer in table.items()]


class _Answers:
    def __init__(self, site: MapSite) -> None:
        self._site, self._files = site, site.files
        meta = {
            **site.files.meta(),
            **described(),
            "classes": MEASURES["reported"].classes,
            **site.told,
        }
        self._meta = {
            lists: gzip.compress(orjson.dumps({**meta, "case_lists": lists}), 9, mtime=0)
            for lists in (False, True)
        }
        self._replays: dict[tuple[int, str, str], tuple[float, bytes]] = {}

    async def meta(self, request: Request) -> Response:
        meta = self._meta[self._lists(identity_of(request))]
        return _packed(request, meta, JSON, {"cache-control": "no-cache, private"})

    def _lists(self, who: Identity) -> bool:
        return self._site.case_lists and may(who, "cases.list")

    async def members(self, request: Request) -> Response:
        return await self._kept(request, self._files.members, JSON)

    async def parent(self, request: Request) -> Response:
        return await self._kept(request, self._files.parent, "application/octet-stream")

    async def outlines(self, request: Request) -> Response:
        return await self._kept(request, self._files.outline, "application/geo+json")

    async def lines(self, request: Request) -> Response:
        return await self._kept(request, self._files.lines, "application/geo+json")

    async def _kept(self, request: Request, find: Callable[[str], bytes], media: str) -> Response:
        level = request.path_params["level"]
        return await self._immutable(request, partial(find, level), media, level)

    async def tile(self, request: Request) -> Response:
        z, x, y = (request.path_params[name] for name in "zxy")
        make = partial(self._files.tile, z, x, y)
        return await self._immutable(request, make, "application/octet-stream", f"{z}-{x}-{y}")

    async def _immutable(
        self, request: Request, make: Callable[[], bytes], media: str, name: str
    ) -> Response:
        """For ever under this URL; a page with another version's URL must load anew."""
        if request.path_params["version"] != self._files.version:
            return _missing("网格已更换，请刷新 / another grid version")
        told = {"cache-control": FOREVER, "etag": f'"{self._files.version}-{name}"'}
        if told["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=told)
        try:
            body = await run_in_threadpool(make)
        except (NoFile, NoTile):
            return _missing("没有这个文件 / no such file")
        return _packed(request, body, media, told)

    async def heat(self, request: Request) -> Response:
        try:
            body = await self._site.values.whole(request.path_params["key"])
        except UnknownKey as error:
            return _missing(str(error))
        if body is None:
            return _later()
        return _packed(request, body, JSON, {"cache-control": "no-store"})

    async def replay(self, request: Request) -> Response:
        asked = request.query_params
        measure, level = asked.get("measure", "reported"), asked.get("level", "unit_cell")
        try:
            read_key(f"{measure}.today.{level}")
            query = await run_in_threadpool(self._site.query)
            day = query.day_of(request.path_params["day"])
        except UnknownKey as error:
            return _missing(str(error))
        except UnknownPlace:
            return _missing("日期应为 YYYY-MM-DD、today 或 yesterday")
        except Exception:  # whatever ails the ledger, the rest of the page goes on
            log.exception("台账不可用")
            return _later()
        key, now = (day, measure, level), time.monotonic()
        kept = self._replays.get(key)
        if kept is None or now - kept[0] > REPLAY_KEPT_S:
            found = await run_in_threadpool(query.replay, day, measure, level)
            body = await run_in_threadpool(gzip.compress, orjson.dumps(found), 6, mtime=0)
            kept = self._replays[key] = (now, body)
            while len(self._replays) > REPLAYS_KEPT:
                del self._replays[next(iter(self._replays))]
        return _packed(request, kept[1], JSON, {"cache-control": "no-store"})

    async def cell(self, request: Request) -> Response:
        level, i = request.path_params["level"], request.path_params["i"]
        who = identity_of(request)
        try:
            query = await run_in_threadpool(self._site.query)
            if not all(map(who.sees, await run_in_threadpool(query.districts, level, i))):
                return PlainTextResponse("不在您的管辖范围", 403, {"cache-control": "no-store"})
            found = await run_in_threadpool(query.member, level, i, self._lists(who))
        except UnknownPlace:
            return _missing("没有这个网格 / no such place")
        except Exception:
            log.exception("台账不可用")
            return _later()
        return Response(orjson.dumps(found), headers={"cache-control": "no-store"}, media_type=JSON)


def _packed(request: Request, body: bytes, media: str, headers: Mapping[str, str]) -> Response:
    """A gzipped body, unpacked for the rare client that does not take it."""
    told = {**headers, "vary": "accept-encoding", "x-content-type-options": "nosniff"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body, headers={**told, "content-encoding": "gzip"}, media_type=media)
    return Response(gzip.decompress(body), headers=told, media_type=media)


def _missing(text: str) -> Response:
    return PlainTextResponse(text, 404, {"cache-control": "no-store"})


def _later() -> Response:
    headers = {"cache-control": "no-store", "retry-after": "2"}
    return PlainTextResponse("数据暂不可用，稍后再试 / not yet", 503, headers)
