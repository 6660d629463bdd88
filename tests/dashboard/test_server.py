"""The web process put together: settings and a real Redis in, pages, health and a stream out."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from dashboard.access.keys import make_keys
from dashboard.bus import frame_key, frames_channel
from dashboard.config import Config, ConfigError, load_config
from dashboard.live import App
from dashboard.server import create_app
from tests.browser.scenery import frame
from tests.dashboard.asking import ask
from tests.dashboard.test_web import started
from tests.servers import RedisServer, free_port


def config(redis_server: RedisServer, **more: object) -> Config:
    settings = {"redis_url": redis_server.url, "data_dir": ".", "access": "open", **more}
    return load_config(env={}, overrides=settings)


def test_the_frame_in_redis_reaches_health_and_the_page_knows_the_city(
    redis_server: RedisServer,
) -> None:
    client = redis_server.client()
    client.set(frame_key("nanyang-2"), json.dumps(frame()))
    client.publish(frames_channel("nanyang-2"), "1")

    async def visit() -> None:
        app = create_app(config(redis_server, city="nanyang", redis_tag="nanyang-2"))
        async with started(app):
            for _ in range(100):
                health = json.loads((await ask(app, "/healthz")).text)
                if health["data_at"]:
                    break
                await asyncio.sleep(0.05)
            assert health["redis_ok"] is True
            assert health["data_at"] == frame()["as_of"]
            page = await ask(app, "/wall")
            assert "南阳市" in page.text
            assert json.dumps(health["build"]) in page.text

    asyncio.run(visit())


async def health(app: App, status: int, **wanted: object) -> dict[str, Any]:
    """What `/healthz` says once it answers with this status and these."""
    for _ in range(400):
        answer = await ask(app, "/healthz")
        told: dict[str, Any] = json.loads(answer.text)
        if answer.status == status and all(told[k] == v for k, v in wanted.items()):
            return told
        await asyncio.sleep(0.05)
    raise AssertionError((answer.status, told))


def test_a_process_that_never_reached_redis_is_not_ready_and_one_that_did_stays_so(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    """A wall must not be led from its last figures to a page without any."""
    make_keys(tmp_path / "secrets.key")
    settings = config(redis_server, data_dir=str(tmp_path), access="required")
    redis_server.kill()

    async def visit() -> None:
        app = create_app(settings)
        assert (await ask(app, "/healthz")).json()["waits"] == ["warmed", "connected", "migrated"]
        async with started(app):
            await health(app, 503, waits=["connected"], ok=False, redis_ok=False)
            assert (await ask(app, "/livez")).status == 200
            assert (await ask(app, "/login")).status == 200  # served all the same
            redis_server.start()
            await health(app, 200, waits=[], ok=True, redis_ok=True)
            redis_server.kill()
            await health(app, 200, ok=True, redis_ok=False)

    asyncio.run(visit())


def test_a_ledger_that_is_away_keeps_no_screen_out(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    make_keys(tmp_path / "secrets.key")
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere"
    settings = config(redis_server, data_dir=str(tmp_path), access="required", ledger_url=url)

    async def visit() -> None:
        app = create_app(settings)
        async with started(app):
            await health(app, 200, waits=[], redis_ok=True)

    asyncio.run(visit())


def test_a_ledger_newer_than_the_program_is_never_ready(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    make_keys(tmp_path / "secrets.key")
    settings = config(redis_server, data_dir=str(tmp_path), access="required")
    engine = create_engine(settings.ledger_url)
    with engine.begin() as connection:
        connection.execute(text("create table alembic_version (version_num varchar(32))"))
        connection.execute(text("insert into alembic_version values ('9999')"))
    engine.dispose()

    async def visit() -> None:
        app = create_app(settings)
        async with started(app):
            await health(app, 503, waits=["migrated"], redis_ok=True)

    asyncio.run(visit())


def test_a_server_without_redis_configured_does_not_start() -> None:
    with pytest.raises(ConfigError, match="redis_url"):
        create_app(load_config(env={}, overrides={"access": "open"}))
