"""Frames out of Redis 取画面, for the hub of a web process."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

import redis

from dashboard.bus import frame_key, frames_channel
from dashboard.redislink import connect_async, speaking


class FrameReader:
    """The frame 画面 of one city for the hub of a web process; make it after fork."""

    SILENT_MISSES: Final = 5

    def __init__(self, url: str, city: str, *, timeout_s: float = 2.0) -> None:
        self._redis = connect_async(url, timeout_s)
        self._frame, self._frames = frame_key(city), frames_channel(city)
        self._subscription: Any = None
        self._silent = 0

    async def last_frame(self) -> bytes | None:
        with speaking():
            frame: bytes | None = await self._redis.get(self._frame)
            return frame

    async def wait(self, timeout_s: float) -> None:
        """Returns when a new frame was announced, at the latest after `timeout_s`: pub/sub is only
        a nudge and may die silently, so the caller looks at the stored frame either way."""
        with speaking():
            if self._subscription is None:
                await self._redis.initialize()  # a cluster client must know its nodes first
                self._subscription = self._redis.pubsub(ignore_subscribe_messages=True)
                await self._subscription.subscribe(self._frames)
                return  # a frame may have come before the subscription stood
            loop = asyncio.get_running_loop()
            end = loop.time() + timeout_s
            while (left := end - loop.time()) > 0:
                if await self._subscription.get_message(timeout=left) is not None:
                    self._silent = 0
                    return

    async def missed(self) -> None:
        """Tells that a frame was found without a nudge; after a few the subscription is remade."""
        self._silent += 1
        if self._silent >= self.SILENT_MISSES:
            await self._unsubscribe()

    async def _unsubscribe(self) -> None:
        self._silent = 0
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            with contextlib.suppress(redis.RedisError, OSError):
                await subscription.aclose()

    async def close(self) -> None:
        """Drops all connections; the next call connects anew."""
        await self._unsubscribe()
        with contextlib.suppress(redis.RedisError, OSError):
            await self._redis.aclose()
