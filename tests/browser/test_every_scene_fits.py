"""Every scene, whatever is mounted, on the large walls: in sight, in its tile, large enough, alone.

One page that is resized; the map is looked at in `test_map_fit`, others more closely in their own.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from layouts.scenes import mounted
from tests.browser.measuring import faults
from tests.browser.playing import until
from tests.browser.theatre import view_of

MORE = ("ops",)
Wall = Callable[..., Page]
SIZES = ("1920x1080", "3840x2160", "7680x2160")
SETTLED = """document.querySelectorAll('.scene.leaving').length === 0
 && getComputedStyle(document.querySelector('.scene.on')).opacity === '1'"""


def test_every_scene_fits_the_large_walls(wall: Wall) -> None:
    page = wall(SIZES[0], "/wall?dwell=999")
    scenes = [one.id for one in mounted(view_of(None, True))]
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
