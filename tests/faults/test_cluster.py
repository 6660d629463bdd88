"""A Redis Cluster of three masters: two cities, one of them in four shards, and the exact sums."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from dashboard.city import load_profile
from dashboard.sources.simulator import year_lines
from dashboard.streams import events_key
from tests.constellations import Cluster, MakeRedis
from tests.faults.processes import (
    CITY,
    PATIENCE_S,
    Feed,
    Site,
    assert_exact,
    make_feed,
    pause_up_to,
    seq,
)
from tests.servers import wait_until

NEIGHBOUR = "yueyang"
SHARDS = 4
KILLS = 3


@pytest.fixture
def cluster(make_redis: MakeRedis) -> Cluster:
    return Cluster(make_redis)


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    """The first days of another city's year."""
    days = year_lines(load_profile(NEIGHBOUR), 2021)
    lines: list[bytes] = []
    while len(lines) < 3_000:
        lines += next(days)
    return make_feed(tmp_path_factory.mktemp("neighbour"), "neighbour", lines, NEIGHBOUR)


def test_two_cities_and_four_shards_come_out_exact(
    cluster: Cluster, spring: Feed, neighbour: Feed, make_site: Callable[..., Site]
) -> None:
    """The worker is killed again and again, and a master that holds a shard as well."""
    chance = random.Random(20211126)
    keys = [events_key(CITY, shard) for shard in range(SHARDS)]
    homes = cluster.homes(keys)
    assert len({node.port for node in homes}) > 1, "the city's shards lie on several nodes"
    many = make_site(None, cluster, stream_shards=str(SHARDS), batch_max="400")
    one = make_site(None, cluster, city=NEIGHBOUR)
    beside = one.start("work")
    pushing = one.start("push", neighbour.file)
    sender = many.start("push", spring.file, "--settle", "2s")
    with many.ledger() as ledger, one.ledger() as other:
        killed = 0
        for _ in range(KILLS):
            worker = many.start("work")
            goal = seq(ledger) + chance.randrange(2, 6)
            wait_until(
                lambda p=worker, g=goal: not p.running or seq(ledger) >= g,
                PATIENCE_S,
                "the worker at work",
            )
            pause_up_to(chance, 0.05)
            killed += worker.kill()
        assert killed == KILLS
        homes[1].kill()
        worker = many.start("work")
        wait_until(lambda: "Redis 不可用" in worker.said(), PATIENCE_S, "its complaint")
        homes[1].start()
        assert sender.wait() == 0, sender.said()
        assert pushing.wait() == 0, pushing.said()
        client = cluster.client()
        held = [client.xlen(key) for key in keys]
        assert min(held) > len(spring.lines) // (2 * SHARDS), held
        many.wait_until_committed(worker, ledger)
        one.wait_until_committed(beside, other)
        assert worker.stop() == 0 and beside.stop() == 0
        assert_exact(ledger, spring)
        assert_exact(other, neighbour)


def test_doctor_knows_the_cluster(cluster: Cluster, make_site: Callable[..., Site]) -> None:
    site = make_site(None, cluster, stream_shards=str(SHARDS))
    doctor = site.start("doctor", "--json")
    doctor.wait()
    found = {one["check"]: one for one in doctor.output()["findings"]}
    text = found["redis.topology"]["text"]
    assert "3 个主节点" in text and "4 个分片" in text
    assert all(str(node.port) in text for node in cluster.homes([events_key(CITY)]))
    cluster.nodes[2].client().config_set("appendonly", "no")
    doctor = site.start("doctor", "--json")
    doctor.wait()
    complaints = [o for o in doctor.output()["findings"] if o["check"] == "redis.settings"]
    assert any(f":{cluster.nodes[2].port}" in one["text"] for one in complaints)
