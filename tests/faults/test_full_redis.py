"""Redis at its memory limit: senders wait and say so, readers go on, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.processes import EVENTS, PATIENCE_S, Feed, Site, assert_exact
from tests.servers import RedisServer, wait_until

LIMIT = "5mb"
"""Holds some 15,000 of spring's events."""
FULL = "Redis 暂不接收写入"


def test_senders_wait_until_the_limit_is_raised(
    make_redis: Callable[..., RedisServer], spring: Feed, make_site: Callable[..., Site]
) -> None:
    redis = make_redis(maxmemory=LIMIT)
    site = make_site(None, redis)
    client = redis.client()
    sender = site.start("push", spring.file, "--settle", "0s")
    wait_until(lambda: FULL in sender.said(), PATIENCE_S, "the sender's word of it")
    held = client.xlen(EVENTS)
    assert 0 < held < len(spring.lines) and sender.running
    first = client.xrange(EVENTS, count=3)
    assert [fields[b"e"] for _, fields in first] == spring.lines[:3], "reading goes on"
    client.config_set("maxmemory", "64mb")
    assert sender.wait() == 0, sender.said()
    with site.ledger() as ledger:
        worker = site.start("work")
        site.wait_until_committed(worker, ledger)
        assert worker.stop() == 0
        assert_exact(ledger, spring)


def test_the_worker_makes_room_and_nothing_is_lost(
    make_redis: Callable[..., RedisServer], spring: Feed, make_site: Callable[..., Site]
) -> None:
    """Nobody raises the limit: what is committed gives way, and two senders get on with it."""
    redis = make_redis(maxmemory=LIMIT)
    site = make_site(None, redis)
    half = len(spring.lines) // 2
    senders = [
        site.start("push", spring.part("first", 0, half)),
        site.start("push", spring.part("second", half, len(spring.lines))),
    ]
    wait_until(lambda: any(FULL in one.said() for one in senders), PATIENCE_S, "a full Redis")
    worker = site.start("work")
    for sender in senders:
        assert sender.wait() == 0, sender.said()
        assert "丢失" not in sender.said(), "what was trimmed is not taken for lost"
    with site.ledger() as ledger:
        site.wait_until_committed(worker, ledger)
        assert "Redis 已满" in worker.said() and "数据缺口" not in worker.said()
        assert worker.stop() == 0
        assert_exact(ledger, spring)
