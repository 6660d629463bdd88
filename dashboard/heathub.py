"""The heat map in a web process 热力分发: the vectors its viewers want, and what is new about them.

The worker's deltas go to viewers as they come, encoded and deflated once for all; the hub applies
them to its own copy, so that a whole vector can be given at any moment.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, Protocol

import numpy as np
import orjson

from dashboard.heat.deltas import unpack
from dashboard.heat.keys import MEASURES, NO_CLASS, Key, UnknownKey, read_key
from dashboard.heat.moving import Vector
from dashboard.heatbus import POINTS, HeatReader, Message
from dashboard.payload import Payload, sse
from dashboard.redislink import BusDown

log = logging.getLogger(__name__)

RENEW_S: Final = 10.0
UNUSED_S: Final = 60.0
"""A key is wanted so long after the last viewer or request."""
BEHIND_MAX: Final = 64
"""A viewer so many turns behind is told where the stream stands instead."""
KEYS_MAX: Final = 8
"""Keys one viewer may follow at a time."""
PATIENCE_S: Final = 8.0
ASK_AGAIN_S: Final = 2.0

Write = Callable[[Payload], Awaitable[None]]


class Reader(Protocol):
    """Where the hub hears of vectors; `heatbus.HeatReader` is one. All may raise `BusDown`."""

    async def listen(self) -> None: ...
    async def next(self, timeout_s: float) -> Message | None: ...
    async def want(self, keys: Iterable[str], word: str, asked: Iterable[str] = ()) -> None: ...
    async def seqs(self) -> dict[str, int]: ...
    async def full(self, key: str) -> bytes | None: ...
    async def close(self) -> None: ...


class Held:
    """One key as this process has it; `values` is None until the whole vector came."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.values: Vector | None = None
        self.said: dict[str, Any] = {}
        self.seq = 0
        self.promised = 0
        """What the worker had told a while ago: by now it must be here."""
        self.viewers = 0
        self.used_at = self.asked_at = 0.0
        self.came = asyncio.Event()
        self._packed: tuple[int, bytes] = (-1, b"")

    def take_whole(self, said: dict[str, Any]) -> bool:
        """The worker's whole vector; False if what is here is as new."""
        if self.values is not None and said["seq"] <= self.seq:
            return False
        octets = gzip.decompress(base64.b64decode(said.pop("values")))
        self.values = np.frombuffer(octets, "<i4").astype(np.int32)
        self.said, self.seq = said, said["seq"]
        self.came.set()
        return True

    def take_delta(self, said: dict[str, Any]) -> bool:
        """False if it does not lead on from what is here, and nothing was changed."""
        if self.values is None or said["base"] != self.seq:
            return False
        index, value = unpack(base64.b64decode(said.pop("d")))
        self.values[index] = value
        self.said.update(said)
        self.said.pop("base", None)
        self.seq = said["seq"]
        return True

    def marker(self) -> bytes:
        """Where the stream stands: a delta of nothing."""
        said = {name: self.said[name] for name in ("as_of", "total", "outside", "unlocated")}
        head = {"key": str(self.key), "base": self.seq, "seq": self.seq}
        return sse("heat", orjson.dumps({**head, **said, "d": ""}))

    def body(self) -> bytes:
        """The whole vector as JSON, gzipped; made once a seq."""
        if self._packed[0] != self.seq:
            self._packed = (self.seq, gzip.compress(orjson.dumps(self._whole()), 5, mtime=0))
        return self._packed[1]

    def _whole(self) -> dict[str, Any]:
        values = self.values
        assert values is not None, "asked for before it came"
        bounds = np.array(MEASURES[self.key.measure].classes)
        classes = (np.searchsorted(bounds, values, "right") - 1).astype(np.uint8)
        classes[values < bounds[0]] = NO_CLASS
        packed = gzip.compress(values.astype("<i4").tobytes(), 5, mtime=0)
        text = {"classes": classes.tobytes(), "values": packed}
        return {**self.said, **{k: base64.b64encode(v).decode() for k, v in text.items()}}


