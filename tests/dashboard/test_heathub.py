"""The heat hub over a real Redis, with the worker's desk at the other end and a served `/live`."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import orjson
import pytest

from dashboard.heat.deltas import unpack
from dashboard.heat.desk import HeatDesk
from dashboard.heat.keys import DEFAULT, UnknownKey
from dashboard.heatbus import HeatPost
from dashboard.heathub import BEHIND_MAX, HeatHub
from dashboard.live import Hub, live_route
from dashboard.payload import Payload
from dashboard.redislink import BusDown
from tests.dashboard.test_heat import CODES, HOUR, MEIXIAN, NOON, Hall, ground
from tests.dashboard.test_live import soon
from tests.servers import RedisServer

CITY = "meixian"
OPEN = "open.year.street"


class Viewer:
    """A map that keeps the rule of the browser: apply, ignore or fetch."""

    def __init__(self, hub: HeatHub) -> None:
        self.hub = hub
        self.values: dict[str, Any] = {}
        self.seqs: dict[str, int] = {}
        self.payloads: list[Payload] = []
        self.fetched = 0
        self.points = 0

    async def write(self, payload: Payload) -> None:
        self.payloads.append(payload)
        event, data = payload.plain.split(b"\n", 1)
        if event == b"event: points":
            self.points += 1
            return
        said = orjson.loads(data.removeprefix(b"data: ").strip())
        key = said["key"]
        if said["seq"] <= self.seqs.get(key, -1):
            return
        if said["base"] != self.seqs.get(key):
            self.fetched += 1
            body = await self.hub.whole(key)
            assert body is not None
            said = orjson.loads(gzip.decompress(body))
            found = gzip.decompress(base64.b64decode(said["values"]))
            self.values[key] = np.frombuffer(found, "<i4").copy()
        else:
            index, value = unpack(base64.b64decode(said["d"]))
            self.values[key][index] = value
        self.seqs[key] = said["seq"]

    def has(self, key: str, values: list[int]) -> bool:
        return key in self.values and bool(self.values[key].tolist() == values)


async def total(hub: HeatHub) -> int:
    """What the hub's own copy of the default key sums up to."""
    body = await hub.whole(str(DEFAULT))
    assert body is not None
    found: int = orjson.loads(gzip.decompress(body))["total"]
    return found


class Line:
    def __init__(self, url: str) -> None:
        self.hall = Hall()
        self.post = HeatPost(url, CITY)
        self.hall.desk = self.desk()
        self.hub = HeatHub(url, CITY)

    def desk(self) -> HeatDesk:
        return HeatDesk(MEIXIAN, ground(), self.hall.book, self.post, MEIXIAN.repeat)

    async def turning(self) -> None:
        while True:
            await asyncio.to_thread(self.hall.turns)
            await asyncio.sleep(0.02)


def play(server: RedisServer, scenario: Callable[[Line], Awaitable[None]]) -> None:
    async def main() -> None:
        line = Line(server.url)
        await line.hub.start()
        turning = asyncio.create_task(line.turning())
        try:
            await scenario(line)
        finally:
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)
            await line.hub.stop()
            line.post.close()

    asyncio.run(main())


def test_a_viewer_follows_what_the_worker_counts(redis_server: RedisServer) -> None:
    async def scenario(line: Line) -> None:
        one, two = Viewer(line.hub), Viewer(line.hub)
        tasks = [
            asyncio.create_task(line.hub.view([str(DEFAULT), OPEN, "no.such.key"], v.write))
            for v in (one, two)
        ]
        await soon(lambda: one.has(str(DEFAULT), [0, 0, 0]) and one.has(OPEN, [0]))
        line.hall.put("C1", reported_at=NOON - HOUR, unit_cell=CODES[1])
        await soon(lambda: one.has(str(DEFAULT), [0, 1, 0]) and two.has(OPEN, [1]))
        line.hall.put("C1", reported_at=NOON - HOUR, unit_cell=CODES[2], closed_at=NOON)
        await soon(lambda: one.has(str(DEFAULT), [0, 0, 1]) and two.has(OPEN, [0]))
        assert one.fetched <= 2
        shared = [p for p in one.payloads if any(p is other for other in two.payloads)]
        assert len(shared) >= 4
        assert shared[-1].packed is shared[-1].packed
        for task in tasks:
            task.cancel()

    play(redis_server, scenario)


def test_a_whole_vector_has_classes_and_names_its_grid(redis_server: RedisServer) -> None:
    async def scenario(line: Line) -> None:
        for number in range(6):
            line.hall.put(f"C{number}", reported_at=NOON - HOUR, unit_cell=CODES[1])
        body = await line.hub.whole("reported.7d.unit_cell")
        assert body is not None
        said = orjson.loads(gzip.decompress(body))
        assert list(base64.b64decode(said["classes"])) == [0, 4, 0]
        assert (said["grid"], said["total"], said["top"][0]["n"]) == ("v1", 6, 6)
        rates = await line.hub.whole("on_time_rate.7d.unit_cell")
        assert rates is not None
        packed = orjson.loads(gzip.decompress(rates))["classes"]
        assert list(base64.b64decode(packed)) == [255, 255, 255]
        with pytest.raises(UnknownKey):
            await line.hub.whole("nonsense")

    play(redis_server, scenario)


