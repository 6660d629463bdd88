"""平台: every figure it asks for is promised by docs/frame.md and in the hand-made frame."""

from __future__ import annotations

from pathlib import Path

import dashboard
from layouts.scene import View
from layouts.scenes.platform import SCENE
from tests.browser import opscenery, scenery
from tests.layouts.parts import attribute, elements, texts

VIEW = View("郑州", "Asia/Shanghai", scenery.RATES, {}, parts=frozenset({"platform"}))
PAGE = SCENE.build(VIEW)
FRAME = scenery.frame(**opscenery.operations())
ASSETS = Path(dashboard.__file__).parent / "assets"


def test_a_city_without_a_platform_has_no_such_scene() -> None:
    assert SCENE.wanted(VIEW)
    assert not SCENE.wanted(View("梅县", "Asia/Shanghai", (), {}))


def test_everything_asked_for_is_in_the_frame() -> None:
    assert set(attribute(PAGE, "data-measure")) <= set(FRAME["m"])
    for keys in attribute(PAGE, "data-keys"):
        for path in keys.split():
            section, dot, key = path.partition(".")
            assert key in FRAME[section] if dot else path in FRAME, path


def test_availability_is_asked_for_with_both_bounds() -> None:
    tile = next(e for e in elements(PAGE) if getattr(e, "data-tile", "") == "avl")
    keys = " ".join(attribute(tile, "data-keys"))
    assert "availability@lower" in keys and "availability@upper" in keys


def test_what_was_corrected_by_hand_is_a_tile_of_its_own() -> None:
    assert {"中断记录", "人工更正", "工单", "数据接入", "屏幕"} <= set(texts(PAGE))


def test_tiles_have_places_in_every_grid() -> None:
    sheets = "".join(
        (ASSETS / name).read_text("utf-8") for name in ("scene-platform.css", "scene-overview.css")
    )
    for tile in attribute(PAGE, "data-tile"):
        assert f".t-{tile}{{grid-area:{tile}}}" in sheets
