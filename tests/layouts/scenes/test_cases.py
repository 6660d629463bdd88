"""案件: every figure it asks for is in the frame and has a card, in every city."""

from __future__ import annotations

from pathlib import Path

import dashboard
from dashboard.cards import definitions
from dashboard.city import load_profile
from layouts.scene import View
from layouts.scenes.cases import SCENE
from tests.browser import opscenery, scenery
from tests.layouts.parts import attribute

PAGE = SCENE.build(View("梅县", "Asia/Shanghai", (), {}))
FRAME = scenery.frame(**opscenery.operations())
ASSETS = Path(dashboard.__file__).parent / "assets"


def test_every_city_has_it_between_the_map_and_the_hotline() -> None:
    assert SCENE.wanted(View("梅县", "Asia/Shanghai", (), {}))
    assert 20 < SCENE.order < 40


def test_everything_asked_for_is_in_the_frame() -> None:
    assert set(attribute(PAGE, "data-measure")) <= set(FRAME["m"])
    for keys in attribute(PAGE, "data-keys"):
        for path in keys.split():
            section, _, key = path.partition(".")
            assert key in FRAME[section], path


def test_every_number_has_a_card() -> None:
    cards = definitions(load_profile("meixian"))
    keys = set(attribute(PAGE, "data-card")) | set(attribute(PAGE, "data-measure"))
    assert "open.backlog.due_24h" in keys and "today.cases.rework" in keys
    for key in keys:
        assert key in cards or key.partition(".")[2] in cards, key


def test_tiles_have_places_in_the_grid() -> None:
    sheet = (ASSETS / "scene-cases.css").read_text("utf-8")
    for tile in attribute(PAGE, "data-tile"):
        assert f".t-{tile}{{grid-area:{tile}}}" in sheet
