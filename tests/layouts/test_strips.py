"""The strips on the overview: only of the parts a city has."""

from __future__ import annotations

from dataclasses import replace

from layouts.scene import View
from layouts.strips import strip_classes, strips
from tests.browser import opscenery, scenery
from tests.layouts.parts import attribute

BARE = View("梅县", "Asia/Shanghai", (), {})
FRAME = scenery.frame(**opscenery.operations())


def test_a_city_has_the_strips_of_its_parts() -> None:
    assert strips(BARE) == [] and strip_classes(BARE) == ""
    hotline = replace(BARE, parts=frozenset({"hotline"}))
    assert [attribute(one, "data-tile") for one in strips(hotline)] == [["hln"]]
    assert strip_classes(hotline) == " with-ops only-hotline"
    both = replace(BARE, parts=frozenset({"hotline", "platform"}))
    assert [attribute(one, "data-tile") for one in strips(both)] == [["hln"], ["pfm"]]
    assert strip_classes(both) == " with-ops"


def test_the_strips_ask_only_for_what_the_frame_has() -> None:
    for tile in strips(replace(BARE, parts=frozenset({"hotline", "platform"}))):
        assert set(attribute(tile, "data-measure")) <= set(FRAME["m"])
        for keys in attribute(tile, "data-keys"):
            for path in keys.split():
                section, _, key = path.partition(".")
                assert key in FRAME[section], path
