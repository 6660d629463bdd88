"""The busy stream 忙时画面流 that the wall is measured on: stirred frames, and the map's news."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import orjson

from dashboard.bench.live_line import now_ms
from dashboard.bench.stir import Stir
from dashboard.bench.stir_heat import StirHeat
from dashboard.bench.wall_city import WallCity
from dashboard.heatbus import HeatPost
from dashboard.heatwork import open_ground
from geo.store import GridStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page, ViewportSize

SIZE: Final[ViewportSize] = {"width": 1920, "height": 1080}
PATIENCE_S: Final = 30.0
GC_PASSES: Final = 3


class Stream:
    """Publishes in the thread of the browser's caller, so that every frame is accounted for."""

    def __init__(self, city: WallCity) -> None:
        line = city.line
        self._bus, self._stir = line.bus, Stir(city.frame)
        self.seq = max(city.frame["seq"], 1)
        self.sent = 0
        post = HeatPost(line.config.require_redis(), line.config.bus_name(line.profile.id))
        store = GridStore(line.config.grid_dir)
        ground = open_ground(store, line.profile.code, store.current or "")
        self._heat = StirHeat(post, ground)

    def publish(self) -> None:
        """One frame, and the map's news if they are due."""
        self.seq += 1
        self.sent += 1
        now = now_ms()
        self._bus.publish(orjson.dumps(self._stir.next(self.seq, now)), self.seq)
        self._heat.turn(now)

    def run(self, page: Page, frames: int, hz: float) -> None:
        """Publishes so many; frames the clock has passed are not made up for."""
        due = time.monotonic()
        for _ in range(frames):
            self.publish()
            due = max(due + 1 / hz, time.monotonic())
            page.wait_for_timeout(max(1.0, (due - time.monotonic()) * 1000))


class WallPage:
    """A wall in Chromium with its instruments; `errors` is what its console said."""

    def __init__(self, browser: Browser, city: WallCity, dwell_s: float) -> None:
        self.page = browser.new_context(viewport=SIZE).new_page()
        self.errors: list[str] = []
        self.page.on("console", lambda one: self._heard(one.type, one.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tools: CDPSession = self.page.context.new_cdp_session(self.page)
        self._url = f"{city.url}/wall?dwell={dwell_s:g}&hold=1&token={city.screen}"

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error":
            self.errors.append(text)

    def open(self, stream: Stream) -> list[str]:
        """Waits until it paints; the ids of its scenes."""
        self.page.goto(self._url)
        end = time.monotonic() + PATIENCE_S
        while not self.page.evaluate("Boolean(window.cityops && cityops.painted > 3)"):
            if time.monotonic() > end:
                raise RuntimeError("墙没有画出数字")
            stream.run(self.page, 1, 5)
        told = "Array.from(document.querySelectorAll('[data-scene]'), (one) => one.dataset.scene)"
        ids: list[str] = self.page.evaluate(told)
        return ids

    def show(self, scene: str) -> None:
        self.page.evaluate("(id) => cityops.stage.show(id)", scene)

    def views(self) -> list[list[str]]:
        """The views the map takes in turn: measure, window, level; none without a map."""
        found: list[list[str]] = self.page.evaluate("cityops.maps ? cityops.mapTurns : []")
        return found

    def choose(self, view: list[str]) -> None:
        """Every map takes this view, as if by hand."""
        told = """([measure, window_, level]) => cityops.maps.forEach((one) =>
            one.choose({ measure, window: window_, level }))"""
        self.page.evaluate(told, view)

    def painted(self) -> int:
        """Frames it has painted since it was opened."""
        found: int = self.page.evaluate("cityops.painted")
        return found

    def memory(self) -> dict[str, int]:
        """Heap in use, DOM nodes and listeners, after everything that can go has gone."""
        for _ in range(GC_PASSES):
            self.tools.send("HeapProfiler.collectGarbage")
        used = self.tools.send("Runtime.getHeapUsage")["usedSize"]
        counters: dict[str, Any] = self.tools.send("Memory.getDOMCounters")
        return {
            "heap": int(used),
            "nodes": int(counters["nodes"]),
            "listeners": int(counters["jsEventListeners"]),
        }

    def history(self) -> int:
        """What dash-renderer keeps of the past and the future; 0 as it should be."""
        told = "(() => { const h = store.getState().history; return [h.past, h.future]; })()"
        past, future = self.page.evaluate(told)
        return len(past) + len(future)

    def close(self) -> None:
        self.page.context.close()
