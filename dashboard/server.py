"""The composition root of the web server 网页进程的总装: settings in, one ASGI app out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dashboard.accessweb import guarded
from dashboard.alarmcards import alarm_cards
from dashboard.assessmentcards import assessment_cards
from dashboard.auditweb import audit_routes
from dashboard.basemap import BaseMap, base_map
from dashboard.baseweb import base_routes
from dashboard.bus import Bus
from dashboard.cards import definitions
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.config import Config
from dashboard.desksite import open_desk
from dashboard.doors import Doors
from dashboard.frontdoor import look_of, open_front_door
from dashboard.gridfiles import GridFiles
from dashboard.gridweb import MapSite, map_routes
from dashboard.heat.ground import Ground
from dashboard.heathub import HeatHub
from dashboard.heatquery import HeatQuery
from dashboard.heatwork import open_ground
from dashboard.intakeweb import intake_routes
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.minutes import Minutes
from dashboard.ledger.timing import timed
from dashboard.live import App, Hub, live_route
from dashboard.loginweb import login_routes
from dashboard.metricsweb import Told, metrics_routes
from dashboard.oidcweb import oidc_routes
from dashboard.profile import Profile
from dashboard.readiness import Readiness
from dashboard.replayweb import ReplaySite, replay_routes
from dashboard.requestlog import RequestLog
from dashboard.screensite import open_screens
from dashboard.statics import Statics
from dashboard.timings import Timings
from dashboard.web import WallSite, build_id, wall_site
from geo.grid import GridError
from geo.store import GridStore
from layouts.needs import paths_of
from layouts.scene import CityMap, View
from layouts.scenes import mounted

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"


def create_app(config: Config) -> App:
    """The app of one web process; call it after the fork. Raises ConfigError, ProfileError,
    KeyFileError."""
    profile = load_profile(config.profile_source)
    statics = Statics(ASSETS)
    store = GridStore(config.grid_dir)
    files = _grid(store, profile)
    base = base_map(config)
    seen = None if files is None else _seen(files, base, config.map_approval)
    view = View(
        profile.title,
        profile.timezone,
        profile.key_rates,
        definitions(profile) | alarm_cards(profile.alarms) | assessment_cards(profile.assessment),
        map=seen,
        parts=profile.parts,
    )
    scenes = mounted(view)
    build = build_id(version("cityops-wall"), view, scenes, statics)
    name = config.bus_name(profile.id)
    front = open_front_door(config, _now)
    doors, look = front.doors, look_of(config, profile.title, statics)
    hub = Hub(config.require_redis(), name, build, now=_now, told=lambda: _troubles(doors))
    heat = None if files is None else HeatHub(config.require_redis(), name)
    senders = Bus(config.require_redis(), name, shards=config.stream_shards, acks=config.redis_acks)
    screens = open_screens(
        config.require_redis(), name, senders, doors, front.database, _now,
        view=view, scenes=scenes, statics=statics, build=build,
    )  # fmt: skip
    site = ground = None
    if files is not None and heat is not None:
        query = _Lazy(lambda: _query(config, profile, store, files.version)).get
        ground = _ground_of(query)
        site = MapSite(files, heat, query, _told(base, config, profile), config.case_lists)
    requests, queries = RequestLog(lines=config.access_log), Timings()
    told = Told(
        _now,
        lambda: doors.store_ok,
        lambda: senders.work_report() if hub.redis_ok else None,
        requests,
        queries,
    )
    ready = Readiness(hub, lambda: front.signing is not None and front.database.unsound)
    paths = paths_of(scenes, view)
    past = ReplaySite(
        Minutes(front.database), config.replay_days, profile.timezone, _now, profile, ground, paths
    )
    routes = [
        *replay_routes(past),
        *login_routes(front.signing, look, profile.timezone),
        *oidc_routes(front.signing, front.oidc, look),
        *audit_routes(front.signing, look, profile.timezone),
        *metrics_routes(hub, version("cityops-wall"), profile.id, told),
        *intake_routes(senders, config.api_rate, _now),
        *screens.routes,
        *open_desk(config, profile, statics, seen, AuditLog(front.database), _now),
        *(() if site is None else (*map_routes(site), *base_routes(base))),
    ]
    router = wall_site(
        WallSite(
            view=view,
            scenes=scenes,
            statics=statics,
            live=live_route(hub, heat, screens.attended, screens.beside, paths),
            build=build,
            health=ready.told,
            waits=ready.waits,
            lifespan=lambda: _running(hub, heat, doors, queries, *screens.endless),
            routes=routes,
            more=tuple(_names(profile)),
        )
    )
    return guarded(router, doors, look, requests)


@contextlib.asynccontextmanager
async def _running(
    hub: Hub,
    heat: HeatHub | None,
    doors: Doors,
    queries: Timings,
    *endless: Callable[[], Coroutine[Any, Any, None]],
) -> AsyncIterator[None]:
    hubs = [one for one in (hub, heat) if one is not None]
    for one in hubs:
        await one.start()
    going = [asyncio.create_task(run()) for run in endless]
    try:
        with timed(partial(queries.add, "")):
            async with doors.kept():
                yield
    finally:
        for task in going:
            task.cancel()
        for one in hubs:
            await one.stop()


def _grid(store: GridStore, profile: Profile) -> GridFiles | None:
    """The city's grid; None without one, and then the wall has no map."""
    version = store.current
    if version is None:
        return None
    try:
        files = GridFiles(store, version)
    except GridError as error:
        log.error("网格不可用，没有地图: %s", error)
        return None
    if files.about.city != profile.code:
        log.error("%s 中是 %s 的网格，没有地图", store.folder, files.about.city)
        return None
    return files


def _seen(files: GridFiles, base: BaseMap, approval: str) -> CityMap:
    about = files.about
    schematic = about.origin.schematic
    return CityMap(files.version, about.bounds, files.outlines, base.told, schematic, approval)


def _told(base: BaseMap, config: Config, profile: Profile) -> Mapping[str, Any]:
    """What `/grid/meta.json` says beside the grid."""
    repeat = {"times": profile.repeat.times, "days": profile.repeat.days}
    return {"approval": config.map_approval or None, "base": base.told, "repeat": repeat}


def _query(config: Config, profile: Profile, store: GridStore, version: str) -> HeatQuery:
    ledger = open_ledger(config, profile, reading=True)
    ground = open_ground(store, profile.code, version)
    return HeatQuery(profile, ledger, ground, _now)


def _ground_of(query: Callable[[], HeatQuery]) -> Callable[[], Ground]:
    return lambda: query().ground


class _Lazy:
    """Made once, when first asked for; a failure is tried again."""

    def __init__(self, make: Callable[[], HeatQuery]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._made: HeatQuery | None = None

    def get(self) -> HeatQuery:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made


def _now() -> int:
    return time.time_ns() // 1_000_000


def _troubles(doors: Doors) -> Mapping[str, Any]:
    """What every beat tells beside the frame's age: nothing while all is well."""
    return {} if doors.store_ok else {"accounts_ok": False}


def _names(profile: Profile) -> Iterator[str]:
    """The names that frames will bring, so that their glyphs are on their way with the page."""
    yield from (area.name for area in profile.districts)
    yield from (department.name for department in profile.departments)
    yield from (source.name for source in profile.sources)
    yield from (channel.name for channel in profile.channels.values())
    yield from (component.name for component in profile.platform.components)
    yield from (rule.title for rule in profile.alarms.rules.values())
