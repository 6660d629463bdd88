"""Simulated viewers 模拟观众 that say what a real page was heard to say.

`python replay.py SPEC N SECONDS`, in the environment of `requirements-load.txt`. SPEC is a JSON
file that `drive.py` wrote from a real page in Chromium: its WebSocket's path, protocols, messages.
Prints `ready` when all viewers have a tick, then a line of JSON: delivery in ms, ticks missed,
bytes on the wire for each viewer and tick.

How each tool is spoken to (`kind`):
  bokeh        a token from the page, then the request for the document; the server pushes
  nicegui      a client id from the page, socket.io's opening, its pings answered; the server pushes
  streamlit    the first run, then the page's own timed run of the fragment once a second
  perspective  the messages of the page in turn, each when as many answers have come as had then,
               with names of its own for the views it makes; a second with anything in it is a tick
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import resource
import socket
import struct
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

STAMP = re.compile(rb"1[789]\d{11}")
VIEW_NAME = 21
VIEW = re.compile(bytes([VIEW_NAME]) + rb"([A-Za-z0-9_-]{21})")
"""The name a Perspective page gives a view: text with its length before it, as protobuf has it."""
RECEIVED = 128
"""Where `tcpi_bytes_received` is in Linux' `struct tcp_info`."""
CONNECTS_PER_S = 20.0
SETTLE_S = 4.0
FALLBACK_S = 1.0


class Viewer:
    """One of them; `delays` in ms and `ticks` since `start`."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.delays: list[float] = []
        self.ticks = 0
        self.live = False
        self.lost = False
        self.counting = False
        self._got = 0
        self._asked = 0.0
        self._last = 0.0
        self._second, self._spent = 0, 0.0
        self._news = asyncio.Event()
        self._names: dict[bytes, bytes] = {}
        self._socket: ClientConnection | None = None
        self._base = 0

    def start(self) -> None:
        """What came before does not count."""
        self.delays.clear()
        self.ticks, self._base, self.counting = 0, self.received(), True

    def received(self) -> int:
        """Bytes of the connection so far, as the kernel counts them; since `start`."""
        if self._socket is None:
            return 0
        raw = self._socket.transport.get_extra_info("socket")
        told = raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
        return int(struct.unpack_from("Q", told, RECEIVED)[0]) - self._base

    async def run(self) -> None:
        """Until the connection ends."""
        loop = asyncio.get_running_loop()
        path, protocols = await loop.run_in_executor(None, self._opening)
        url = f"ws://127.0.0.1:{self.spec['port']}{path}"
        try:
            async with connect(
                url,
                subprotocols=protocols or None,  # type: ignore[arg-type]
                origin=f"http://127.0.0.1:{self.spec['port']}",  # type: ignore[arg-type]
                max_size=None,
                open_timeout=60,
                ping_interval=None,
            ) as self._socket:
                talk = asyncio.create_task(self._talk())
                try:
                    async for message in self._socket:
                        await self._hear(message)
                finally:
                    talk.cancel()
        except (ConnectionClosed, OSError):
            pass
        self.lost = True

    def _opening(self) -> tuple[str, list[str]]:
        spec, kind = self.spec, self.spec["kind"]
        path, protocols = spec["path"], list(spec["protocols"])
        if kind in ("bokeh", "nicegui"):
            page = f"http://127.0.0.1:{spec['port']}{spec['page']}"
            with urllib.request.urlopen(page, timeout=60) as answer:
                text = answer.read().decode()
            if kind == "bokeh":
                protocols = ["bokeh", re.findall(r'"token":"([^"]+)"', text)[0]]
            else:
                mine = re.findall(r'client_id[\\"\']+: ?[\\"\']+([0-9a-f-]{36})', text)[0]
                path = path.replace(spec["client_id"], mine)
                for name in ("document_id", "tab_id"):
                    path = re.sub(rf"{name}=[^&]+", f"{name}={uuid.uuid4()}", path)
        return path, protocols

    async def _talk(self) -> None:
        """What is said by the clock or in turn."""
        spec, kind = self.spec, self.spec["kind"]
        if kind == "bokeh":
            while self._got < spec["before"]:
                await asyncio.sleep(0.01)
            for one in spec["sent"]:
                await self._say(one)
        elif kind == "streamlit":
            await self._say(spec["sent"][0])
            await asyncio.sleep(3.0)
            due = time.monotonic()
            while True:
                if self._asked and self._last > self._asked:
                    self._tick((self._last - self._asked) * 1000)
                self._asked = time.monotonic()
                await self._say(spec["sent"][-1])
                due += 1.0
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        elif kind == "perspective":
            for after, one in in_turn(spec["sent"]):
                end = time.monotonic() + FALLBACK_S
                while self._got < after and (left := end - time.monotonic()) > 0:
                    self._news.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), left)
                await self._say(one)

    async def _say(self, one: dict[str, Any]) -> None:
        assert self._socket is not None
        binary = one["opcode"] == 2
        data = base64.b64decode(one["data"]) if binary else one["data"]
        if self.spec["kind"] == "perspective":
            data = VIEW.sub(self._named, data)
        with suppress(ConnectionClosed):  # `run` notices
            await self._socket.send(data)

    def _named(self, found: re.Match[bytes]) -> bytes:
        """A view of this viewer's own: two with one name would be one view on the server."""
        made = uuid.uuid4().hex[:VIEW_NAME].encode()
        return bytes([VIEW_NAME]) + self._names.setdefault(found[1], made)

    async def _hear(self, message: str | bytes) -> None:
        self._got += 1
        self._news.set()
        now, kind = time.time(), self.spec["kind"]
        self._last = time.monotonic()
        data = message.encode() if isinstance(message, str) else message
        if kind == "nicegui":
            assert self._socket is not None
            if data.startswith(b"0"):
                await self._socket.send("40")
            elif data == b"2":
                await self._socket.send("3")
        if kind in ("bokeh", "nicegui"):
            found = STAMP.search(data)
            if found:
                self._tick(1000 * now - int(found[0]))
        elif kind == "perspective":
            if int(now) != self._second:
                if self._second:
                    self._tick(self._spent)
                self._second = int(now)
            self._spent = 1000 * (now % 1)

    def _tick(self, delay_ms: float) -> None:
        self.live = True
        self.ticks += 1
        self.delays.append(delay_ms)


