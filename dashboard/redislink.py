"""How Redis is reached 连接: clients of one address, and the two things that can happen to them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import redis
import redis.asyncio as redis_async
import redis.asyncio.cluster
import redis.cluster
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from dashboard.redisurl import RedisAddress, read_redis_url


class BusDown(Exception):
    """Redis cannot be reached or does not answer."""


class BusFull(Exception):
    """Redis refuses writes (memory limit 内存上限, disk full): try again later, nothing is lost.

    `accepted`: how many of the events at the front of the list it took all the same, up to `place`.
    """

    def __init__(self, reason: str, accepted: int = 0, place: str = "") -> None:
        super().__init__(reason)
        self.accepted, self.place = accepted, place


class Speaker:
    """One end of a line to Redis, for threads: a client of its own, connected at first use."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self._address, self._timeout_s = read_redis_url(url), timeout_s
        self._made: Any = None

    @property
    def _redis(self) -> Any:
        if self._made is None:
            self._made = connect(self._address, self._timeout_s)
        return self._made

    def close(self) -> None:
        if self._made is not None:
            self._made.close()
            self._made = None


def connect(address: RedisAddress, timeout_s: float) -> Any:
    """A client for threads; it connects at first use."""
    return _connect(address, redis, Retry(NoBackoff(), 0), timeout_s)


def connect_async(url: str, timeout_s: float) -> Any:
    """A client for the event loop; it connects at first use."""
    return _connect(read_redis_url(url), redis_async, AsyncRetry(NoBackoff(), 0), timeout_s)


def _connect(address: RedisAddress, library: Any, retry: Any, timeout_s: float) -> Any:
    """A client of `library` (redis or redis.asyncio) without retries of its own: every lost
    connection is seen by the caller, who then checks whether the stream is still the same."""
    settings: dict[str, Any] = {
        "protocol": 2,
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "socket_keepalive": True,
        "health_check_interval": 15,
        "retry": retry,
    }
    if address.kind == "single":
        return library.Redis.from_url(address.url, **settings)
    settings |= {"username": address.username, "password": address.password, "ssl": address.tls}
    if address.kind == "cluster":
        nodes = [library.cluster.ClusterNode(host, port) for host, port in address.nodes]
        return library.RedisCluster(startup_nodes=nodes, **settings)
    sentinel = library.Sentinel(list(address.nodes), sentinel_kwargs=_sentinel_login(address))
    return sentinel.master_for(address.master, db=address.db, **settings)


def _sentinel_login(address: RedisAddress) -> dict[str, Any]:
    return {
        "username": address.sentinel_username,
        "password": address.sentinel_password,
        "ssl": address.tls,
        "socket_timeout": 1.0,
    }


@contextlib.contextmanager
def speaking() -> Iterator[None]:
    """Turns what the client raises into the two things that can happen to a bus."""
    try:
        yield
    except (redis.RedisError, OSError) as error:
        if refuses_writes(error):
            raise BusFull(str(error)) from error
        raise BusDown(f"{type(error).__name__}: {error}") from error


def refuses_writes(error: Exception) -> bool:
    return isinstance(error, redis.exceptions.OutOfMemoryError) or str(error).startswith(
        ("OOM", "MISCONF", "NOREPLICAS")
    )
