"""Redis Sentinel: the master dies with events its replica never got; everybody follows, exactly."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from dashboard.bus import START, Bus, BusDown
from tests.constellations import MakeRedis, Sentinels
from tests.faults.processes import CITY, EVENTS, PATIENCE_S, Feed, Site, assert_exact
from tests.faults.viewer import Viewer
from tests.servers import free_port, wait_until


@pytest.fixture
def sentinels(tmp_path: Path, make_redis: MakeRedis) -> Iterator[Sentinels]:
    made = Sentinels(tmp_path, make_redis)
    yield made
    made.end()


def taken(site: Site) -> int:
    """How many lines the sender was told to be in the stream."""
    with closing(sqlite3.connect(site.folder / f"{CITY}.outbox.db")) as outbox:
        query = "SELECT coalesce(sum(lines), 0) FROM blocks WHERE sent_at IS NOT NULL"
        (lines,) = outbox.execute(query).fetchone()
        return int(lines)


def test_a_fail_over_mid_stream_loses_nothing(
    sentinels: Sentinels, spring: Feed, make_site: Callable[..., Site]
) -> None:
    port = free_port()
    site = make_site(None, sentinels, port=str(port))
    half = len(spring.lines) // 2
    worker, web = site.start("work"), site.start("serve")
    sender = site.start("push", "-", "--settle", "0s", piped=True)
    with Viewer(port) as viewer, site.ledger() as ledger:
        viewer.wait_for_frame("the wall")
        sender.feed(spring.lines[: half - 5_000])
        site.wait_until_committed(worker, ledger)
        wait_until(
            lambda: sentinels.replica.client().xlen(EVENTS) == sentinels.client().xlen(EVENTS)
        )
        sentinels.part()
        sender.feed(spring.lines[half - 5_000 : half])
        wait_until(lambda: taken(site) == half, PATIENCE_S, "events taken that will be lost")
        sentinels.master.kill()
        wait_until(lambda: not viewer.beat["redis_ok"], PATIENCE_S, "the wall told of it")
        viewer.wait_for_frame("a frame from the new master")
        assert sentinels.client().connection_pool.connection_kwargs["port"] == (
            sentinels.replica.port
        )
        sender.feed(spring.lines[half:])
        sender.end_of_feed()
        assert sender.wait() == 0, sender.said()
        assert "Redis 丢失了已收的" in sender.said()
        site.wait_until_committed(worker, ledger)
        assert "数据缺口" in worker.said() and worker.stop() == 0
        assert_exact(ledger, spring)
    assert web.running


def test_what_a_replica_has_confirmed_survives_the_fail_over(sentinels: Sentinels) -> None:
    """`redis_acks`: for senders without an outbox, which never send again what was accepted."""
    careful, accepted = Bus(sentinels.url, CITY, acks=1), []
    killer = Timer(0.5, sentinels.master.kill)
    killer.start()
    with pytest.raises(BusDown):
        for n in range(1_000_000):
            bodies = [b'{"n":%d}' % (10 * n + i) for i in range(10)]
            careful.send(bodies)
            accepted += bodies
    killer.join()
    careful.close()
    assert accepted, "some were accepted before"
    master_port = sentinels.replica.port
    wait_until(
        lambda: sentinels.client().connection_pool.connection_kwargs["port"] == master_port,
        PATIENCE_S,
        "a new master",
    )
    after = Bus(sentinels.url, CITY)

    def answers() -> bool:
        """All Sentinels agree, and the new master takes questions."""
        try:
            return bool(after.last_id())
        except BusDown:
            return False

    wait_until(answers, PATIENCE_S, "a bus at the new master")
    kept, cursor = set(), START
    while found := after.read(cursor, 10_000):
        kept |= {body for _, body in found}
        cursor = found[-1][0]
    after.close()
    assert set(accepted) <= kept


def test_doctor_knows_the_constellation(
    sentinels: Sentinels, make_site: Callable[..., Site]
) -> None:
    site = make_site(None, sentinels)
    doctor = site.start("doctor", "--json")
    doctor.wait()
    found = {one["check"]: one for one in doctor.output()["findings"]}
    text = found["redis.topology"]["text"]
    assert f"127.0.0.1:{sentinels.line.port}" in text and "1 个副本" in text and "3 个哨兵" in text
    sentinels.replica.kill()
    sentinels.master.client().execute_command("CLIENT", "KILL", "TYPE", "replica")
    wait_until(
        lambda: sentinels.client().info("replication")["connected_slaves"] == 0,
        what="the master without a replica",
    )
    alone = site.start("doctor", "--json")
    alone.wait()
    found = {one["check"]: one for one in alone.output()["findings"]}
    assert found["redis.topology"]["level"] == "warn" and found["redis.topology"]["advice"]
