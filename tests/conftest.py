"""Fixtures shared by every package's tests: real Redis and PostgreSQL servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers import PostgresServer, RedisServer

# A busy machine is no falsifying example. The gate asks the same examples every time: what a new
# random one finds is for whoever runs pytest at the desk, not for whoever happens to land next.
settings.register_profile("unhurried", deadline=None)
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("unhurried")


@pytest.fixture
def make_redis(tmp_path: Path) -> Iterator[Callable[..., RedisServer]]:
    """Starts Redis servers with extra settings, e.g. `make_redis(maxmemory="8mb")`."""
    servers: list[RedisServer] = []

    def make(**settings: str) -> RedisServer:
        folder = tmp_path / f"redis{len(servers)}"
        folder.mkdir()
        server = RedisServer(folder, **settings)
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def redis_server(make_redis: Callable[..., RedisServer]) -> RedisServer:
    """One fresh Redis for this test: `.url`, `.client()`, `.kill()`, `.restart()`, `.freeze()`."""
    return make_redis()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL cluster for the whole run; a test that kills it must start it again."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The SQLAlchemy URL of a new empty database."""
    return postgres_server.create_database()
