"""The heat layer: the right cell under every pixel, the right colour on it, after any deltas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.heatplay import small_grid
from tests.browser.playing import Stage, until

Wall = Callable[..., Page]
MORE = ("map",)
CELLS, DUTIES = "reported.30d.unit_cell", "reported.30d.duty_grid"
SAMPLES = 600
VIEW = "cityops.mapViews.get('map-grid')"
HELPERS = """
window.probe = {
  view: () => cityops.mapViews.get('map-grid'),
  settled: () => new Promise((resolve) => {
    const layer = probe.view().layer();
    const wait = () => {
      const missing = Array.from(layer.held.values()).some((tile) => !tile.index);
      if (layer.held.size && !missing) resolve(); else setTimeout(wait, 10);
    };
    setTimeout(wait, 10);
  }),
  async wrongCells(samples, zoom) {
    const map = probe.view().map();
    const wrong = [];
    const left = new Set(samples.keys());
    while (left.size) {
      const first = samples[left.values().next().value];
      map.setView([first[1], first[0]], zoom, { animate: false });
      await probe.settled();
      const seen = map.getBounds().pad(-0.02);
      Array.from(left).forEach((n) => {
        const [lon, lat, cell] = samples[n];
        if (!seen.contains([lat, lon])) return;
        left.delete(n);
        const found = probe.view().layer().cellAt(L.latLng(lat, lon));
        if (found !== cell) wrong.push([lon, lat, cell, found]);
      });
    }
    return wrong;
  },
  /** Pixels of all tiles that have not the colour of their cell's value. */
  async wrongPixels(level, bounds) {
    const view = probe.view();
    const vector = view.vector();
    const parent = await cityops.parentOf(view.meta(), level);
    const css = getComputedStyle(document.documentElement);
    const colours = Array.from({ length: 9 }, (_, i) => css.getPropertyValue('--h' + i).trim());
    let wrong = 0, seen = 0;
    view.layer().held.forEach((tile) => {
      const shown = tile.canvas.getContext('2d').getImageData(0, 0, 256, 256).data;
      for (let p = 0; p < 65536; p += 1) {
        const cell = tile.ids[p];
        let want = [0, 0, 0, 0];
        if (cell) {
          const value = vector.values[parent ? parent[cell - 1] : cell - 1];
          let c = bounds.length - 1;
          while (c > 0 && value < bounds[c]) c -= 1;
          const n = parseInt(colours[c].slice(1), 16);
          want = [n >> 16, (n >> 8) & 255, n & 255, 255];
          seen += 1;
        }
        if (want.some((octet, k) => shown[4 * p + k] !== octet)) wrong += 1;
      }
    });
    return { wrong, seen };
  },
};
"""


@pytest.fixture
def map_page(wall: Wall, stage: Stage) -> Iterator[Callable[[str], Page]]:
    def show(key: str) -> Page:
        page = wall(path=f"/wall/grid_heat?map={key}")
        page.evaluate(HELPERS)
        until(
            page, f"Boolean({VIEW} && {VIEW}.layer() && {VIEW}.vector() && {VIEW}.vector().values)"
        )
        page.evaluate("probe.settled()")
        until(page, f"cityops.live.now() && {VIEW}.key() === '{key}'")
        return page

    yield show
    stage.heat(auto=0)


@pytest.mark.parametrize("zoom", range(11, 17))
def test_the_cell_under_a_pixel_is_the_true_one(map_page: Callable[[str], Page], zoom: int) -> None:
    grid = small_grid()
    chosen = np.random.default_rng(zoom).choice(len(grid), min(SAMPLES, len(grid)), replace=False)
    samples = [[*grid.centres[i].tolist(), int(i) + 1] for i in chosen]
    page = map_page(CELLS)
    assert (
        page.evaluate("([samples, zoom]) => probe.wrongCells(samples, zoom)", [samples, zoom]) == []
    )


@pytest.mark.parametrize("key", [CELLS, DUTIES])
def test_after_a_thousand_deltas_values_are_the_servers_and_pixels_the_palettes(
    map_page: Callable[[str], Page], stage: Stage, key: str
) -> None:
    page = map_page(key)
    fetched = fetched_at_rest(page)
    stage.heat(ticks=1000, cells=30, seed=5)
    same_as_server(page, stage, key)
    assert page.evaluate(ASKED) == fetched, "the deltas alone must do"
    bounds = page.evaluate(f"{VIEW}.vector().bounds")
    told = page.evaluate("([level, b]) => probe.wrongPixels(level, b)", [key.split(".")[2], bounds])
    assert told["wrong"] == 0
    assert told["seen"] > 20_000


ASKED = "performance.getEntriesByType('resource').filter((e) => e.name.includes('/heat/')).length"


def fetched_at_rest(page: Page) -> int:
    """How many vectors were fetched, once none has been for a while: the stream is then tuned."""
    fetched, quiet = -1, 0
    while quiet < 6:
        page.wait_for_timeout(250)
        now: int = page.evaluate(ASKED)
        fetched, quiet = now, quiet + 1 if now == fetched else 0
    return fetched


def same_as_server(page: Page, stage: Stage, key: str) -> None:
    """Waits until the browser has caught up; values must then be the server's."""
    want: list[int] = stage.heat(values=key)["values"]
    got: list[int] = []
    for _ in range(100):
        got = page.evaluate(f"Array.from(cityops.heat.vector('{key}').values)")
        if got == want:
            return
        page.wait_for_timeout(100)
    wrong = sum(a != b for a, b in zip(got, want, strict=True))
    raise AssertionError(f"{wrong} of {len(want)} values are not the server's")


