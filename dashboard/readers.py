"""How settings that are addresses are read 地址类配置项: Redis, networks, an identity provider."""

from __future__ import annotations

import re

from dashboard.access.peers import read_networks
from dashboard.redisurl import read_redis_url


def redis_address(raw: object) -> str:
    """Reads the URL of one Redis, a Sentinel or a Cluster."""
    try:
        read_redis_url(str(raw))
    except ValueError as error:
        raise ValueError(f"redis://、rediss://、redis+sentinel://… 地址（{error}）") from None
    return str(raw)


def is_cluster(url: str) -> bool:
    """Whether the address, which was read, is that of a Redis Cluster."""
    return read_redis_url(url).kind == "cluster"


def networks(raw: object) -> str:
    """Reads addresses and networks separated by commas."""
    try:
        read_networks(str(raw))
    except ValueError as error:
        raise ValueError(f"IP 地址或网段，逗号隔开（{error}）") from None
    return str(raw)


def issuer(raw: object) -> str:
    """Reads the address of an identity provider: https, or http on this machine."""
    text_ = str(raw)
    local = re.fullmatch(r"http:/{2}(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/\S*)?", text_)
    if text_ and not local and not re.fullmatch(r"https://[^\s/?#]+(/[^\s?#]*)?", text_):
        raise ValueError("https:// 开头的地址，与认证中心自称的 issuer 一字不差")
    return text_
