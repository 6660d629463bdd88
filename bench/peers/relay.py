"""A relay 中继 between a browser and a server that counts what goes down 下行字节, whatever the
protocol: one thread, one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading

PIECE = 1 << 16


class Relay:
    """Listens on `port`; `down` is what the server has sent through so far."""

    def __init__(self, target: int) -> None:
        self._target, self.down, self.port = target, 0, 0
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._listening.wait(10)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            for one in (writer, back):
                one.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.gather(self._pass(reader, back, 0), self._pass(there, writer, 1))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: int
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                self.down += counted * len(data)
                writer.write(data)
                await writer.drain()
        writer.close()
