"""The web process put together: settings and a real Redis in, pages, health and a stream out."""

from __future__ import annotations

import asyncio
import json

import pytest

from dashboard.bus import frame_key, frames_channel
from dashboard.config import Config, ConfigError, load_config
from dashboard.server import create_app
from tests.browser.scenery import frame
from tests.dashboard.asking import ask
from tests.dashboard.test_web import started
from tests.servers import RedisServer


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


def test_without_redis_pages_are_served_and_health_says_so(redis_server: RedisServer) -> None:
    settings = config(redis_server)
    redis_server.kill()

    async def visit() -> None:
        app = create_app(settings)
        async with started(app):
            health = await ask(app, "/healthz")
            assert health.status == 200
            assert json.loads(health.text)["redis_ok"] is False
            assert (await ask(app, "/wall")).status == 200

    asyncio.run(visit())


def test_a_server_without_redis_configured_does_not_start() -> None:
    with pytest.raises(ConfigError, match="redis_url"):
        create_app(load_config(env={}, overrides={"access": "open"}))
