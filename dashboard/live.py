"""Live push 实时推送: one hub in each web process, and the SSE route every screen hangs on.

The hub looks at the last frame in Redis (pub/sub only says when), encodes and deflates each event
once, and hands the same bytes to every viewer. A viewer that could not keep up skips to the newest
frame: nothing queues. Beats go on while Redis is down and say so.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol
from urllib.parse import parse_qs

import orjson

from dashboard.access.identity import KEY, MAP_SCENE, Identity, ended_of
from dashboard.bus import BusDown
from dashboard.framereader import FrameReader
from dashboard.payload import Payload, deflated, sse
from dashboard.snapshot import Frame, diff, read_frame
from dashboard.ticks import News, Paths, Tick

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Gone = Callable[[], bool]

log = logging.getLogger(__name__)

POLL_S: Final = 1.0
BEAT_S: Final = 1.0
JOIN_BEAT_S: Final = 0.4
BEAT_WAIT_S: Final = 0.25
"""A frame that comes this shortly before or after a beat is due takes it along: one write to every
viewer instead of two."""
GZIP_HEAD: Final = bytes.fromhex("1f8b08000000000000ff")
"""A gzip member without name and time; what follows are raw deflate blocks, and never an end."""
RETRY_MS: Final = (1_000, 3_000)


class Reader(Protocol):
    """Where the hub finds frames; `framereader.FrameReader` is one. All may raise `BusDown`."""

    async def last_frame(self) -> bytes | None: ...
    async def wait(self, timeout_s: float) -> None: ...
    async def missed(self) -> None: ...
    async def close(self) -> None: ...


class Hub:
    """Keeps the newest frame and wakes the viewers. `start` after fork, in the serving loop."""

    def __init__(
        self,
        url: str,
        city: str,
        build: str,
        *,
        now: Callable[[], int],
        reader: Callable[[str, str], Reader] = FrameReader,
        told: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self._url, self._city, self.build = url, city, build
        self._now, self._make_reader, self._told = now, reader, told
        self._tasks: list[asyncio.Task[None]] = []
        self._last: News | None = None
        self._taken_at = 0
        self._beat_due = 0.0
        self._tick: Tick | None = None
        self.redis_ok = False
        self.viewers = 0

    @property
    def body(self) -> bytes | None:
        """The newest frame as JSON, None before the first."""
        return None if self._last is None else self._last.body

    @property
    def frame(self) -> Frame | None:
        """The newest frame; do not change it."""
        return None if self._last is None else self._last.frame

    @property
    def data_at(self) -> int | None:
        """When the newest data are from, by this machine's clock; None before the first frame. A
        worker whose clock is ahead must not make its last frame look new for an hour."""
        return None if self._last is None else min(self._last.frame["as_of"], self._taken_at)

    async def start(self) -> None:
        """Begins to watch Redis; does not wait for it."""
        if not self._tasks:
            reader = self._make_reader(self._url, self._city)
            self._tasks = [
                asyncio.create_task(self._watch(reader), name="frames"),
                asyncio.create_task(self._keep_beating(), name="beats"),
            ]

    async def stop(self) -> None:
        """Ends the watching and every stream."""
        ending, self._tasks = set(self._tasks), []
        while ending:  # the Redis client may take one cancellation for a timeout of its own
            for task in ending:
                task.cancel()
            _, ending = await asyncio.wait(ending, timeout=0.2)
        if self._tick is not None:
            self._tick.over.set()

    @property
    def running(self) -> bool:
        return bool(self._tasks)

    async def _watch(self, reader: Reader) -> None:
        pause_s = 0.1
        try:
            while True:
                try:
                    before = asyncio.get_running_loop().time()
                    await reader.wait(POLL_S)
                    nudged = asyncio.get_running_loop().time() - before < POLL_S
                    if self._offer(await reader.last_frame()) and not nudged:
                        await reader.missed()
                    pause_s = 0.1
                except BusDown as error:
                    if self.redis_ok or self._tick is None:
                        log.warning("Redis 不可用，画面停在最后一帧: %s", error)
                    self.redis_ok = False
                    await reader.close()
                    await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
                    pause_s = min(2.0, pause_s * 2)
        finally:
            await reader.close()

    def _offer(self, body: bytes | None) -> bool:
        """Takes a look's result; True if it was a new frame."""
        if not self.redis_ok:
            log.info("Redis 已连接")
            self.redis_ok = True
        if body is None or body == self.body:
            return False
        try:
            frame = read_frame(orjson.loads(body))
        except ValueError as error:
            log.error("画面不可读: %s", error)
            return False
        delta = None if self.frame is None else diff(self.frame, frame)
        self._last, self._taken_at = News(frame, body, delta), self._now()
        self._turn(fresh=True)
        return True

    async def _keep_beating(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            if clock() >= self._beat_due + BEAT_WAIT_S:
                self._turn(fresh=False)
            await asyncio.sleep(max(0.01, self._beat_due + BEAT_WAIT_S - clock()))

    def _turn(self, fresh: bool) -> None:
        """The next tick: the news if they are `fresh`, and the beat if one is due about now."""
        clock = asyncio.get_running_loop().time()
        due = clock >= self._beat_due - JOIN_BEAT_S
        if due:
            self._beat_due = clock + BEAT_S
        before, number = self._tick, 0 if self._tick is None else self._tick.number
        self._tick = Tick(number + 1, self._last, fresh, self._beat(), due)
        if before is not None:
            before.over.set()

    def _beat(self) -> bytes:
        frame = self.frame
        return sse(
            "beat",
            orjson.dumps(
                {
                    "now": self._now(),
                    "redis_ok": self.redis_ok,
                    "build": self.build,
                    "seq": 0 if frame is None else frame["seq"],
                    "data_at": self.data_at,
                    **self._told(),
                }
            ),
        )

    async def view(
        self, write: Callable[[Payload], Awaitable[None]], gone: Gone, paths: Paths = None
    ) -> None:
        """Feeds one viewer until it is gone or the hub stops; looks up at every beat."""
        seen = -1
        self.viewers += 1
        try:
            while self._tasks and not gone():
                tick = self._tick
                if tick is None:
                    await asyncio.sleep(0.05)
                elif tick.number == seen:
                    await tick.over.wait()
                else:
                    say = tick.news if tick.number == seen + 1 else tick.whole
                    seen = tick.number
                    await write(say(paths))
        finally:
            self.viewers -= 1


class Heat(Protocol):
    """What feeds viewers of the map; `heathub.HeatHub` is one."""

    async def view(
        self, texts: Iterable[str], write: Callable[[Payload], Awaitable[None]]
    ) -> None: ...


Beside = Callable[[Scope, Callable[[Payload], Awaitable[None]]], Awaitable[None]]
"""Runs while a stream is open and may write events of its own into it, each whole."""
Attended = Callable[[Scope], AbstractContextManager[None]]
"""Entered while a stream is open, with its scope: who is looking."""


Seen = Callable[[tuple[str, ...]], Paths]
"""The paths of the frame that some scenes show; the same object for the same scenes."""


def _unattended(_scope: Scope) -> AbstractContextManager[None]:
    return contextlib.nullcontext()


def live_route(
    hub: Hub,
    heat: Heat | None = None,
    attended: Attended = _unattended,
    beside: Beside | None = None,
    seen: Seen = lambda _scenes: None,
) -> App:
    """The ASGI application of `/live`; mount it outside any middleware that buffers.

    `?heat=key,key` adds the news of these keys, where the city has a map. Who was given some
    scenes gets what `seen` says of them.
    """

    async def live(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")])
            return
        packed = _takes_gzip(scope)
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store, no-transform"),
            (b"x-accel-buffering", b"no"),
            (b"vary", b"accept-encoding"),
        ]
        if packed:
            headers.append((b"content-encoding", b"gzip"))
        if scope["method"] == "HEAD":
            await _answer(send, 200, headers)
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        hello = b"retry: %d\n\n" % random.randint(*RETRY_MS)
        await _write(send, GZIP_HEAD + deflated(hello) if packed else hello)

        async def write(payload: Payload) -> None:
            await _write(send, payload.packed if packed else payload.plain)

        tasks = [leaving := asyncio.create_task(_until_gone(receive))]
        scenes = _scenes(scope)
        keys = _heat_keys(scope) if not scenes or MAP_SCENE in scenes else []
        if heat is not None and keys:
            tasks.append(asyncio.create_task(heat.view(keys, write)))
        if beside is not None:
            tasks.append(asyncio.create_task(_beside(beside(scope, write))))
        ended = ended_of(scope)
        try:
            with attended(scope):
                paths = seen(scenes) if scenes else None
                await hub.view(write, lambda: leaving.done() or bool(ended()), paths)
        finally:
            for task in tasks:
                task.cancel()
        if why := ended():
            await write(Payload(sse("ended", orjson.dumps({"why": why}))))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return live


def _scenes(scope: Scope) -> tuple[str, ...]:
    """The scenes that whoever looks was given; none: every one."""
    who = scope.get(KEY)
    return who.scenes if isinstance(who, Identity) else ()


def _heat_keys(scope: Scope) -> list[str]:
    """What `?heat=` names."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return [key for text in query.get("heat", ()) for key in text.split(",") if key]


async def _beside(telling: Awaitable[None]) -> None:
    """What goes wrong beside the frames is told in the log: the frames go on."""
    try:
        await telling
    except Exception:
        log.exception("屏幕专线出错")


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _takes_gzip(scope: Scope) -> bool:
    """Whether Accept-Encoding names gzip (or *) without q=0."""
    offered = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
    for word in offered.lower().split(b","):
        coding, _, weight = word.strip().partition(b";")
        if coding.strip() in (b"gzip", b"*"):
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False