class Turn:
    """One piece of news and, once it is there, the next."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.key = ""
        self.payload: Payload | None = None
        self.over = asyncio.Event()
        self.next: Turn | None = None


class HeatHub:
    """`start` after fork, in the serving loop."""

    def __init__(
        self, url: str, city: str, *, reader: Callable[[str, str], Reader] = HeatReader
    ) -> None:
        self._url, self._city, self._make = url, city, reader
        self._reader: Reader | None = None
        self._task: asyncio.Task[None] | None = None
        self._held: dict[str, Held] = {}
        self._last = Turn(0)

    async def start(self) -> None:
        """Begins to listen; does not wait for Redis."""
        if self._task is None:
            self._reader = self._make(self._url, self._city)
            self._task = asyncio.create_task(self._watch(self._reader), name="heat")

    async def stop(self) -> None:
        task, self._task = self._task, None
        while task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.2)

    @property
    def keys(self) -> Sequence[str]:
        """What this process follows now."""
        return list(self._held)

    # -- listening

    async def _watch(self, reader: Reader) -> None:
        clock = asyncio.get_running_loop().time
        pause_s = 0.1
        try:
            while True:
                try:
                    await reader.listen()
                    for held in list(self._held.values()):  # what was missed meanwhile
                        await self._fetch(reader, held)
                        await self._ask(reader, held)
                    renew_at = clock()
                    while True:
                        if clock() >= renew_at:
                            renew_at = clock() + RENEW_S
                            await self._renew(reader)
                        message = await reader.next(min(1.0, max(0.01, renew_at - clock())))
                        if message is not None:
                            await self._hear(reader, *message)
                        pause_s = 0.1
                except BusDown as error:
                    log.warning("热力通道不可用: %s", error)
                    await reader.close()
                    await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
                    pause_s = min(2.0, pause_s * 2)
        finally:
            await reader.close()

    async def _renew(self, reader: Reader) -> None:
        now = asyncio.get_running_loop().time()
        for text, held in list(self._held.items()):
            if not held.viewers and now - held.used_at > UNUSED_S:
                del self._held[text]
        await reader.want(list(self._held), self._word())
        seqs = await reader.seqs()
        for text, held in self._held.items():
            told = seqs.get(text, 0)
            if held.seq < held.promised < told:  # the subscription died silently
                held.promised = 0
                raise BusDown("messages were lost")
            if held.seq < held.promised:
                await self._ask(reader, held)
            held.promised = told

    def _word(self) -> str:
        return f"{id(self):x}{asyncio.get_running_loop().time():.3f}"

    async def _hear(self, reader: Reader, key: str, body: bytes) -> None:
        if key == POINTS:
            self._turn(key, sse("points", body))
            return
        held = self._held.get(key)
        if held is None:
            return
        if not body:
            await self._fetch(reader, held)
            return
        said = orjson.loads(body)
        if said["seq"] <= held.seq:
            return
        if held.take_delta(said):
            self._turn(key, sse("heat", body))
        elif held.values is not None:
            await self._fetch(reader, held)
            if held.seq < said["seq"]:  # stored before the gap: ask for a newer one
                held.values = None
                await self._ask(reader, held)

    async def _fetch(self, reader: Reader, held: Held) -> None:
        body = await reader.full(str(held.key))
        if body is not None and held.take_whole(orjson.loads(body)):
            self._turn(str(held.key), held.marker())

    async def _ask(self, reader: Reader, held: Held) -> None:
        now = asyncio.get_running_loop().time()
        if now - held.asked_at >= ASK_AGAIN_S:
            held.asked_at = now
            await reader.want([str(held.key)], self._word(), [str(held.key)])

    def _turn(self, key: str, event: bytes) -> None:
        last = self._last
        last.next = self._last = Turn(last.number + 1)
        last.key, last.payload = key, Payload(event)
        last.over.set()

    # -- asking

    async def _use(self, text: str) -> Held:
        """The key, wanted from now on. Raises `UnknownKey`."""
        held = self._held.get(text)
        if held is None:
            held = self._held[text] = Held(read_key(text))
        held.used_at = asyncio.get_running_loop().time()
        if held.values is None and self._reader is not None:
            try:
                await self._ask(self._reader, held)
            except BusDown as error:
                log.warning("热力通道不可用: %s", error)
        return held

    async def whole(self, text: str, patience_s: float = PATIENCE_S) -> bytes | None:
        """The whole vector as gzipped JSON; None if it does not come in time. Raises
        `UnknownKey`."""
        held = await self._use(text)
        end = asyncio.get_running_loop().time() + patience_s
        while held.values is None:
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return None
            held.came.clear()
            try:
                await asyncio.wait_for(held.came.wait(), min(left, ASK_AGAIN_S))
            except TimeoutError:
                held = await self._use(text)
        return held.body()

    async def view(self, texts: Iterable[str], write: Write) -> None:
        """Feeds one viewer of some keys until cancelled; unknown keys are left out."""
        mine: dict[str, Held] = {}
        turn = self._last
        try:
            for text in list(dict.fromkeys(texts))[:KEYS_MAX]:
                try:
                    held = await self._use(text)
                except UnknownKey:
                    continue
                held.viewers += 1
                mine[text] = held
            turn = self._last
            await self._mark(mine, write)
            while True:
                await turn.over.wait()
                if self._last.number - turn.number > BEHIND_MAX:
                    turn = self._last
                    await self._mark(mine, write)
                    continue
                if turn.payload is not None and (turn.key in mine or turn.key == POINTS):
                    await write(turn.payload)
                assert turn.next is not None, "over before the next stands"
                turn = turn.next
        finally:
            for held in mine.values():
                held.viewers -= 1
                held.used_at = asyncio.get_running_loop().time()

    async def _mark(self, mine: dict[str, Held], write: Write) -> None:
        for held in mine.values():
            if held.values is not None:
                await write(Payload(held.marker()))
