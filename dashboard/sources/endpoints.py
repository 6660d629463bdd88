"""Asking an endpoint 探测: http, tcp, Redis, SQL; an answer within the timeout, or why not.

What cannot be asked at all (an unknown scheme, a driver that is not installed, a file that cannot
be read) is said before the first probe: a mistake of ours is no outage of theirs.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from dashboard.platformparts import Endpoint
from dashboard.redislink import BusDown, BusFull, connect, speaking
from dashboard.redisurl import read_redis_url
from dashboard.sources.sqlprobe import sql_check

READ: Final = 65_536
"""Of an HTTP answer no more is read."""
Check = Callable[[], None]
"""Asks once; returns when there was a good answer, else raises `Failed`."""


class Failed(Exception):
    """The endpoint did not answer, or not well; the text says how."""


class Unaskable(ValueError):
    """An endpoint that cannot be probed from here; the text says what is wrong with it."""


def url_of(endpoint: Endpoint) -> str:
    """The address, from its file where it is in one. Raises `Unaskable`."""
    if not endpoint.file:
        return endpoint.url
    try:
        return Path(endpoint.file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unaskable(f"probe_file {endpoint.file}：{error}") from error


def check_of(endpoint: Endpoint) -> Check:
    """How to ask this endpoint. Raises `Unaskable`; passwords are in no text."""
    url = url_of(endpoint)
    parts = urlsplit(url)
    scheme = parts.scheme.partition("+")[0]
    timeout_s = endpoint.timeout_s
    if scheme in ("http", "https") and parts.hostname:
        return lambda: _http(parts, timeout_s)
    if scheme == "tcp" and parts.hostname and _port(parts):
        return lambda: _tcp(parts, timeout_s)
    if scheme in ("redis", "rediss"):
        return lambda: _redis(url, timeout_s)
    if scheme in ("sqlite", "postgresql", "mysql"):
        try:
            ask = sql_check(url, timeout_s)
        except ValueError as error:
            raise Unaskable(str(error)) from error
        return lambda: _sql(ask)
    raise Unaskable(
        f"探测地址 {scheme or '（空）'}://…，应为 http https tcp redis sqlite postgresql mysql"
    )


def ask(check: Check, clock: Callable[[], float] = time.perf_counter) -> tuple[float | None, str]:
    """(latency in ms, "") of a good answer, or (None, what went wrong)."""
    began = clock()
    try:
        check()
    except Failed as error:
        return None, str(error)
    return (clock() - began) * 1000, ""


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None


def _http(parts: SplitResult, timeout_s: float) -> None:
    """Any answer below 400 is good; redirects are not followed."""
    host = parts.hostname or ""
    try:
        if parts.scheme == "https":
            link: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, parts.port, timeout=timeout_s, context=ssl.create_default_context()
            )
        else:
            link = http.client.HTTPConnection(host, parts.port, timeout=timeout_s)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            link.request("GET", path, headers={"User-Agent": "cityops-probe"})
            answer = link.getresponse()
            answer.read(READ)
        finally:
            link.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Failed(_said(error)) from error
    if answer.status >= 400:
        raise Failed(f"HTTP {answer.status}")


def _tcp(parts: SplitResult, timeout_s: float) -> None:
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout_s).close()
    except OSError as error:
        raise Failed(_said(error)) from error


def _redis(url: str, timeout_s: float) -> None:
    client = connect(read_redis_url(url), timeout_s)
    try:
        with speaking():
            client.ping()
    except (BusDown, BusFull) as error:
        raise Failed(str(error)) from error
    finally:
        client.close()


def _sql(asked: Callable[[], None]) -> None:
    try:
        asked()
    except OSError as error:
        raise Failed(_said(error)) from error


def _said(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