def test_a_lost_delta_is_noticed_and_made_good(
    map_page: Callable[[str], Page], stage: Stage
) -> None:
    page = map_page(CELLS)
    page.wait_for_timeout(300)
    stage.heat(ticks=1, cells=200, lose=True, seed=8)
    stage.heat(ticks=1, cells=5, seed=9)
    same_as_server(page, stage, CELLS)


def test_a_broken_stream_loses_nothing(map_page: Callable[[str], Page], stage: Stage) -> None:
    page = map_page(CELLS)
    page.evaluate("cityops.live.again()")
    stage.heat(ticks=3, cells=100, seed=4)
    page.wait_for_timeout(300)
    stage.heat(ticks=1, cells=5, seed=6)
    same_as_server(page, stage, CELLS)


def test_every_level_and_measure_shows(map_page: Callable[[str], Page], stage: Stage) -> None:
    page = map_page(CELLS)
    for level in ("district", "street", "community", "duty_grid"):
        page.click(f"[data-heat='grid.level'] button[data-value={level}]")
        until(page, f"{VIEW}.key() === 'reported.30d.{level}' && Boolean({VIEW}.vector())")
        until(page, f"Boolean({VIEW}.vector().values)")
        page.wait_for_timeout(200)
        bounds = page.evaluate(f"{VIEW}.vector().bounds")
        told = page.evaluate("([level, b]) => probe.wrongPixels(level, b)", [level, bounds])
        assert told["wrong"] == 0, level
    page.click("[data-heat='grid.measure'] button[data-value=on_time_rate]")
    until(page, f"{VIEW}.vector() && {VIEW}.vector().rate && Boolean({VIEW}.vector().values)")
    assert "%" in page.inner_text("[data-heat='grid.legend']")


def test_a_map_out_of_sight_paints_nothing_and_is_right_when_it_shows(
    wall: Wall, stage: Stage
) -> None:
    page = wall(path="/wall?dwell=999&map=" + CELLS)
    page.evaluate(HELPERS)
    page.keyboard.press("2")
    until(page, f"Boolean({VIEW}.vector() && {VIEW}.vector().values)")
    page.evaluate("probe.settled()")
    page.keyboard.press("1")
    page.wait_for_timeout(1_000)
    stage.heat(ticks=5, cells=300, seed=3)
    same_as_server(page, stage, CELLS)
    page.keyboard.press("2")
    page.wait_for_timeout(600)
    bounds = page.evaluate(f"{VIEW}.vector().bounds")
    told = page.evaluate("([level, b]) => probe.wrongPixels(level, b)", ["unit_cell", bounds])
    assert told["wrong"] == 0
    assert told["seen"] > 20_000


def test_the_heap_does_not_grow_with_ticks(map_page: Callable[[str], Page], stage: Stage) -> None:
    page = map_page(CELLS)
    page.wait_for_timeout(500)
    network = page.context.new_cdp_session(page)

    def heap() -> int:
        for _ in range(2):
            network.send("HeapProfiler.collectGarbage")
        told: dict[str, Any] = network.send("Runtime.getHeapUsage")
        return int(told["usedSize"])

    stage.heat(ticks=100, cells=300, seed=1)
    same_as_server(page, stage, CELLS)
    before = heap()
    stage.heat(ticks=500, cells=300, seed=2)
    same_as_server(page, stage, CELLS)
    assert heap() <= before * 1.05


def test_the_renderers_history_stays_empty(map_page: Callable[[str], Page], stage: Stage) -> None:
    page = map_page(CELLS)
    for level in ("street", "duty_grid", "unit_cell"):
        page.click(f"[data-heat='grid.level'] button[data-value={level}]")
        stage.heat(ticks=3, cells=20)
        page.wait_for_timeout(200)
    history = page.evaluate("store.getState().history")
    assert (history["past"], history["future"]) == ([], [])
