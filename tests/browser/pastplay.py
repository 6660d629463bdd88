"""Minutes before the play, recorded by the real recorder into a real ledger: with a gap in them.

The minute so many minutes before the afternoon shows as many cases reported, on the map too.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

import numpy as np
from starlette.routing import Route

from dashboard.city import load_profile
from dashboard.heat.ground import Ground, read_ground
from dashboard.ledger.database import Database
from dashboard.ledger.minutes import Minutes
from dashboard.recorder import Recorder
from dashboard.replay.heatshot import Shot
from dashboard.replay.moment import MINUTE_MS
from dashboard.replayweb import ReplaySite, replay_routes
from geo.store import GridStore
from tests.browser import scenery
from tests.browser.heatplay import HeatPlay

NOON: Final = scenery.NOON_MS // MINUTE_MS
BEFORE: Final = (*range(60, 29, -1), *range(20, 0, -1))
"""Minutes before noon that are kept: an hour, but for ten minutes."""


def past_routes(now: Callable[[], int], heat: HeatPlay | None) -> list[Route]:
    """The routes of replay over what was recorded."""
    folder = Path(tempfile.mkdtemp())
    minutes = Minutes(Database(f"sqlite:///{folder}/l.db"))
    ground = None if heat is None else _ground(folder, heat)
    recorded = BEFORE[0]

    def shot() -> Shot | None:
        if ground is None:
            return None
        cells = np.zeros(ground.places, np.int32)
        cells[0] = recorded
        at = (NOON - recorded) * MINUTE_MS
        return Shot(ground.version, at, {"reported.30d": (cells, None)})

    recorder = Recorder(minutes, 7, _at_once, shot)
    for ago in BEFORE:
        at = (NOON - ago) * MINUTE_MS + 59_000
        cell = {**scenery.frame()["m"]["today.cases.reported"], "v": ago, "n": ago}
        frame = scenery.frame(at, ago, **{"m.today.cases.reported": cell})
        recorder.shown(json.dumps(frame).encode(), at)
        recorded = ago
    recorder.close()
    profile = load_profile("zhengzhou")
    held = None if ground is None else lambda: ground
    return replay_routes(ReplaySite(minutes, 7, scenery.TIMEZONE, now, profile, held))


def _ground(folder: Path, heat: HeatPlay) -> Ground:
    store = GridStore(folder / "grid")
    store.save(heat.grid)

    def finder() -> Any:
        raise AssertionError("nothing here is found by its coordinates")

    return read_ground(store, heat.grid.version, finder)


def _at_once(act: Callable[..., Any], *args: Any) -> Future[Any]:
    done: Future[Any] = Future()
    done.set_result(act(*args))
    return done
