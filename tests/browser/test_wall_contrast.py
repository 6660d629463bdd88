"""Every word on the wall stands out against what is behind it, on every scene."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.deskwalk import contrast
from tests.browser.playing import until

MORE = ("ops", "map")
SETTLED = """document.querySelectorAll('.scene.leaving').length === 0
 && getComputedStyle(document.querySelector('.scene.on')).opacity === '1'"""


def test_every_word_of_every_scene_has_contrast(wall: Callable[..., Page]) -> None:
    page = wall("1920x1080", "/wall?dwell=999")
    scenes = page.evaluate(
        "Array.from(document.querySelectorAll('[data-scene]'), (e) => e.dataset.scene)"
    )
    assert len(scenes) >= 5
    found = {}
    for scene in scenes:
        page.evaluate(f"cityops.stage.show('{scene}')")
        until(page, SETTLED)
        if faint := contrast(page, ".scene.on"):
            found[scene] = faint
    assert found == {}