def in_turn(sent: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every message with the number of answers it waits for; after the last one the second half,
    which is what the page says from tick to tick, again and again."""
    for one in sent:
        yield one["after"], one
    steady = sent[len(sent) // 2 :]
    grown = steady[-1]["after"] - steady[0]["after"]
    for turn in itertools.count(1):
        for one in steady:
            yield one["after"] + turn * grown, one


async def main(file: str, count: int, seconds: float) -> None:
    spec = json.loads(Path(file).read_text("utf-8"))
    viewers, tasks = [], []
    for _ in range(count):
        viewers.append(Viewer(spec))
        tasks.append(asyncio.create_task(viewers[-1].run()))
        await asyncio.sleep(1 / CONNECTS_PER_S)
    end = time.monotonic() + 60
    while not all(one.live for one in viewers) and time.monotonic() < end:
        await asyncio.sleep(0.1)
    await asyncio.sleep(SETTLE_S)
    for one in viewers:
        one.start()
    print("ready", flush=True)
    began = time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    delays = sorted(delay for one in viewers for delay in one.delays)
    ticks = sum(one.ticks for one in viewers)
    report = {
        "p50_ms": delays[len(delays) // 2] if delays else None,
        "p99_ms": delays[int(len(delays) * 0.99)] if delays else None,
        "ticks": ticks,
        "expected": count * took,
        "lost": sum(one.lost for one in viewers),
        "bytes_per_tick": sum(one.received() for one in viewers) / (count * took),
        "cpu": time.process_time(),
    }
    print(json.dumps(report), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
