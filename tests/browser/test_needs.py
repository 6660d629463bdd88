"""A scene reads nothing of the frame that a screen limited to it does not get."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from dashboard.snapshot import shown
from layouts.needs import ALWAYS, needs
from layouts.scene import CityMap
from layouts.scenes import mounted
from tests.browser import opscenery
from tests.browser.playing import Stage, until
from tests.browser.theatre import OPS, view_of

MORE = ("ops", "map")
Wall = Callable[..., Page]
SPY = """() => {
  window.read = new Set();
  const frame = cityops.live.frame();
  for (const section of ['m', 's', 't']) {
    frame[section] = new Proxy(frame[section], {
      get(target, key) {
        if (typeof key === 'string') window.read.add(section + '.' + key);
        return target[key];
      },
    });
  }
}"""
SETTLED = """document.querySelectorAll('.scene.leaving, .scene.next').length === 0
 && getComputedStyle(document.querySelector('.scene.on')).opacity === '1'"""


def test_every_scene_reads_only_what_it_needs(wall: Wall, stage: Stage) -> None:
    page = wall("5760x1620", "/wall?dwell=999")
    stage.play(set=opscenery.queue_alarm(state="acked"))
    page.wait_for_selector(".alarm-bar:not(.gone)")
    stage.play(frozen=True)
    scenes = mounted(view_of(CityMap("x", (113.0, 34.0, 114.0, 35.0)), OPS))
    beyond: dict[str, list[str]] = {}
    for scene in scenes:
        page.evaluate(f"cityops.stage.show('{scene.id}')")
        until(page, SETTLED)
        read: set[str] = set()
        while len(read) < 3:  # a map asks for another stream, and that begins with another frame
            page.evaluate(SPY)
            page.evaluate("window.dispatchEvent(new Event('resize'))")  # all of it is drawn anew
            page.wait_for_timeout(1_500)
            read = set(page.evaluate("Array.from(window.read)"))
        got = needs(scene, view_of(CityMap("x", (113.0, 34.0, 114.0, 35.0)), OPS)) | ALWAYS
        if scene.id != "grid_heat":
            read -= {"s.hourly.reported"}  # the map's time lapse looks on while it is hidden
        if more := sorted(path for path in read if not shown(path, got)):
            beyond[scene.id] = more
    assert beyond == {}, beyond
