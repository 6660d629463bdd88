"""The hub and its SSE route, over real sockets, with a real Redis behind."""

from __future__ import annotations

import asyncio
import contextlib
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import orjson
import pytest
import uvicorn

from dashboard.bus import Bus, frame_key
from dashboard.live import GZIP_HEAD, App, Hub, deflated, live_route
from dashboard.snapshot import Cell, Frame, patch
from tests.servers import RedisServer, free_port

CITY = "meixian"


def cell(n: int) -> Cell:
    return Cell(v=n, n=n, d=None, st="live", cmp=None, tot=None, tgt=None, op=None, ok=None)


def town(seq: int, reported: int, padding: str = "") -> Frame:
    """A small frame of 梅县 with one moving figure."""
    return Frame(
        v=1,
        seq=seq,
        as_of=1_700_000_000_000 + seq * 1_000,
        build="b1",
        city={"id": CITY, "name": "梅县", "title": "梅县数字化城市管理"},
        demo=False,
        sources=[],
        health={"rejected": 0, "lag_ms": 0, "gap": None},
        m={"today.cases.reported": cell(reported), "today.cases.filed": cell(7)},
        s={"padding": padding},
        t={"ticker": []},
    )


@dataclass
class Screen:
    """A viewer that keeps the events it got and the frame they make."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    frame: Frame | None = None
    raw: bytes = b""
    _text: bytes = b""

    def take(self, data: bytes) -> None:
        self._text += data
        while b"\n\n" in self._text:
            block, self._text = self._text.split(b"\n\n", 1)
            lines = dict(line.split(b": ", 1) for line in block.split(b"\n"))
            if b"event" not in lines:
                continue
            name, value = lines[b"event"].decode(), orjson.loads(lines[b"data"])
            self.events.append((name, value))
            if name == "key":
                self.frame = value
            elif name == "delta":
                assert self.frame is not None
                self.frame = patch(self.frame, value)

    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    def last(self, name: str) -> Any:
        return next((value for event, value in reversed(self.events) if event == name), None)


class Wall:
    """A served hub and the bus that feeds it."""

    def __init__(self, hub: Hub, bus: Bus, port: int) -> None:
        self.hub, self.bus, self.port = hub, bus, port

    def show(self, frame: Frame) -> Frame:
        self.bus.publish(orjson.dumps(frame), frame["seq"])
        return frame

    @contextlib.asynccontextmanager
    async def screen(
        self, encoding: str = "gzip", limit: int = 2**16, scenes: str = ""
    ) -> AsyncIterator[Screen]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=limit)
        request = f"GET /live HTTP/1.1\r\nHost: wall\r\nAccept-Encoding: {encoding}\r\n"
        request += f"X-Scenes: {scenes}\r\n\r\n"
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        shown = Screen()
        listening = asyncio.create_task(listen(reader, shown, encoding == "gzip"))
        try:
            yield shown
        finally:
            listening.cancel()
            writer.close()


async def listen(reader: asyncio.StreamReader, screen: Screen, packed: bool) -> None:
    unpack = zlib.decompressobj(31)
    while size := int(await reader.readline(), 16):
        data = await reader.readexactly(size)
        await reader.readline()
        screen.raw += data
        screen.take(unpack.decompress(data) if packed else data)


async def soon(check: Callable[[], bool], seconds: float = 5.0) -> float:
    """Waits until `check` holds; returns how long that took in seconds."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < seconds, "did not happen in time"
        await asyncio.sleep(0.005)
    return time.monotonic() - began


