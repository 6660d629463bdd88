"""One Dash page beside the stream: routes, policy, warm-up, no socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

import dashboard
from dashboard.cards import definitions
from dashboard.city import load_profile
from dashboard.statics import Statics
from dashboard.web import WallSite, build_id, wall_site
from layouts.scene import View
from layouts.scenes import mounted
from tests.dashboard.asking import Answer, ask

RATES = ("cases.closure_rate", "cases.rework_rate", "cases.disposal_rate")
STATICS = Statics(Path(dashboard.__file__).parent / "assets")


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """A stream that says whether anything stands between it and the server."""
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"a" * 2000, "more_body": True})
    await send({"type": "http.response.body", "body": b"b"})


def site(**more: Any) -> ASGIApp:
    profile = load_profile("zhengzhou")
    view = View(profile.title, profile.timezone, profile.key_rates, definitions(profile))
    return wall_site(WallSite(view, mounted(view), STATICS, stream, build="b7", **more))


@contextlib.asynccontextmanager
async def started(app: ASGIApp) -> AsyncIterator[None]:
    """Runs the app's lifespan around the block."""
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    task = asyncio.ensure_future(app({"type": "lifespan"}, heard.get, said.put))  # type: ignore[arg-type]
    await heard.put({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        await heard.put({"type": "lifespan.shutdown"})
        await task


def get(path: str, **headers: str) -> Answer:
    async def visit() -> Answer:
        app = site()
        async with started(app):
            return await ask(app, path, **headers)

    return asyncio.run(visit())


@pytest.mark.parametrize("path", ["/wall", "/wall/", "/wall/overview"])
def test_the_wall_and_each_scene_have_a_page(path: str) -> None:
    answer = get(path)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "郑州市数字化城市管理" in answer.text
    page = re.search(r'id="cityops-page" type="application/json">(.*?)</script>', answer.text)
    assert page
    told = json.loads(page.group(1))
    assert (told["build"], told["timezone"], told["live"]) == ("b7", "Asia/Shanghai", "/live")
    assert told["definitions"]["cases.closure_rate"]["name"] == "结案率"


def test_the_page_names_no_other_host() -> None:
    urls = re.findall(r'(?:src|href)="([^"]+)"', get("/wall").text)
    assert len(urls) > 20
    assert [url for url in urls if not url.startswith("/")] == []


def test_home_leads_to_the_wall_and_nowhere_is_not_found() -> None:
    home = get("/")
    assert (home.status, home.headers["location"]) == (307, "/wall")
    assert get("/wall/nowhere").status == 404
    assert get("/docs").status == 404
    assert get("/openapi.json").status == 404


def test_the_layout_comes_gzipped_with_the_parts_of_the_scene() -> None:
    answer = get("/wall/_dash-layout", accept_encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    wall = json.loads(answer.text)["props"]["data-html"]
    assert ' data-measure="today.cases.reported"' in wall and ' data-scene="overview"' in wall
    dependencies = json.loads(get("/wall/_dash-dependencies").text)
    assert [d for d in dependencies if d["inputs"]] == []


def test_nothing_stands_between_the_stream_and_the_server() -> None:
    async def visit() -> None:
        parts: list[Any] = []
        app = site()

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            parts.append(message)

        headers = [(b"accept-encoding", b"gzip")]
        scope = {"type": "http", "method": "GET", "path": "/live", "headers": headers}
        await app(scope, receive, send)
        assert [part.get("body") for part in parts] == [None, b"a" * 2000, b"b"]
        assert parts[0]["headers"] == [(b"content-type", b"text/event-stream")]

    asyncio.run(visit())


def test_health_turns_good_after_the_warm_up_and_tells_what_it_is_told() -> None:
    async def visit() -> None:
        app = site(health=lambda: {"redis_ok": False})
        assert (await ask(app, "/healthz")).status == 503
        async with started(app):
            answer = await ask(app, "/healthz")
            assert answer.status == 200
            assert json.loads(answer.text) == {
                "ok": True, "waits": [], "build": "b7", "redis_ok": False,
            }  # fmt: skip

    asyncio.run(visit())


def test_what_runs_with_the_site_starts_and_ends_with_it() -> None:
    events: list[str] = []

    @contextlib.asynccontextmanager
    async def hub() -> AsyncIterator[None]:
        events.append("start")
        yield
        events.append("stop")

    async def visit() -> None:
        async with started(site(lifespan=hub)):
            events.append("serving")

    asyncio.run(visit())
    assert events == ["start", "serving", "stop"]


def test_another_definition_is_another_build() -> None:
    cities = [load_profile(name) for name in ("zhengzhou", "nanyang", "zhengzhou")]
    views = [View("同一抬头", c.timezone, RATES, definitions(c)) for c in cities]
    builds = [build_id("1.0", view, mounted(view), STATICS) for view in views]
    assert builds[0] == builds[2] != builds[1]
    assert builds[0].startswith("1.0-")
    other = View("另一抬头", "Asia/Shanghai", RATES, views[0].definitions)
    assert build_id("1.0", other, mounted(other), STATICS) != builds[0]


def test_every_process_of_the_program_is_the_same_build() -> None:
    """Else a wall whose page came from one web node and whose stream comes from another reloads."""
    script = (
        "from tests.dashboard.test_web import *; city = load_profile('zhengzhou');"
        "view = View('抬头', city.timezone, RATES, definitions(city), parts=city.parts);"
        "print(build_id('1.0', view, mounted(view), STATICS))"
    )
    builds = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(builds) == 1, builds


def test_dash_opens_no_socket() -> None:
    config = re.search(
        r'id="_dash-config" type="application/json">(.*?)</script>', get("/wall").text
    )
    assert config and "websocket" not in json.loads(config.group(1))


def test_glyphs_that_only_frames_bring_are_preloaded() -> None:
    async def visit() -> list[int]:
        counts = []
        for more in ((), ("龘靐齉爩",)):
            app = site(more=more)
            async with started(app):
                counts.append((await ask(app, "/wall")).text.count('rel="preload"'))
        return counts

    few, many = asyncio.run(visit())
    assert 5 < few < many
