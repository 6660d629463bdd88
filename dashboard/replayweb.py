"""The routes of replay 回放接口: which minutes are kept, the frame of one, the map of one."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.identity import identity_of
from dashboard.heat.ground import Ground
from dashboard.heat.keys import UnknownKey, read_key
from dashboard.heat.painting import Labels
from dashboard.ledger import LedgerError
from dashboard.ledger.minutes import Minute, Minutes
from dashboard.replay.coding import Unreadable, decode
from dashboard.replay.heatshot import Shot, decode_shot, whole_of
from dashboard.replay.moment import MINUTE_MS, asked, runs
from dashboard.snapshot import cut, read_frame

log = logging.getLogger(__name__)

JSON: Final = "application/json"
PAST: Final = "private, max-age=31536000, immutable"
YOUNG: Final = "no-store"
SETTLED: Final = 2
"""A minute this much older than the present is not written again."""


@dataclass(frozen=True)
class ReplaySite:
    """What replay is made of; `ground` opens the grid when a map is first asked for, None where the
    city has none."""

    minutes: Minutes
    days: int
    timezone: str
    now: Callable[[], int]
    labels: Labels
    ground: Callable[[], Ground] | None = None
    seen: Callable[[tuple[str, ...]], Collection[str] | None] = lambda _scenes: None
    """The paths of the frame that some scenes show, as for the live stream."""


def replay_routes(site: ReplaySite) -> list[Route]:
    """The routes, to stand beside the wall's."""
    answers = _Answers(site)
    return [
        Route("/replay/index", answers.index),
        Route("/replay/frame/{minute:int}", answers.frame),
        Route("/replay/heat/{minute:int}/{key}", answers.heat),
    ]


class _Answers:
    def __init__(self, site: ReplaySite) -> None:
        self._site = site

    async def index(self, request: Request) -> Response:
        """The kept minutes as runs; `?at=` is looked up among them."""
        site = self._site
        try:
            kept = runs(await run_in_threadpool(site.minutes.kept)) if site.days else []
        except LedgerError as error:
            return _away(error)
        told: dict[str, Any] = {"now": site.now(), "days": site.days, "runs": kept}
        text = request.query_params.get("at")
        if text is not None:
            told["asked"] = asdict(asked(text, kept, site.timezone, site.days))
        body = gzip.compress(orjson.dumps(told), 5, mtime=0)
        return _packed(request, body, {"cache-control": "no-store"})

    async def frame(self, request: Request) -> Response:
        """The very bytes that were published; beside them when, and what the map had then. Who was
        given some scenes gets what they show."""
        minute, scenes = request.path_params["minute"], identity_of(request).scenes
        paths = self._site.seen(scenes) if scenes else None
        try:
            found = await run_in_threadpool(self._frame, minute, paths)
        except (LedgerError, ValueError) as error:
            return _away(error)
        if found is None:
            return _nothing()
        shown_at, body, bases = found
        told = {"x-shown-at": str(shown_at), "x-map": ",".join(bases)}
        return _packed(request, body, {**self._kept(minute), **told})

    async def heat(self, request: Request) -> Response:
        """A vector of the map as it stood at the end of the minute."""
        minute = request.path_params["minute"]
        try:
            key = read_key(request.path_params["key"])
            body = await run_in_threadpool(self._heat, minute, key)
        except UnknownKey as error:
            return PlainTextResponse(str(error), 404, {"cache-control": "no-store"})
        except (LedgerError, Unreadable) as error:
            return _away(error)
        return _nothing() if body is None else _packed(request, body, self._kept(minute))

    def _kept(self, minute: int) -> Mapping[str, str]:
        settled = minute + SETTLED <= self._site.now() // MINUTE_MS
        return {"cache-control": PAST if settled else YOUNG}

    def _find(self, minute: int) -> tuple[Minute, Minute] | None:
        return self._site.minutes.find(minute) if self._site.days else None

    def _frame(
        self, minute: int, paths: Collection[str] | None
    ) -> tuple[int, bytes, list[str]] | None:
        found = self._find(minute)
        if found is None:
            return None
        own, key = found
        body = decode(key.frame)
        if own.minute != key.minute:
            body = decode(own.frame, body)
        if paths is not None:
            body = orjson.dumps(cut(read_frame(orjson.loads(body)), paths))
        shot = _shot(own, key)
        bases = [] if shot is None else sorted(shot.bases)
        return own.shown_at, gzip.compress(body, 6, mtime=0), bases

    def _heat(self, minute: int, key: Any) -> bytes | None:
        found = self._find(minute)
        shot = None if found is None else _shot(*found)
        if shot is None or self._site.ground is None:
            return None
        ground = self._site.ground()
        if ground.version != shot.grid:  # the city has got another grid since
            return None
        body = whole_of(shot, key, ground, self._site.labels)
        return None if body is None else gzip.compress(body, 5, mtime=0)


def _shot(own: Minute, key: Minute) -> Shot | None:
    if own.heat is None:
        return None
    if own.minute == key.minute:
        return decode_shot(own.heat)
    return decode_shot(own.heat, None if key.heat is None else decode_shot(key.heat))


def _packed(request: Request, body: bytes, headers: Mapping[str, str]) -> Response:
    """A gzipped body, unpacked for the rare client that does not take it."""
    told = {**headers, "vary": "accept-encoding, cookie"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body, headers={**told, "content-encoding": "gzip"}, media_type=JSON)
    return Response(gzip.decompress(body), headers=told, media_type=JSON)


def _nothing() -> Response:
    return PlainTextResponse("这一分钟没有记录", 404, {"cache-control": "no-store"})


def _away(error: Exception) -> Response:
    log.warning("回放不可用：%s", error)
    headers = {"cache-control": "no-store", "retry-after": "5"}
    return PlainTextResponse("回放暂不可用，稍后再试", 503, headers)
