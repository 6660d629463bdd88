"""The composition root of the web server 网页进程的总装: settings in, one ASGI app out."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dashboard.cards import definitions
from dashboard.city import load_profile
from dashboard.config import Config
from dashboard.live import App, Hub, live_route
from dashboard.profile import Profile
from dashboard.statics import Statics
from dashboard.web import WallSite, build_id, wall_site
from layouts.scene import View
from layouts.scenes import mounted

ASSETS = Path(__file__).parent / "assets"


def create_app(config: Config) -> App:
    """The app of one web process; call it after the fork. Raises ConfigError, ProfileError."""
    profile = load_profile(config.profile_source)
    statics = Statics(ASSETS)
    view = View(profile.title, profile.timezone, profile.key_rates, definitions(profile))
    scenes = mounted()
    build = build_id(version("cityops-wall"), view, scenes, statics)
    name = config.bus_name(profile.id)
    hub = Hub(config.require_redis(), name, build, now=lambda: time.time_ns() // 1_000_000)
    return wall_site(
        WallSite(
            view=view,
            scenes=scenes,
            statics=statics,
            live=live_route(hub),
            build=build,
            health=lambda: _health(hub),
            lifespan=lambda: _running(hub),
            more=tuple(_names(profile)),
        )
    )


@contextlib.asynccontextmanager
async def _running(hub: Hub) -> AsyncIterator[None]:
    await hub.start()
    try:
        yield
    finally:
        await hub.stop()


def _health(hub: Hub) -> Mapping[str, Any]:
    frame = hub.frame
    data_at = frame["as_of"] if frame else None
    return {"redis_ok": hub.redis_ok, "viewers": hub.viewers, "data_at": data_at}


def _names(profile: Profile) -> Iterator[str]:
    """The names that frames will bring, so that their glyphs are on their way with the page."""
    yield from (area.name for area in profile.districts)
    yield from (department.name for department in profile.departments)
    yield from (source.name for source in profile.sources)
    yield from (channel.name for channel in profile.channels.values())