def test_without_a_worker_a_request_ends_in_time(redis_server: RedisServer) -> None:
    async def main() -> None:
        hub = HeatHub(redis_server.url, CITY)
        await hub.start()
        assert await hub.whole(str(DEFAULT), patience_s=0.3) is None
        await hub.stop()

    asyncio.run(main())


def test_a_new_worker_leads_the_viewers_on(redis_server: RedisServer) -> None:
    async def scenario(line: Line) -> None:
        viewer = Viewer(line.hub)
        task = asyncio.create_task(line.hub.view([str(DEFAULT)], viewer.write))
        await soon(lambda: viewer.has(str(DEFAULT), [0, 0, 0]))
        line.hall.desk = line.desk()
        line.hall.put("C1", reported_at=NOON - HOUR, unit_cell=CODES[0])
        await soon(lambda: viewer.has(str(DEFAULT), [1, 0, 0]))
        task.cancel()

    play(redis_server, scenario)


def test_redis_comes_back_and_so_do_the_values(redis_server: RedisServer) -> None:
    async def main() -> None:
        line = Line(redis_server.url)
        await line.hub.start()
        viewer = Viewer(line.hub)
        task = asyncio.create_task(line.hub.view([str(DEFAULT)], viewer.write))
        for _ in range(5):
            await asyncio.to_thread(line.hall.turns)
            await asyncio.sleep(0.05)
        await soon(lambda: viewer.has(str(DEFAULT), [0, 0, 0]))
        await asyncio.to_thread(redis_server.restart)
        line.hall.put("C1", reported_at=NOON - HOUR, unit_cell=CODES[0])
        for _ in range(40):
            with contextlib.suppress(BusDown):  # what the worker does: tries again
                await asyncio.to_thread(line.hall.turns)
            await asyncio.sleep(0.1)
            if viewer.has(str(DEFAULT), [1, 0, 0]):
                break
        assert viewer.has(str(DEFAULT), [1, 0, 0])
        task.cancel()
        await line.hub.stop()
        line.post.close()

    asyncio.run(main())


def test_a_slow_viewer_is_told_where_the_stream_stands(redis_server: RedisServer) -> None:
    async def scenario(line: Line) -> None:
        viewer, gate = Viewer(line.hub), asyncio.Event()

        async def slow(payload: Payload) -> None:
            await viewer.write(payload)
            await gate.wait()

        task = asyncio.create_task(line.hub.view([str(DEFAULT)], slow))
        await soon(lambda: len(viewer.payloads) == 1)
        for number in range(BEHIND_MAX + 20):
            line.hall.put(f"C{number}", reported_at=NOON - HOUR, unit_cell=CODES[0])
            await asyncio.to_thread(line.hall.turns)
        async with asyncio.timeout(20):  # all of them are at the hub before the viewer reads on
            while await total(line.hub) != BEHIND_MAX + 20:
                await asyncio.sleep(0.02)
        gate.set()
        await soon(lambda: viewer.has(str(DEFAULT), [BEHIND_MAX + 20, 0, 0]))
        assert len(viewer.payloads) < BEHIND_MAX
        task.cancel()

    play(redis_server, scenario)


def test_viewers_without_heat_get_what_they_always_got(redis_server: RedisServer) -> None:
    """The route: `?heat=` adds events, and a plain `/live` has none of them."""

    async def scenario(line: Line) -> None:
        hub = Hub(redis_server.url, CITY, "b", now=lambda: NOON)
        await hub.start()
        route = live_route(hub, line.hub)
        got: dict[bytes, bytes] = {}

        async def watch(query: bytes) -> None:
            gone = asyncio.Event()

            async def receive() -> Any:
                await gone.wait()
                return {"type": "http.disconnect"}

            async def send(message: Any) -> None:
                got[query] = got.get(query, b"") + message.get("body", b"")

            scope = {"type": "http", "method": "GET", "headers": [], "query_string": query}
            serving = asyncio.create_task(route(scope, receive, send))
            await asyncio.sleep(1.5)
            line.hall.put("C1", reported_at=NOON, unit_cell=CODES[0])
            await asyncio.sleep(1.0)
            gone.set()
            await asyncio.wait_for(serving, 5)

        await asyncio.gather(watch(b""), watch(b"heat=reported.30d.unit_cell,bad"))
        await hub.stop()
        assert b"event: beat" in got[b""] and b"event: heat" not in got[b""]
        assert b"event: points" not in got[b""]
        assert b"event: heat" in got[b"heat=reported.30d.unit_cell,bad"]
        assert all(not held.viewers for held in line.hub._held.values())

    play(redis_server, scenario)
