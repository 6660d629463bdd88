"""Ours: the shipped wall with one scene of its own, as `CONTRIBUTING.md` says how to add a scene.

Page frame, scripts, styles, stream, hub, gunicorn worker, Valkey are those that `cityops serve`
starts; the scene has 40 figures and 4 charts. A publisher sends the figures through Redis once a
second, as the worker does. Run as `python ours_page.py PORT`; everything ends with it.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import workload
from dash import html
from gunicorn.app.base import BaseApplication

import dashboard
from dashboard.bus import Bus
from dashboard.commands.serve import WallWorker, raise_file_limit
from dashboard.embedded import EmbeddedValkey
from dashboard.live import Hub, live_route
from dashboard.snapshot import VERSION, Frame
from dashboard.statics import Statics
from dashboard.web import WallSite, wall_site
from layouts.scene import Scene, View
from layouts.widgets import drawn, hero, tile

CITY = "peers"
HERE = Path(__file__).parent
KEYS = [f"today.peer.n{i}" for i in range(workload.NUMBERS)]
CHARTS = [f"chart{i}" for i in range(workload.CHARTS)]


def build(_view: View) -> Any:
    """Five tiles of eight figures each, four of a chart."""
    named = list(zip(workload.NAMES, KEYS, strict=True))
    numbers = [
        tile(f"n{i}", named[i][0], [html.Div([hero(key) for _, key in named[i : i + 8]])])
        for i in range(0, workload.NUMBERS, 8)
    ]
    charts = [
        tile(key, key, [drawn("peer", f"s.{key}", "days")], class_name="peer-chart")
        for key in CHARTS
    ]
    return html.Div([*numbers, *charts], className="grid peers")


def frame() -> Frame:
    """The figures as a frame as the worker publishes it; its number is their instant."""
    tick = workload.now()
    stamp = tick.numbers[0]
    return Frame(
        v=VERSION,
        seq=stamp,
        as_of=stamp,
        build="peers",
        city={"id": CITY, "name": CITY, "title": CITY},
        demo=False,
        sources=[],
        health={"rejected": 0, "lag_ms": 0, "gap": None},
        m={  # type: ignore[typeddict-item]
            key: {"v": n, "n": n, "st": "live"} for key, n in zip(KEYS, tick.numbers, strict=True)
        },
        s=dict(zip(CHARTS, tick.charts, strict=True)),
        t={},
    )


def site(url: str, assets: Path) -> Any:
    """What a gunicorn worker serves; made after the fork."""
    hub = Hub(url, CITY, "peers", now=lambda: time.time_ns() // 1_000_000)

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        await hub.start()
        yield
        await hub.stop()

    view = View(CITY, "Asia/Shanghai", (), {})
    scene = Scene("peers", "对照", 1, build)
    return wall_site(
        WallSite(view, [scene], Statics(assets), live_route(hub), "peers", lifespan=lifespan)
    )


class Server(BaseApplication):
    """gunicorn as `cityops serve` sets it up, one worker."""

    def __init__(self, url: str, port: int, assets: Path) -> None:
        self._make, self._port = (url, assets), port
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"127.0.0.1:{self._port}",
            "workers": 1,
            "worker_class": WallWorker,
            "backlog": 4096,
            "keepalive": 75,
            "loglevel": "warning",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return site(*self._make)


def publish(url: str) -> None:
    """Once a second for ever."""
    bus = Bus(url, CITY)
    due = time.monotonic()
    while True:
        found = frame()
        bus.publish(orjson.dumps(found), found["seq"])
        due += 1
        time.sleep(max(0.0, due - time.monotonic()))


def main(port: int) -> None:
    raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="peers-ours-") as name:
        folder = Path(name)
        assets = folder / "assets"
        shutil.copytree(Path(dashboard.__file__).parent / "assets", assets)
        for file in (HERE / "ours").iterdir():
            shutil.copy(file, assets)
        valkey = EmbeddedValkey(folder / "valkey", folder / "valkey.log")
        threading.Thread(target=publish, args=(valkey.url,), daemon=True).start()
        Server(valkey.url, port, assets).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
