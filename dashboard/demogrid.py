"""The grid of a demo 演示网格: generated once for its city, tiles and files made beside the rest.

`python -m dashboard.demogrid` with the demo's settings in the environment.
"""

from __future__ import annotations

import logging
import os
import sys
import time

from dashboard.city import load_profile
from dashboard.citygrid import plan_of
from dashboard.config import Config, load_config
from dashboard.gridfiles import GridFiles
from dashboard.ledger.inspection import look
from dashboard.logs import set_up
from dashboard.profile import Profile
from geo.generate import generate
from geo.grid import GridError
from geo.idtiles import IdTiles
from geo.store import GridStore

log = logging.getLogger(__name__)

POLITE = 10
"""Niceness of making tiles: the first screen finds most of them, and nothing waits for them."""


def make(profile: Profile, store: GridStore) -> str:
    """Generates the grid if the store has none of this city; returns its version."""
    current = store.current
    if current is not None and store.about(current).city == profile.code:
        return current
    grid = generate(plan_of(profile), log.info)
    store.save(grid)
    return grid.version


def prepare(store: GridStore, version: str) -> int:
    """Makes what browsers will ask for; returns the number of tiles made."""
    files = GridFiles(store, version)
    files.build()
    tiles = IdTiles(store.path(version) / "tiles", files.about.bounds, lambda: store.load(version))
    return sum(1 for _ in tiles.prebuild())


def main(config: Config, act: str) -> None:
    """`generate`, or `prepare` what is there. Raises `GridError`."""
    profile = load_profile(config.profile_source)
    store = GridStore(config.grid_dir)
    started = time.monotonic()
    if act == "generate":
        book = look(config.ledger_url)
        if book.cases and not book.grid:
            raise GridError(f"{config.data_dir} 里的旧演示没有网格：换一个或删去它，即有地图")
        print(make(profile, store))
    elif store.current is not None:
        os.nice(POLITE)
        print(f"{prepare(store, store.current)} tiles")
    log.info("%s: %.1f s", act, time.monotonic() - started)


if __name__ == "__main__":
    settings = load_config()
    set_up(settings.log_format, "info", "grid", settings.place)
    try:
        main(settings, sys.argv[1])
    except GridError as error:
        sys.exit(str(error))