def run_wall(
    redis_server: RedisServer,
    scenario: Callable[[Wall], Awaitable[None]],
    served: Callable[[Hub], App] = live_route,
) -> None:
    """Serves a hub with uvicorn and plays the scenario."""

    async def main() -> None:
        hub = Hub(redis_server.url, CITY, "web-1", now=lambda: int(time.time() * 1000))
        route: Any = served(hub)
        port = free_port()
        settings = uvicorn.Config(
            route, port=port, lifespan="off", log_level="error", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(settings)
        serving = asyncio.create_task(server.serve())
        await soon(lambda: server.started)
        await hub.start()
        bus = Bus(redis_server.url, CITY)
        try:
            await scenario(Wall(hub, bus, port))
        finally:
            bus.close()
            await hub.stop()
            server.should_exit = True
            await serving

    asyncio.run(main())


def test_a_screen_gets_a_keyframe_then_deltas(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        first = wall.show(town(1, 100))
        async with wall.screen() as screen:
            await soon(lambda: screen.frame == first)
            second = wall.show(town(2, 101))
            took = await soon(lambda: screen.frame == second)
            assert took < 0.5
            assert screen.names().count("key") == 1
            delta = screen.last("delta")
            assert (delta["base"], delta["seq"]) == (1, 2)
            assert list(delta["set"]) == ["m.today.cases.reported"]
            assert delta["set"]["m.today.cases.reported"]["v"] == 101

    run_wall(redis_server, scenario)


def test_every_screen_gets_the_same_bytes_behind_one_gzip_head(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        wall.show(town(1, 100))
        await soon(lambda: wall.hub.frame is not None)
        async with wall.screen() as early, wall.screen() as late:
            last = wall.show(town(2, 108))
            await soon(lambda: early.frame == last and late.frame == last)
            assert early.raw.startswith(GZIP_HEAD)
            delta = b"event: delta\ndata: " + orjson.dumps(early.last("delta")) + b"\n\n"
            assert deflated(delta)[:-4] in early.raw
            assert deflated(delta)[:-4] in late.raw

    run_wall(redis_server, scenario)


def test_clients_without_gzip_get_plain_text(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        frame = wall.show(town(1, 100))
        for refused in ("identity", "gzip;q=0", "br"):
            async with wall.screen(refused) as screen:
                await soon(lambda screen=screen: screen.frame == frame)  # type: ignore[misc]
                assert screen.raw.startswith(b"retry: ")

    run_wall(redis_server, scenario)


def test_an_independent_client_reads_the_shared_gzip_stream(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        wall.show(town(1, 100))
        url = f"http://127.0.0.1:{wall.port}/live"
        async with httpx.AsyncClient() as client, client.stream("GET", url) as response:
            assert response.headers["content-encoding"] == "gzip"
            assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert response.headers["cache-control"] == "no-store, no-transform"
            assert response.headers["x-accel-buffering"] == "no"
            names: list[str] = []
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    names.append(line.removeprefix("event: "))
                    wall.show(town(len(names) + 1, 100 + len(names)))
                if "delta" in names and names.count("beat") > 1:
                    break

    run_wall(redis_server, scenario)


def test_only_get_and_head_are_answered(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        url = f"http://127.0.0.1:{wall.port}/live"
        async with httpx.AsyncClient() as client:
            assert (await client.post(url)).status_code == 405
            assert (await client.head(url)).status_code == 200

    run_wall(redis_server, scenario)


def test_beats_carry_the_clock_and_the_age_of_the_data(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        wall.show(town(5, 100))
        async with wall.screen() as screen:
            await soon(lambda: screen.names().count("beat") >= 3)
            beat = screen.last("beat")
            assert abs(beat["now"] - time.time() * 1000) < 2_000
            assert (beat["redis_ok"], beat["build"], beat["seq"]) == (True, "web-1", 5)
            assert beat["data_at"] == town(5, 100)["as_of"]

    run_wall(redis_server, scenario)


def test_beats_go_on_while_redis_is_down_and_say_so(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        wall.show(town(1, 100))
        async with wall.screen() as screen:
            await soon(lambda: screen.frame is not None)
            redis_server.kill()
            await soon(lambda: screen.last("beat")["redis_ok"] is False)
            count = screen.names().count("beat")
            await soon(lambda: screen.names().count("beat") >= count + 2)
            redis_server.start()
            await soon(lambda: screen.last("beat")["redis_ok"] is True)
            again = wall.show(town(2, 150))
            await soon(lambda: screen.frame == again)
            assert screen.names().count("key") == 1

    run_wall(redis_server, scenario)


def test_a_frozen_redis_is_noticed(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        wall.show(town(1, 100))
        async with wall.screen() as screen:
            await soon(lambda: screen.frame is not None)
            redis_server.freeze()
            await soon(lambda: screen.last("beat")["redis_ok"] is False)
            redis_server.thaw()
            await soon(lambda: screen.last("beat")["redis_ok"] is True)

    run_wall(redis_server, scenario)


def test_before_the_first_frame_there_are_beats_only(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        async with wall.screen() as screen:
            await soon(lambda: screen.names().count("beat") >= 1)
            assert screen.last("beat")["data_at"] is None
            assert "key" not in screen.names()
            frame = wall.show(town(1, 100))
            await soon(lambda: screen.frame == frame)

    run_wall(redis_server, scenario)


def test_a_lost_nudge_delays_a_frame_by_a_second_at_most(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        wall.show(town(1, 100))
        async with wall.screen() as screen:
            await soon(lambda: screen.frame is not None)
            silent = town(2, 101)
            redis_server.client().set(frame_key(CITY), orjson.dumps(silent))
            assert await soon(lambda: screen.frame == silent) < 1.5

    run_wall(redis_server, scenario)


def test_an_unreadable_frame_changes_nothing(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        frame = wall.show(town(1, 100))
        async with wall.screen() as screen:
            await soon(lambda: screen.frame == frame)
            for broken in (
                b"{",
                b"[]",
                b'{"v":1,"seq":2}',
                b"null",
                orjson.dumps({**frame, "v": 2}),
            ):
                wall.bus.publish(broken, 2)
                await asyncio.sleep(0.05)
            assert screen.frame == frame
            good = wall.show(town(3, 103))
            await soon(lambda: screen.frame == good)

    run_wall(redis_server, scenario)


def test_a_new_kind_of_frame_comes_whole(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        wall.show(town(1, 100))
        async with wall.screen() as screen:
            await soon(lambda: screen.frame is not None)
            other = town(2, 100)
            other["m"]["today.cases.closed"] = cell(3)
            wall.show(other)
            await soon(lambda: screen.frame == other)
            assert screen.names().count("key") == 2

    run_wall(redis_server, scenario)


def test_a_slow_screen_skips_to_the_newest_frame(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        hub = wall.hub
        wall.show(town(1, 100))
        await soon(lambda: hub.frame is not None)
        free, written = asyncio.Event(), Screen()

        async def write(payload: Any) -> None:
            written.take(payload.plain)
            await free.wait()

        viewing = asyncio.create_task(hub.view(write, lambda: False))
        await soon(lambda: written.frame is not None)
        for seq in range(2, 30):
            wall.show(town(seq, 100 + seq))
            await soon(lambda seq=seq: cast(Frame, hub.frame)["seq"] == seq)  # type: ignore[misc]
        free.set()
        await soon(lambda: written.frame == hub.frame)
        assert written.names().count("key") == 2
        assert written.names().count("delta") == 0, "nothing had queued"
        viewing.cancel()

    run_wall(redis_server, scenario)


def test_a_screen_that_stands_still_does_not_hold_the_others(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        wall.show(town(1, 100))
        stuck, writer = await asyncio.open_connection("127.0.0.1", wall.port, limit=1024)
        writer.write(b"GET /live HTTP/1.1\r\nHost: wall\r\nAccept-Encoding: identity\r\n\r\n")
        await stuck.readline()
        async with wall.screen() as screen:
            for seq in range(2, 12):
                frame = wall.show(town(seq, 100, padding=str(seq) * 400_000))
                assert await soon(lambda frame=frame: screen.frame == frame) < 1.0  # type: ignore[misc]
        writer.close()

    run_wall(redis_server, scenario)


def test_screens_that_leave_are_forgotten(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        async with wall.screen(), wall.screen():
            await soon(lambda: wall.hub.viewers == 2)
        await soon(lambda: wall.hub.viewers == 0, 2.5)

    run_wall(redis_server, scenario)


def test_stopping_the_hub_ends_every_stream(redis_server: RedisServer) -> None:
    async def scenario(wall: Wall) -> None:
        async with wall.screen():
            await soon(lambda: wall.hub.viewers == 1)
            await wall.hub.stop()
            await soon(lambda: wall.hub.viewers == 0, 1.0)

    run_wall(redis_server, scenario)


@pytest.mark.parametrize("size", [10, 5_000, 60_000, 500_000])
def test_packed_events_refer_to_nothing_before_them(size: int) -> None:
    events = [bytes([65 + i]) * size for i in range(4)]
    unpack = zlib.decompressobj(31)
    unpack.decompress(GZIP_HEAD)
    for event in (events[2], events[0], events[0], events[3]):
        assert unpack.decompress(deflated(event)) == event
