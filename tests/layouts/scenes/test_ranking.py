"""考评: everything it draws from is promised by docs/frame.md and in the hand-made frame."""

from __future__ import annotations

from pathlib import Path

import dashboard
from layouts.scene import View
from layouts.scenes.ranking import SCENE
from tests.browser import opscenery, scenery
from tests.layouts.parts import attribute, texts

VIEW = View("岳阳", "Asia/Shanghai", scenery.RATES, {})
PAGE = SCENE.build(VIEW)
FRAME = scenery.frame(**opscenery.operations())
ASSETS = Path(dashboard.__file__).parent / "assets"


def test_every_city_has_it() -> None:
    assert SCENE.wanted(VIEW)


def test_everything_asked_for_is_in_the_frame() -> None:
    for keys in attribute(PAGE, "data-keys"):
        for path in keys.split():
            section, _, key = path.partition(".")
            assert key in FRAME[section], path


def test_it_shows_what_the_office_asked_for() -> None:
    assert {"全市", "区域", "部门", "岗位", "分项得分率", "公式"} <= set(texts(PAGE))


def test_tiles_have_places_and_painters_have_names() -> None:
    sheet = (ASSETS / "scene-ranking.css").read_text("utf-8")
    script = (ASSETS / "ranking.js").read_text("utf-8")
    for tile in attribute(PAGE, "data-tile"):
        assert f".t-{tile}{{grid-area:{tile}}}" in sheet
    for painter in attribute(PAGE, "data-draw"):
        assert f"function {painter}(" in script
