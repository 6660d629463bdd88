"""The bus against real Redis servers: streams, back-pressure, gaps, Sentinel and Cluster."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from dashboard.bus import START, Bus, BusDown, BusForgot, BusFull, milliseconds, order
from dashboard.framereader import FrameReader
from tests.servers import RedisServer, free_port, redis_binary, wait_until

CITY = "meixian"


@pytest.fixture
def bus(redis_server: RedisServer) -> Iterator[Bus]:
    opened = Bus(redis_server.url, CITY, timeout_s=2)
    yield opened
    opened.close()


def bodies(n: int, start: int = 0) -> list[bytes]:
    return [b'{"n":%d}' % i for i in range(start, start + n)]


def test_events_come_out_as_they_went_in(bus: Bus) -> None:
    bus.send(bodies(5))
    entries = bus.read(START, 3)
    assert [body for _, body in entries] == bodies(3)
    assert [body for _, body in bus.read(entries[-1][0], 10)] == bodies(2, 3)


def test_what_no_replica_confirmed_is_to_be_sent_again(
    redis_server: RedisServer, make_redis: Callable[..., RedisServer]
) -> None:
    replica = make_redis(replicaof=f"127.0.0.1 {redis_server.port}")
    wait_until(lambda: replica.client().info("replication")["master_link_status"] == "up")
    careful = Bus(redis_server.url, CITY, acks=1, timeout_s=5)
    place = careful.send(bodies(3))
    assert [body for _, body in careful.read(START, 9)] == bodies(3)
    replica.kill()
    with pytest.raises(BusDown, match="0 个副本确认，应有 1 个"):
        careful.send(bodies(1, 3), place)
    careful.close()


def test_reading_waits_no_longer_than_asked(bus: Bus) -> None:
    began = time.monotonic()
    assert bus.read(START, 10, block_ms=100) == []
    assert 0.05 < time.monotonic() - began < 1.0


def test_a_foreign_entry_without_our_field_is_read_as_empty(
    bus: Bus, redis_server: RedisServer
) -> None:
    redis_server.client().xadd(f"{{{CITY}}}:events", {"other": "x"})
    assert [body for _, body in bus.read(START, 10)] == [b""]


def test_entry_ids_are_ordered_as_numbers_and_carry_their_time() -> None:
    assert order("999-10") > order("999-9")
    assert milliseconds("1700000000123-4") == 1_700_000_000_123


def test_the_last_frame_stays_for_late_comers(bus: Bus) -> None:
    assert bus.last_frame() is None
    bus.publish(b'{"seq":1}', 1)
    bus.publish(b'{"seq":2}', 2)
    assert bus.last_frame() == b'{"seq":2}'


def test_rejected_events_are_kept_with_the_reason_and_cut_short(
    bus: Bus, redis_server: RedisServer
) -> None:
    bus.reject([("7-0", "不是 JSON", b"x" * 1_000_000)])
    [(_, fields)] = redis_server.client().xrange(f"{{{CITY}}}:rejected")
    assert fields[b"reason"].decode() == "不是 JSON"
    assert (fields[b"from"], fields[b"size"]) == (b"7-0", b"1000000")
    assert len(fields[b"e"]) == 4096


def test_trimming_leaves_the_cursor_and_what_follows(bus: Bus) -> None:
    bus.send(bodies(5_000))
    cursor = bus.read(START, 3_000)[-1][0]
    assert bus.trim(cursor, 1_500) == 1_500
    assert bus.trim(cursor, 9_999) == 1_499
    assert bus.trim(cursor, 9_999) == 0
    assert [body for _, body in bus.read(START, 2)] == bodies(2, 2_999)
    assert bus.lost(cursor) is None


def test_trimmed_past_the_cursor_is_a_gap(bus: Bus, redis_server: RedisServer) -> None:
    bus.send(bodies(10))
    cursor = bus.read(START, 4)[-1][0]
    redis_server.client().xtrim(f"{{{CITY}}}:events", maxlen=3, approximate=False)
    assert "截断" in str(bus.lost(cursor))


def test_an_emptied_redis_is_a_gap(bus: Bus, redis_server: RedisServer) -> None:
    bus.send(bodies(10))
    cursor = bus.read(START, 10)[-1][0]
    redis_server.kill()
    redis_server.wipe()
    redis_server.start()
    assert "更换" in str(bus.lost(cursor))
    assert bus.lost(START) is None


def test_a_restart_that_kept_the_stream_is_no_gap(bus: Bus, redis_server: RedisServer) -> None:
    bus.send(bodies(10))
    cursor = bus.read(START, 10)[-1][0]
    redis_server.restart()
    assert bus.lost(cursor) is None


def test_a_sender_learns_that_its_newest_events_are_gone(
    bus: Bus, redis_server: RedisServer
) -> None:
    kept = bus.send(bodies(5))
    lost = bus.send(bodies(2), kept)
    newest = redis_server.client().xrevrange(f"{{{CITY}}}:events", count=2)
    redis_server.client().xdel(f"{{{CITY}}}:events", *[entry for entry, _ in newest])
    with pytest.raises(BusForgot):
        bus.send(bodies(1), lost)
    assert bus.kept([kept, lost]) == [True, False], "though another sender's events follow"
    bus.send(bodies(1), kept)


def cases(n: int, start: int = 0) -> list[bytes]:
    return [b'{"type":"case","case":"C%d"}' % i for i in range(start, start + n)]


def test_a_city_in_shards_loses_nothing_and_knows_what_each_shard_lost(
    redis_server: RedisServer,
) -> None:
    bus, client = Bus(redis_server.url, CITY, shards=4, timeout_s=2), redis_server.client()
    place = bus.send(cases(100))
    found = bus.read_shards(dict.fromkeys(range(4), START), 100)
    assert sorted(body for entries in found.values() for _, body in entries) == sorted(cases(100))
    assert all(10 < len(entries) < 50 for entries in found.values())
    after = {shard: entries[-1][0] for shard, entries in found.items()}
    began = time.monotonic()
    assert bus.read_shards(after, 100, block_ms=100) == {}
    assert 0.05 < time.monotonic() - began < 1.0
    later = bus.send(cases(1, 200), place)
    [(shard, [(entry, body)])] = bus.read_shards(after, 100).items()
    assert body == cases(1, 200)[0] and entry == bus.last_id(shard)
    assert bus.kept([place, later]) == [True, True]
    client.xdel(f"{{{CITY}/{shard}}}:events" if shard else f"{{{CITY}}}:events", entry)
    assert bus.kept([place, later]) == [True, False], "only what was in the one shard"
    with pytest.raises(BusForgot):
        bus.send(cases(1), later)
    assert [bus.lost(id, shard) for shard, id in after.items()] == [None] * 4
    assert bus.trim(after[2], 1_000, 2) == len(found[2]) - 1
    assert bus.kept([place]) == [True] and bus.shards_told() == 4
    assert Bus(redis_server.url, "elsewhere").shards_told() == 1


def test_what_was_read_and_trimmed_is_not_lost(bus: Bus) -> None:
    place = bus.send(bodies(5))
    bus.send(bodies(5))
    bus.trim(bus.last_id(), 100)
    assert bus.kept([place]) == [True]
    bus.send(bodies(1), place)


def test_another_redis_has_lost_everything(bus: Bus, redis_server: RedisServer) -> None:
    place = bus.send(bodies(5))
    redis_server.kill()
    redis_server.wipe()
    redis_server.start()
    bus.close()
    Bus(redis_server.url, CITY).send(bodies(3))
    assert bus.kept([place]) == [False]
    with pytest.raises(BusForgot):
        bus.send(bodies(1), place)


def test_at_the_memory_limit_senders_are_held_back(make_redis: Callable[..., RedisServer]) -> None:
    server = make_redis(maxmemory="4mb")
    bus = Bus(server.url, CITY)
    sent = 0
    with pytest.raises(BusFull) as caught:
        for _ in range(100):
            bus.send([b"x" * 1_000] * 100)
            sent += 100
    assert sent + caught.value.accepted == server.client().xlen(f"{{{CITY}}}:events")
    first = bus.read(START, 10)
    assert len(first) == 10, "reading goes on at the limit"
    with pytest.raises(BusFull):
        bus.publish(b"frame", 1)
    bus.trim(bus.last_id(), 10_000)
    bus.publish(b"frame", 1)


def test_a_dead_redis_is_named_as_such(bus: Bus, redis_server: RedisServer) -> None:
    redis_server.kill()
    for call in (lambda: bus.read(START, 1), lambda: bus.send([b"{}"]), bus.last_frame, bus.check):
        with pytest.raises(BusDown):
            call()
    redis_server.start()
    bus.send([b"{}"])


def test_a_frozen_redis_is_down_after_the_timeout(bus: Bus, redis_server: RedisServer) -> None:
    bus.send([b"{}"])
    redis_server.freeze()
    began = time.monotonic()
    with pytest.raises(BusDown):
        bus.read(START, 1)
    assert time.monotonic() - began < 4
    redis_server.thaw()


def test_start_up_check_names_what_would_lose_events(
    make_redis: Callable[..., RedisServer], bus: Bus
) -> None:
    assert bus.check() == []
    careless = make_redis(appendonly="no", maxmemory_policy="allkeys-lru")
    found = " ".join(Bus(careless.url, CITY).check())
    assert "appendonly" in found
    assert "maxmemory-policy" in found


def test_a_server_that_refuses_config_is_a_warning(
    make_redis: Callable[..., RedisServer],
) -> None:
    managed = make_redis(rename_command='CONFIG ""')
    [warning] = Bus(managed.url, CITY).check()
    assert "CONFIG GET" in warning


def test_a_hub_is_nudged_and_reads_the_newest_frame(bus: Bus, redis_server: RedisServer) -> None:
    async def watch() -> tuple[bytes | None, float]:
        reader = FrameReader(redis_server.url, CITY)
        await reader.wait(1.0)
        began = time.monotonic()
        asyncio.get_running_loop().call_later(0.1, bus.publish, b"frame 7", 7)
        await reader.wait(5.0)
        waited = time.monotonic() - began
        frame = await reader.last_frame()
        await reader.close()
        return frame, waited

    frame, waited = asyncio.run(watch())
    assert frame == b"frame 7"
    assert waited < 1.0


def test_a_hub_outlives_a_redis_restart(bus: Bus, redis_server: RedisServer) -> None:
    async def watch() -> bytes | None:
        reader = FrameReader(redis_server.url, CITY)
        await reader.wait(0.1)
        await reader.wait(0.1)
        redis_server.restart()
        with pytest.raises(BusDown):
            while True:
                await reader.wait(0.2)
                await reader.last_frame()
        await reader.close()
        await reader.wait(0.1)
        asyncio.get_running_loop().call_later(0.05, bus.publish, b"after", 8)
        await reader.wait(2.0)
        frame = await reader.last_frame()
        await reader.close()
        return frame

    bus.publish(b"before", 7)
    bus.close()
    assert asyncio.run(watch()) == b"after"


def test_cluster_urls_work(make_redis: Callable[..., RedisServer]) -> None:
    server = make_redis(cluster_enabled="yes", cluster_port=str(free_port()))
    server.client().execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: b"cluster_state:ok" in server.client().execute_command("CLUSTER", "INFO"))
    url = f"redis+cluster://127.0.0.1:{server.port}"
    bus = Bus(url, CITY)
    bus.send(bodies(3))
    entries = bus.read(START, 10)
    assert [body for _, body in entries] == bodies(3)
    assert bus.lost(entries[-1][0]) is None
    assert bus.trim(entries[-1][0], 10) == 2
    bus.reject([("1-0", "x", b"y")])
    assert bus.check() == []

    async def watch() -> bytes | None:
        reader = FrameReader(url, CITY)
        await reader.wait(1.0)
        asyncio.get_running_loop().call_later(0.05, bus.publish, b"clustered", 1)
        began = time.monotonic()
        await reader.wait(5.0)
        assert time.monotonic() - began < 2
        frame = await reader.last_frame()
        await reader.close()
        return frame

    assert asyncio.run(watch()) == b"clustered"
    server.kill()
    with pytest.raises(BusDown):
        bus.read(START, 1)
    bus.close()


def test_sentinel_urls_follow_the_master(
    make_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    master = make_redis()
    replica = make_redis(replicaof=f"127.0.0.1 {master.port}")
    port = free_port()
    settings = tmp_path / "sentinel.conf"
    settings.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {tmp_path}\n"
        f"sentinel monitor town 127.0.0.1 {master.port} 1\n"
        "sentinel down-after-milliseconds town 500\nsentinel failover-timeout town 3000\n"
    )
    log = open(tmp_path / "sentinel.log", "wb")  # noqa: SIM115
    sentinel = subprocess.Popen([redis_binary(), str(settings), "--sentinel"], stdout=log)
    try:
        bus = Bus(f"redis+sentinel://127.0.0.1:{port}/town", CITY, timeout_s=1)

        def works() -> bool:
            try:
                bus.send([b"{}"])
            except (BusDown, BusFull):
                return False
            return True

        wait_until(works, what="first send")
        guard: Any = redis.Redis(port=port, protocol=2)
        wait_until(lambda: len(guard.execute_command("SENTINEL", "REPLICAS", "town")) == 1)
        wait_until(lambda: bool(replica.client().exists(f"{{{CITY}}}:events")))
        before = bus.last_id()
        master.kill()
        wait_until(works, 30, "failover")
        assert bus.lost(before) is None
        assert bus.last_id() != before
        bus.close()
    finally:
        sentinel.terminate()
        sentinel.wait(10)
        log.close()
