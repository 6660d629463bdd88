"""Redis addresses 地址: one server, Sentinel 哨兵 or Cluster 集群, read from one URL.

redis://[user:password@]host[:port][/db]         rediss://…  unix://…
redis+sentinel://[user:password@]host:port,host2:port/master[/db][?sentinel_password=…]
redis+cluster://[user:password@]host:port,host2:port
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

Node = tuple[str, int]


class BadRedisUrl(ValueError):
    """A Redis URL that cannot be used; the text says what was expected, never the password."""


@dataclass(frozen=True)
class RedisAddress:
    """Where Redis is; `url` is set for a single server, `nodes` for Sentinel and Cluster."""

    kind: Literal["single", "sentinel", "cluster"]
    url: str = ""
    nodes: tuple[Node, ...] = ()
    master: str = ""
    db: int = 0
    username: str | None = None
    password: str | None = None
    sentinel_username: str | None = None
    sentinel_password: str | None = None
    tls: bool = False


def read_redis_url(url: str) -> RedisAddress:
    """The address in `url`; raises `BadRedisUrl`."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss", "unix") or kind not in ("", "sentinel", "cluster"):
        raise BadRedisUrl(f"scheme {parts.scheme}: expected redis, redis+sentinel, redis+cluster")
    if not kind:
        return RedisAddress("single", url=url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    path = [unquote(word) for word in parts.path.split("/") if word]
    query = parse_qs(parts.query)
    common: dict[str, Any] = {
        "username": unquote(username) or None,
        "password": unquote(password) or None,
        "tls": scheme == "rediss",
    }
    if kind == "cluster":
        if path not in ([], ["0"]):
            raise BadRedisUrl(f"path {parts.path}: a Redis Cluster has only database 0")
        return RedisAddress("cluster", nodes=_nodes(hosts, 6379), **common)
    if not path or len(path) > 2 or not path[-1 if len(path) == 2 else 0]:
        raise BadRedisUrl(f"path {parts.path or '/'}: expected /MASTER or /MASTER/DB")
    if len(path) == 2 and not path[1].isdecimal():
        raise BadRedisUrl(f"database {path[1]}: expected a number")
    return RedisAddress(
        "sentinel",
        nodes=_nodes(hosts, 26379),
        master=path[0],
        db=int(path[1]) if len(path) == 2 else 0,
        sentinel_username=query.get("sentinel_username", [None])[0],
        sentinel_password=query.get("sentinel_password", [None])[0],
        **common,
    )


def _nodes(hosts: str, default_port: int) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for word in hosts.split(","):
        host, colon, port = word.strip().rpartition(":")
        if not colon or "]" in port:  # no port, or the colon of a bare [IPv6]
            host, port = word.strip(), str(default_port)
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise BadRedisUrl(f"{word or 'no host'}: expected host:port")
        nodes.append((host.strip("[]"), int(port)))
    return tuple(nodes)
