"""The test servers themselves: they start, survive a kill and keep what was written."""

from __future__ import annotations

import psycopg
import redis

from tests.servers import PostgresServer, RedisServer, wait_until


def test_redis_keeps_its_data_over_a_restart(redis_server: RedisServer) -> None:
    redis_server.client().xadd("{town}:events", {"e": "1"})
    redis_server.restart()
    assert redis_server.client().xlen("{town}:events") == 1


def test_redis_can_be_killed_and_started_empty(redis_server: RedisServer) -> None:
    redis_server.client().set("place", "南阳")
    redis_server.kill()
    redis_server.wipe()
    redis_server.start()
    assert redis_server.client().get("place") is None


def test_a_frozen_redis_times_out(redis_server: RedisServer) -> None:
    client = redis.Redis.from_url(redis_server.url, socket_timeout=0.2, retry=None)
    redis_server.freeze()
    try:
        client.ping()
        raise AssertionError("a frozen server answered")
    except redis.TimeoutError:
        redis_server.thaw()
    wait_until(lambda: bool(redis_server.client().ping()))


def test_postgres_recovers_from_a_kill(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database().replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as connection:
        connection.execute("create table town(name text)")
        connection.execute("insert into town values ('南阳')")
    postgres_server.kill()
    postgres_server.restart()
    with psycopg.connect(url) as connection:
        assert connection.execute("select name from town").fetchall() == [("南阳",)]
