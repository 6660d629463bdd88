"""The routes of a base map 底图接口 that this host serves: a file by ranges, or its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dashboard.basemap import PMTILES_URL, BaseMap, MbTiles, media_of

KEPT: Final = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}
"""A city replaces its base map a few times a year."""
DEEPEST: Final = 24


def base_routes(base: BaseMap) -> Sequence[Route]:
    """None for a base map that is no file of ours."""
    if base.pmtiles is not None:
        return [_ranges(base.pmtiles)]
    return [] if base.pictures is None else [_pictures(base.pictures)]


def _ranges(file: Path) -> Route:
    async def answer(_request: Request) -> Response:
        return FileResponse(file, headers=KEPT, media_type="application/octet-stream")

    return Route(PMTILES_URL, answer)


def _pictures(tiles: MbTiles) -> Route:
    async def answer(request: Request) -> Response:
        zoom, x, y = (request.path_params[name] for name in "zxy")
        if zoom > DEEPEST or max(x, y) >= 1 << zoom:
            return Response(status_code=404)
        tile = await run_in_threadpool(tiles.tile, zoom, x, y)
        if tile is None:
            return Response(status_code=204, headers=KEPT)
        return Response(tile, headers=KEPT, media_type=media_of(tile))

    return Route("/base/{z:int}/{x:int}/{y:int}", answer)
