"""The grid of a demo 演示网格: generated once for its city, tiles and files made in the background.

`python -m dashboard.demogrid` with the demo's settings in the environment.
"""

from __future__ import annotations

import logging
import sys
import time

import numpy as np
import orjson
import shapely  # type: ignore[import-untyped]

from dashboard.city import FOLDER, load_profile
from dashboard.config import Config, load_config
from dashboard.gridfiles import GridFiles
from dashboard.profile import Profile
from geo.generate import Plan, PlannedDistrict, generate
from geo.idtiles import IdTiles
from geo.projection import Shapes
from geo.store import GridStore

log = logging.getLogger(__name__)


def plan_of(profile: Profile) -> Plan:
    """What a city's profile says of its ground, with the outlines drawn beside the built-in ones."""
    streets: dict[str, list[tuple[str, str]]] = {area.code: [] for area in profile.districts}
    for street in profile.streets:
        streets[street.parent].append((street.code, street.name))
    return Plan(
        profile.code,
        [
            PlannedDistrict(d.code, d.name, d.lon, d.lat, d.weight, streets[d.code])
            for d in profile.districts
        ],
        area_m2=profile.area_km2 * 1e6 if profile.area_km2 else None,
        duty_grids=round(profile.facts.get("duty_grids", 0)) or None,
        outlines=_drawn(profile),
        drawn=True,
        source="cityops demo",
    )


def _drawn(profile: Profile) -> Shapes | None:
    """Schematic outlines 示意 of the districts in their order, where we have drawn them all."""
    file = FOLDER / f"{profile.id}.geojson"
    if not file.is_file():
        return None
    found = {
        one["properties"]["code"]: shapely.from_geojson(orjson.dumps(one["geometry"]))
        for one in orjson.loads(file.read_bytes())["features"]
    }
    if any(area.code not in found for area in profile.districts):
        return None
    return np.array([found[area.code] for area in profile.districts], object)


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
    """`generate`, or `prepare` what is there."""
    profile = load_profile(config.profile_source)
    store = GridStore(config.grid_dir)
    started = time.monotonic()
    if act == "generate":
        print(make(profile, store))
    elif store.current is not None:
        print(f"{prepare(store, store.current)} tiles")
    log.info("%s: %.1f s", act, time.monotonic() - started)


if __name__ == "__main__":
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(message)s")
    main(load_config(), sys.argv[1])
