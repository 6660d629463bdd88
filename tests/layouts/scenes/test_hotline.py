"""热线: every figure it asks for is promised by docs/frame.md and in the hand-made frame."""

from __future__ import annotations

from pathlib import Path

import dashboard
from layouts.scene import View
from layouts.scenes.hotline import CALLS, FOLLOWED, ORDERS, RATES, SCENE, WINDOWS
from tests.browser import opscenery, scenery
from tests.layouts.parts import attribute, elements, texts

VIEW = View(
    "郑州市数字化城市管理", "Asia/Shanghai", scenery.RATES, {}, parts=frozenset({"hotline"})
)
PAGE = SCENE.build(VIEW)
FRAME = scenery.frame(**opscenery.operations())
ASSETS = Path(dashboard.__file__).parent / "assets"


def test_a_city_without_a_hotline_has_no_such_scene() -> None:
    assert SCENE.wanted(VIEW)
    assert not SCENE.wanted(View("梅县", "Asia/Shanghai", (), {}))


def test_everything_asked_for_is_in_the_frame() -> None:
    assert set(attribute(PAGE, "data-measure")) <= set(FRAME["m"])
    for keys in attribute(PAGE, "data-keys"):
        for path in keys.split():
            section, dot, key = path.partition(".")
            assert key in FRAME[section] if dot else path in FRAME, path


def test_connect_rates_stand_side_by_side_and_each_explains_itself() -> None:
    assert [rate.label for rate in RATES] == ["今日", "滚动 24 小时", "滚动最低", "本年"]
    cards = attribute(PAGE, "data-card")
    for rate in RATES:
        assert rate.key in cards


def test_today_month_and_year_are_there_for_calls_and_for_the_orders_of_12345() -> None:
    asked = attribute(PAGE, "data-measure")
    for window, _ in WINDOWS:
        for name, _ in (*CALLS, *ORDERS):
            assert f"{window}.calls.{name}" in asked
    assert {"转办", "受理", "办结"} <= set(texts(PAGE))


def test_a_followed_rate_says_why_it_has_no_value() -> None:
    for area, measure, label, why in FOLLOWED:
        tile = next(e for e in elements(PAGE) if getattr(e, "data-tile", "") == area)
        assert label in texts(tile)
        assert attribute(tile, "data-why") == [why]
        assert f"today.calls.{measure}" in attribute(tile, "data-measure")


def test_tiles_have_places_in_every_grid() -> None:
    sheet = (ASSETS / "scene-hotline.css").read_text("utf-8")
    for tile in attribute(PAGE, "data-tile"):
        assert f".t-{tile}{{grid-area:{tile}}}" in sheet
