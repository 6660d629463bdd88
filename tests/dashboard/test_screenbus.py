"""Beats and orders through a real Redis: shared by all processes, the latest of each screen."""

from __future__ import annotations

import pytest

from dashboard.redislink import BusDown
from dashboard.screenbeat import Kept
from dashboard.screenbus import ScreenPost, beat_key, orders_key
from dashboard.screenorder import KEPT, make_order
from tests.dashboard.test_screenbeat import beat
from tests.servers import RedisServer

NOW = 1_795_233_610_123


def test_another_process_sees_the_latest_beat_of_each_screen(redis_server: RedisServer) -> None:
    one, other = (ScreenPost(redis_server.url, "qingshi") for _ in range(2))
    one.beat("s1", NOW, beat(seq=1))
    one.beat("s1", NOW + 30_000, beat(seq=2))
    one.beat("s2", NOW, beat(scene="cases"))
    found = other.beats(["s1", "s2", "s3"])
    assert found == {"s1": Kept(NOW + 30_000, beat(seq=2)), "s2": Kept(NOW, beat(scene="cases"))}
    assert other.beats([]) == {}
    assert other._redis.ttl(beat_key("qingshi", "s1")) > 86_400
    other._redis.set(beat_key("qingshi", "s2"), b"from another version")
    assert list(other.beats(["s1", "s2"])) == ["s1"]
    assert ScreenPost(redis_server.url, "other").beats(["s1"]) == {}


def test_orders_are_kept_newest_first_and_not_for_ever(redis_server: RedisServer) -> None:
    post = ScreenPost(redis_server.url, "qingshi")
    given = [make_order("s1", "reload", NOW + n, "root1") for n in range(KEPT + 3)]
    for order in given:
        post.give(order)
    found = post.orders()
    assert [one.id for one in found] == [one.id for one in reversed(given)][:KEPT]
    assert 0 < post._redis.ttl(orders_key("qingshi")) <= 86_400
    post.close()
    assert len(post.orders()) == KEPT  # it connects anew


def test_a_redis_that_is_not_there_is_said_so() -> None:
    post = ScreenPost("redis://127.0.0.1:1/0", "qingshi")
    for ask in (post.orders, lambda: post.beats(["s1"]), lambda: post.beat("s1", NOW, beat())):
        with pytest.raises(BusDown):
            ask()
