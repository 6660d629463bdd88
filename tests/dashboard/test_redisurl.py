"""Redis addresses: what a URL means, and what is refused."""

from __future__ import annotations

import pytest

from dashboard.redisurl import BadRedisUrl, RedisAddress, read_redis_url


def test_a_plain_url_is_left_to_the_client() -> None:
    url = "rediss://wall:secret@redis.zz.gov.cn:6380/2"
    assert read_redis_url(url) == RedisAddress("single", url=url)


def test_sentinel_names_its_nodes_master_and_database() -> None:
    address = read_redis_url("redis+sentinel://:p%40ss@s1:26379,s2,[::1]:5000/nanyang/3")
    assert address.nodes == (("s1", 26379), ("s2", 26379), ("::1", 5000))
    assert (address.master, address.db, address.password) == ("nanyang", 3, "p@ss")
    assert (address.username, address.tls) == (None, False)


def test_sentinels_may_have_a_password_of_their_own() -> None:
    address = read_redis_url("rediss+sentinel://s1/mymaster?sentinel_password=guard")
    assert (address.sentinel_password, address.password, address.tls) == ("guard", None, True)


def test_cluster_takes_several_nodes() -> None:
    address = read_redis_url("redis+cluster://wall:pw@n1:7000,n2:7001")
    assert address.kind == "cluster"
    assert address.nodes == (("n1", 7000), ("n2", 7001))
    assert (address.username, address.password) == ("wall", "pw")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://host", "scheme http"),
        ("redis+sentinel://s1:26379", "expected /MASTER"),
        ("redis+sentinel://s1/m/x", "database x"),
        ("redis+sentinel://s1/m/0/1", "expected /MASTER"),
        ("redis+sentinel://s1:0/m", "expected host:port"),
        ("redis+cluster://n1:7000/3", "only database 0"),
        ("redis+cluster://", "no host"),
    ],
)
def test_a_bad_url_is_refused_in_words(url: str, found: str) -> None:
    with pytest.raises(BadRedisUrl, match=found):
        read_redis_url(url)


def test_the_password_is_never_in_the_message() -> None:
    with pytest.raises(BadRedisUrl) as caught:
        read_redis_url("redis+cluster://wall:topsecret@n1:x")
    assert "topsecret" not in str(caught.value)
