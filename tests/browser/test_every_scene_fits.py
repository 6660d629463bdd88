"""Every scene, whatever is mounted, on the large walls: in sight, in its tile, large enough, alone.

One page that is resized, its scenes shown as rotation does; other modules look more closely.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from layouts.scene import CityMap
from layouts.scenes import mounted
from tests.browser.measuring import faults
from tests.browser.playing import until
from tests.browser.theatre import OPS, view_of

MORE = ("map", "ops")
Wall = Callable[..., Page]
MAP = CityMap("x", (113.0, 34.0, 114.0, 35.0))
SIZES = ("1920x1080", "3840x2160", "7680x2160")
ODD = {
    "1920x1200": 0.0149,
    "1600x1200": 0.0124,
    "1280x1024": 0.0116,
    "1920x2160": 0.0093,
    "1200x1920": 0.0155,
    "1280x720": 0.016,
}
"""Of other shapes, with the smallest text: 16:10, 4:3 and 5:4, two screens one above the other."""
SMALL = ("1024x768", "768x1024")
"""Windows: never squeezed, the page scrolls."""
PANELS = {"3840x1080": "2x1", "5760x1620": "3x1", "7680x2160": "4x1"}
"""Walls made of panels in a row: text keeps off every seam."""
KEEP = "(panels) => cityops.seams.keep(document.getElementById('wall'), panels)"
CROSSING = """(columns) => {
  const found = [];
  const walker = document.createTreeWalker(document.getElementById('wall'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const style = getComputedStyle(node.parentElement);
    if (!node.textContent.trim() || style.visibility !== 'visible') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      for (let n = 1; n < columns; n += 1) {
        const seam = (innerWidth * n) / columns;
        if (box.left < seam && box.right > seam) found.push(node.textContent.trim().slice(0, 40));
      }
    }
  }
  return found;
}"""
SETTLED = """document.querySelectorAll('.scene.leaving').length === 0
 && getComputedStyle(document.querySelector('.scene.on')).opacity === '1'"""


def test_every_scene_fits_the_large_walls(wall: Wall) -> None:
    page = wall(SIZES[0], "/wall?dwell=999")
    scenes = [one.id for one in mounted(view_of(MAP, OPS))]
    assert page.evaluate("Array.from(document.querySelectorAll('[data-scene]')).length") == len(
        scenes
    )
    found: list[str] = []
    for size in SIZES:
        width, height = map(int, size.split("x"))
        page.set_viewport_size({"width": width, "height": height})
        for scene in scenes:
            page.evaluate(f"cityops.stage.show('{scene}')")
            until(page, SETTLED)
            page.wait_for_timeout(700)
            told = faults(page, seams=width / height >= 2.5, texts=40)
            found += [f"{size} {scene}: {fault}" for fault in told]
    assert found == [], "\n".join(found)


def test_every_scene_fits_walls_of_other_shapes_and_small_windows(wall: Wall) -> None:
    page = wall(SIZES[0], "/wall?dwell=999")
    found: list[str] = []
    for size, least in {**ODD, **dict.fromkeys(SMALL, 0.016)}.items():
        width, height = map(int, size.split("x"))
        page.set_viewport_size({"width": width, "height": height})
        for scene in (one.id for one in mounted(view_of(MAP, OPS))):
            page.evaluate(f"cityops.stage.show('{scene}')")
            until(page, SETTLED)
            page.wait_for_timeout(400)
            told = faults(page, texts=40, least=least, scrolls=size in SMALL)
            found += [f"{size} {scene}: {fault}" for fault in told]
    assert found == [], "\n".join(found)


def test_on_panels_in_a_row_text_keeps_off_the_seams(wall: Wall) -> None:
    """Two and three panels: no text at all. Four: all but a few, where a line has no room left."""
    page = wall("1920x1080", "/wall?dwell=999")
    faulty: list[str] = []
    left: dict[str, list[str]] = {panels: [] for panels in PANELS.values()}
    before = dict.fromkeys(PANELS.values(), 0)
    for size, panels in PANELS.items():
        width, height = map(int, size.split("x"))
        columns = int(panels.split("x")[0])
        page.set_viewport_size({"width": width, "height": height})
        for scene in (one.id for one in mounted(view_of(MAP, OPS))):
            page.evaluate(f"cityops.stage.show('{scene}')")
            until(page, SETTLED)
            page.wait_for_timeout(500)
            before[panels] += len(page.evaluate(CROSSING, columns))
            page.evaluate(KEEP, panels)
            left[panels] += page.evaluate(CROSSING, columns)
            faulty += [f"{size} {scene}: {fault}" for fault in faults(page, texts=40)]
            page.evaluate(KEEP, "")
    assert faulty == [], "\n".join(faulty)
    assert left["2x1"] == [] and left["3x1"] == [], left
    assert before["4x1"] > 20 and len(left["4x1"]) <= before["4x1"] / 4, left
    assert page.evaluate("document.querySelectorAll('#wall [style*=relative]').length") == 0
