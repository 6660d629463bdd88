"""The map's part of the worker 热力工作: opens the city's grid, and keeps trouble of its own away
from the wall."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from dashboard.heat.desk import HeatDesk
from dashboard.heat.ground import Ground, read_ground
from dashboard.heatbus import HeatPost
from dashboard.ledger import Ledger, spots
from dashboard.profile import Profile
from dashboard.redislink import BusDown, BusFull
from dashboard.replay.heatshot import Shot
from dashboard.tally import Change
from geo.grid import GridError
from geo.locate import Locator
from geo.store import GridStore

log = logging.getLogger(__name__)

REST_MS: Final = 60_000
"""After an error of its own the map rests: the wall goes on without it."""
FULL_MS: Final = 1_000
LOOK_MS: Final = 10_000
"""How often the grid store is looked at: a grid may come or be replaced while we work."""


class LedgerSpots:
    """What the desk asks of the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def since(self, columns: Sequence[str], by: str, start: int) -> Iterable[tuple[Any, ...]]:
        return spots.since(self._ledger, columns, by, start)

    def unfinished(self, columns: Sequence[str], now: int) -> Iterable[tuple[Any, ...]]:
        return spots.unfinished(self._ledger, columns, now)


def open_ground(store: GridStore, city: str, version: str) -> Ground:
    """A grid of this city without its outlines. Raises `GridError`."""
    about = store.about(version)
    if about.city != city:
        raise GridError(f"{store.folder} 中是 {about.city} 的网格，不是 {city} 的")
    return read_ground(store, version, lambda: Locator(store.load(version).shapes))


class HeatWork:
    """A heat desk while the city has a grid; nothing without one."""

    def __init__(self, profile: Profile, ledger: Ledger, post: HeatPost, folder: Path) -> None:
        self._profile, self._ledger, self._post = profile, ledger, post
        self._store = GridStore(folder)
        self._desk: HeatDesk | None = None
        self._version: str | None = None
        self._look_at = 0

    def reset(self) -> None:
        """The ledger was reloaded: what was kept of it is void."""
        if self._desk is not None:
            self._desk.reset()

    def apply(self, changes: Sequence[Change]) -> None:
        """Moves the vectors over a committed batch."""
        desk = self._desk
        if desk is not None:
            self._guarded(lambda: desk.apply(changes), 0)

    def turn(self, now: int) -> None:
        """Lets time pass and tells what changed. Raises `BusDown`."""
        if now >= self._look_at or now < self._look_at - REST_MS:
            self._look_at = now + LOOK_MS
            self._guarded(self._look, now)
        desk = self._desk
        if desk is not None:
            self._guarded(lambda: desk.turn(now), now)

    def shot(self) -> Shot | None:
        """What the map knows now, for replay; None without a grid."""
        desk = self._desk
        if desk is None or not desk.loaded:
            return None
        repeats = [(one.cell, one.category, one.n) for one in desk.worst]
        return Shot(desk.ground.version, desk.told_at, desk.counts(), repeats)

    def _look(self) -> None:
        version = self._store.current
        if version == self._version:
            return
        self._version, self._desk = version, None
        if version is None:
            return
        try:
            ground = open_ground(self._store, self._profile.code, version)
        except GridError as error:
            log.error("网格不可用，没有地图: %s", error)
            return
        history = LedgerSpots(self._ledger)
        self._desk = HeatDesk(self._profile, ground, history, self._post, self._profile.repeat)
        log.info("网格 %s：%d 个单元网格", version, len(ground))

    def _guarded(self, act: Callable[[], None], now: int) -> None:
        try:
            act()
        except BusDown:
            raise
        except BusFull as error:
            log.warning("Redis 已满，热力稍后再发: %s", error)
        except Exception:  # the map's one boundary: the wall must not stand still for it
            log.exception("热力出错，%d 秒后重新载入", REST_MS // 1000)
            self._desk, self._version = None, None
            self._look_at = now + REST_MS
