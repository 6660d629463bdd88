"""The bus 消息总线: events in by Redis Streams, the frame out; with `redislink`,
`framereader` and `heatbus` the only files that speak Redis.

Only plain types of Redis 5.0 (streams, strings, pub/sub): XTRIM MINID, EVAL and FUNCTION are not
used. Every key of one city carries the hash tag `{city}`, so Cluster keeps them on one node; only
the further shards of a city's stream carry tags of their own (`streams`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import redis

from dashboard.masking import masked, masked_bytes
from dashboard.redislink import (
    BusDown,
    BusFull,
    Speaker,
    refuses_writes,
    speaking,
)
from dashboard.streams import (
    START,
    Place,
    events_key,
    following,
    frame_key,
    frames_channel,
    is_kept,
    milliseconds,
    order,
    origin_key,
    read_place,
    rejected_key,
    shard_of,
    shards_key,
    work_key,
    write_place,
)

__all__ = [
    "START",
    "Bus",
    "BusDown",
    "BusForgot",
    "BusFull",
    "Entry",
    "Server",
    "events_key",
    "frame_key",
    "frames_channel",
    "milliseconds",
    "order",
    "origin_key",
    "rejected_key",
]

FIELD: Final = b"e"
ACK_MS: Final = 1_000
"""How long replicas have to say that they got what was sent."""
POLL_S: Final = 0.02
"""How often several shards are looked at while nothing comes: one XREAD cannot wait for streams
on different nodes."""
REJECTED_KEPT: Final = 10_000
REJECTED_BODY: Final = 4_096
"""Of the rejected stream: entries kept at least, bytes kept of a rejected event."""
TRIM_CHUNK: Final = 1_000

Entry = tuple[str, bytes]
"""(stream entry id, event bytes)"""
Rejection = tuple[str, str, bytes]
"""(stream entry id, reason 拒收原因, event bytes)"""


class BusForgot(Exception):
    """Redis lost events it had taken: it crashed before they were on disk, or is another one."""


@dataclass(frozen=True)
class Server:
    """The Redis that answers: its version, clock (epoch ms), memory used and allowed (0 = all)."""

    version: str
    clock_ms: int
    used_bytes: int
    limit_bytes: int


def _good(result: Any) -> Any:
    if isinstance(result, Exception):
        raise result
    return result


def _ask(pipe: Any, city: str, shards: Sequence[int], places: Sequence[Place]) -> None:
    """Adds the questions whose answers `_heard` reads."""
    for shard in shards:
        key = events_key(city, shard)
        pipe.get(origin_key(city, shard))
        pipe.xrange(key, "-", "+", 1)
        for place in places:
            if shard in place:
                entry = place[shard][1]
                pipe.xrange(key, entry, entry, 1)


def _heard(
    answers: Iterator[Any], shards: Sequence[int], places: Sequence[Place]
) -> tuple[dict[int, str], list[bool]]:
    """The origin of each shard, and of each place whether all its parts are kept."""
    origins, kept = {}, [True] * len(places)
    for shard in shards:
        origin, oldest = _good(next(answers)), _good(next(answers))
        origins[shard] = (origin or b"").decode()
        for n, place in enumerate(places):
            if shard in place:
                kept[n] &= is_kept(place[shard], origin, oldest, _good(next(answers)))
    return origins, kept


def _entries(found: Sequence[Any]) -> list[Entry]:
    return [(id.decode(), fields.get(FIELD, b"")) for id, fields in found if fields]


class Bus(Speaker):
    """The bus of one city for the worker and the senders; connects at first use."""

    def __init__(
        self, url: str, city: str, *, shards: int = 1, acks: int = 0, timeout_s: float = 5.0
    ) -> None:
        """`shards`: over how many streams events are spread when sent. `acks`: how many replicas
        副本 must have them before they count as sent."""
        super().__init__(url, timeout_s)
        self._city, self.shards, self._acks = city, shards, acks
        self._rejected = rejected_key(city)
        self._frame, self._frames = frame_key(city), frames_channel(city)
        self._work = work_key(city)

    def send(self, bodies: Sequence[bytes], behind: str = "") -> str:
        """Adds events in one round trip; returns the place 位置 of the last.

        The place of the events before, `behind`, is looked for on the same connection: a Redis that
        crashed cannot hide it by being back. `BusForgot`: they are lost. `BusDown`: any part may
        have arrived. Then send again, ids dedupe. `BusFull`: wait, go on after `accepted`."""
        homes = [shard_of(body, self.shards) for body in bodies]
        place = read_place(behind)
        shards = sorted({*homes, *place})
        with speaking():
            pipe = self._redis.pipeline(transaction=False)
            if self.shards > 1:
                pipe.sadd(shards_key(self._city), self.shards)
            for shard in shards:
                pipe.set(origin_key(self._city, shard), secrets.token_hex(8), nx=True)
            told = len(pipe)
            _ask(pipe, self._city, shards, [place])
            for body, shard in zip(bodies, homes, strict=True):
                pipe.xadd(events_key(self._city, shard), {FIELD: body})
            if self._acks:
                pipe.wait(self._acks, ACK_MS)
            results = pipe.execute(raise_on_error=False)
            acked = _good(results.pop()) if self._acks else 0
            answers, added = results[told:], results[len(results) - len(bodies) :]
            origins, [kept] = _heard(iter(answers), shards, [place])
            if not kept:
                raise BusForgot(f"{behind} is gone")
            for accepted, (shard, result) in enumerate(zip(homes, added, strict=True)):
                if isinstance(result, Exception) and refuses_writes(result):
                    raise BusFull(str(result), accepted, write_place(place))
                place[shard] = origins[shard], _good(result).decode()
        if acked < self._acks:
            raise BusDown(f"{acked} 个副本确认，应有 {self._acks} 个")
        return write_place(place)

    def kept(self, places: Sequence[str]) -> list[bool]:
        """Whether the events at each place are in the streams or read and trimmed: not lost."""
        asked = [read_place(place) for place in places]
        shards = sorted({shard for place in asked for shard in place})
        with speaking():
            pipe = self._redis.pipeline(transaction=False)
            _ask(pipe, self._city, shards, asked)
            return _heard(iter(pipe.execute(raise_on_error=False)), shards, asked)[1]

    def shards_told(self) -> int:
        """The most shards a sender has said it uses; 1 if none did."""
        with speaking():
            return max((int(n) for n in self._redis.smembers(shards_key(self._city))), default=1)

    def read(self, after: str, count: int, block_ms: int = 0) -> list[Entry]:
        """Up to `count` entries of the first stream behind `after`; waits at most `block_ms` for
        the first one."""
        with speaking():
            key = events_key(self._city)
            found = self._redis.xread({key: after}, count, block_ms or None)
        return _entries(found[0][1]) if found else []

    def read_shards(
        self, after: Mapping[int, str], count: int, block_ms: int = 0
    ) -> dict[int, list[Entry]]:
        """The same of several shards: up to `count` entries of each that has some."""
        end = time.monotonic() + block_ms / 1000
        while True:
            with speaking():
                pipe = self._redis.pipeline(transaction=False)
                for shard, id in after.items():
                    pipe.xrange(events_key(self._city, shard), following(id), "+", count)
                results = pipe.execute()
            found = {s: _entries(r) for s, r in zip(after, results, strict=True) if r}
            left = end - time.monotonic()
            if found or left <= 0:
                return found
            time.sleep(min(POLL_S, left))

    def holds(self, entry_id: str, shard: int = 0) -> bool:
        """Whether the entry is (still) in the stream."""
        with speaking():
            key = events_key(self._city, shard)
            return bool(self._redis.xrange(key, entry_id, entry_id, 1))

    def last_id(self, shard: int = 0) -> str:
        """The newest entry of the stream, `START` if it is empty."""
        with speaking():
            newest = self._redis.xrevrange(events_key(self._city, shard), "+", "-", 1)
        return newest[0][0].decode() if newest else START

    def lost(self, cursor: str, shard: int = 0) -> str | None:
        """None if the stream still holds the entry at `cursor`, else what must have happened.

        The worker never trims the entry at its cursor. If it is gone, another hand trimmed the
        stream, or this Redis is not the one that was read: events may be missing (数据缺口).
        """
        if cursor == START or self.holds(cursor, shard):
            return None
        if order(self.last_id(shard)) < order(cursor):
            return "Redis 已更换或丢失数据，请各来源重发近 24 小时事件"
        return "事件流被截断到已读位置之后，请各来源重发近 24 小时事件"

    def trim(self, before: str, limit: int, shard: int = 0) -> int:
        """Removes up to `limit` of the oldest entries below the id `before`; returns how many.

        XDEL of read ranges: exact while senders go on adding, unlike XTRIM MAXLEN, and old enough
        for Redis 5.0, unlike XTRIM MINID. Redis frees a stream node when its last entry goes.
        """
        key = events_key(self._city, shard)
        removed = 0
        while removed < limit:
            chunk = min(TRIM_CHUNK, limit - removed)
            with speaking():
                oldest = self._redis.xrange(key, "-", before, chunk)
                ids = [id for id, _ in oldest if order(id.decode()) < order(before)]
                if ids:
                    removed += self._redis.xdel(key, *ids)
            if len(ids) < chunk:
                break
        return removed

    def reject(self, rejections: Sequence[Rejection]) -> None:
        """Keeps what could not be counted, with the reason: fields `reason`, `from`, `size`, `e`
        (its first bytes), numbers of persons masked."""
        with speaking():
            pipe = self._redis.pipeline(transaction=False)
            for source, reason, body in rejections:
                fields = {"reason": masked(reason), "from": source, "size": len(body)}
                fields |= {"e": masked_bytes(body, REJECTED_BODY)}
                pipe.xadd(self._rejected, fields, maxlen=REJECTED_KEPT, approximate=True)
            pipe.execute()

    def publish(self, frame: bytes, seq: int) -> None:
        """Stores the frame 画面 as the last one and nudges the hubs."""
        with speaking():
            self._redis.set(self._frame, frame)
            self._redis.publish(self._frames, seq)

    def last_frame(self) -> bytes | None:
        with speaking():
            frame: bytes | None = self._redis.get(self._frame)
            return frame

    def tell_work(self, report: bytes) -> None:
        """Keeps what the worker says of itself."""
        with speaking():
            self._redis.set(self._work, report)

    def work_report(self) -> bytes | None:
        """What the worker last said of itself; None if none ever did."""
        with speaking():
            report: bytes | None = self._redis.get(self._work)
            return report

    def check(self) -> list[str]:
        """What is wrong with this Redis as an event store; empty when all is well. A managed Redis
        that refuses CONFIG is reported, not an error."""
        expected = {
            "appendonly": ("yes", "断电会丢失事件"),
            "appendfsync": ("everysec always", "断电会丢失超过 1 秒的事件"),
            "maxmemory-policy": ("noeviction", "内存满时会静默丢弃事件"),
        }
        found: list[str] = []
        with speaking():
            self._redis.ping()
            masters = self._redis.get_primaries() if self._address.kind == "cluster" else [None]
        for node in masters:
            for name, (good, harm) in expected.items():
                try:
                    value = self._config(name, node)
                except redis.ResponseError as error:
                    return [
                        f"Redis 不允许 CONFIG GET（{error}），请自行确认 appendonly、noeviction"
                    ]
                if value not in good.split():
                    where = f"（{node.name}）" if node else ""
                    found.append(f"Redis{where} {name} = {value}，应为 {good.split()[0]}：{harm}")
        return found

    def server(self) -> Server:
        """What kind of Redis answers, its clock and its memory."""
        target = {"target_nodes": "random"} if self._address.kind == "cluster" else {}
        with speaking():
            info = self._redis.info(**target)
            seconds, microseconds = self._redis.time(**target)
        return Server(
            version=str(info.get("valkey_version") or info.get("redis_version") or "?"),
            clock_ms=int(seconds) * 1000 + int(microseconds) // 1000,
            used_bytes=int(info.get("used_memory", 0)),
            limit_bytes=int(info.get("maxmemory", 0)),
        )

    def _config(self, name: str, node: Any) -> str:
        target = {"target_nodes": node} if node else {}
        try:
            answer = self._redis.execute_command("CONFIG GET", name, **target)
        except redis.ResponseError:
            raise
        except (redis.RedisError, OSError) as error:
            raise BusDown(f"{type(error).__name__}: {error}") from error
        values = answer if isinstance(answer, dict) else dict(zip(*[iter(answer)] * 2, strict=True))
        value = values.get(name, values.get(name.encode(), b""))
        return value.decode() if isinstance(value, bytes) else str(value)
