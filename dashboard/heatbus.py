"""The heat map's way through Redis 热力通道: who wants which key, whole vectors, deltas.

Web processes write what their viewers want and ask for a whole vector when they lack one; the
worker stores it and from then on announces each delta. Keys of one city share its hash tag.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from dashboard.redislink import Speaker, connect_async, speaking

FULL_KEPT_S: Final = 24 * 3600
"""A whole vector nobody renews goes away."""
Message = tuple[str, bytes]
"""(heat key, or `POINTS`; JSON)"""
POINTS: Final = "points"


def wants_key(city: str) -> str:
    """A hash: heat key → a word that changes while somebody wants it."""
    return f"{{{city}}}:heat:want"


def asks_key(city: str) -> str:
    """A hash: heat key → anything, when somebody lacks its whole vector."""
    return f"{{{city}}}:heat:ask"


def full_key(city: str, key: str) -> str:
    return f"{{{city}}}:heat:full:{key}"


def seqs_key(city: str) -> str:
    """A hash: heat key → the seq told last; pub/sub may lose messages, this does not."""
    return f"{{{city}}}:heat:seq"


def heat_channel(city: str) -> str:
    return f"{{{city}}}:heat"


class HeatPost(Speaker):
    """The worker's end."""

    def __init__(self, url: str, city: str, *, timeout_s: float = 5.0) -> None:
        super().__init__(url, timeout_s)
        self._city = city

    def asked(self) -> tuple[Mapping[str, str], set[str]]:
        """(wanted keys and their words, keys whose whole vector is asked for); asks are taken."""
        wants, asks = wants_key(self._city), asks_key(self._city)
        with speaking():
            pipe = self._redis.pipeline(transaction=True)
            pipe.hgetall(wants)
            pipe.hgetall(asks)
            pipe.delete(asks)
            wanted, asked, _ = pipe.execute()
        return {k.decode(): v.decode() for k, v in wanted.items()}, {k.decode() for k in asked}

    def forget(self, keys: Iterable[str]) -> None:
        """Takes away wishes that have not been renewed."""
        with speaking():
            self._redis.hdel(wants_key(self._city), *keys)

    def announce(
        self, whole: Mapping[str, bytes], deltas: Sequence[Message], seqs: Mapping[str, int]
    ) -> None:
        """Stores whole vectors and tells every web process about them and the deltas; a message
        about a stored one is empty. `seqs`: what each key stands at afterwards."""
        channel = heat_channel(self._city)
        with speaking():
            pipe = self._redis.pipeline(transaction=False)
            if seqs:
                pipe.hset(seqs_key(self._city), mapping=dict(seqs))
            for key, body in deltas:
                pipe.publish(channel, key.encode() + b" " + body)
            for key, body in whole.items():
                pipe.set(full_key(self._city, key), body, ex=FULL_KEPT_S)
                pipe.publish(channel, key.encode() + b" ")
            pipe.execute()


class HeatReader:
    """A web process's end; make it after fork."""

    def __init__(self, url: str, city: str, *, timeout_s: float = 2.0) -> None:
        self._redis, self._city = connect_async(url, timeout_s), city
        self._subscription: Any = None

    async def listen(self) -> None:
        """Hears announcements from now on."""
        with speaking():
            if self._subscription is None:
                await self._redis.initialize()  # a cluster client must know its nodes first
                self._subscription = self._redis.pubsub(ignore_subscribe_messages=True)
                await self._subscription.subscribe(heat_channel(self._city))

    async def next(self, timeout_s: float) -> Message | None:
        """The next announcement, None after `timeout_s`."""
        with speaking():
            loop = asyncio.get_running_loop()
            end = loop.time() + timeout_s
            while (left := end - loop.time()) > 0:
                found = await self._subscription.get_message(timeout=left)
                if found is not None:
                    key, _, body = found["data"].partition(b" ")
                    return key.decode(), body
        return None

    async def want(self, keys: Iterable[str], word: str, asked: Iterable[str] = ()) -> None:
        """Renews wishes with a word not used before, and asks for whole vectors."""
        wanted, asking = dict.fromkeys(keys, word), dict.fromkeys(asked, word)
        with speaking():
            if wanted:
                await self._redis.hset(wants_key(self._city), mapping=wanted)
            if asking:
                await self._redis.hset(asks_key(self._city), mapping=asking)

    async def seqs(self) -> dict[str, int]:
        """What the worker told last of each key."""
        with speaking():
            found = await self._redis.hgetall(seqs_key(self._city))
        return {key.decode(): int(seq) for key, seq in found.items()}

    async def full(self, key: str) -> bytes | None:
        """The whole vector as the worker stored it last."""
        with speaking():
            body: bytes | None = await self._redis.get(full_key(self._city, key))
            return body

    async def close(self) -> None:
        """Drops all connections; `listen` connects anew."""
        subscription, self._subscription = self._subscription, None
        for one in (subscription, self._redis):
            if one is not None:
                try:
                    await one.aclose()
                except (OSError, RuntimeError):
                    continue
