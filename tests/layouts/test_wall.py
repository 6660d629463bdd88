"""The frame of the wall for any number of scenes."""

from __future__ import annotations

import pkgutil
from dataclasses import replace

from dash import html

import layouts.scenes
from layouts import ids
from layouts.definition import Definition
from layouts.scene import CityMap, Scene, View
from layouts.scenes import mounted
from layouts.wall import wall
from tests.layouts.parts import attribute, texts

VIEW = View(
    "岳阳市数字化城市管理",
    "Asia/Shanghai",
    ("cases.disposal_rate",),
    {"cases.disposal_rate": Definition("处置率", "%", "处置数 ÷ 受理数", source="岳阳 2020")},
)


def scene(id: str, title: str, order: int) -> Scene:
    return Scene(id, title, order, lambda view: html.Div(view.city, className="grid"))


def test_the_navigation_shows_the_mounted_scenes_and_no_other() -> None:
    page = wall(VIEW, [scene("overview", "总览", 10), scene("hotline", "热线", 40)])
    assert attribute(page, "data-goto") == ["overview", "hotline"]
    assert attribute(page, "data-scene") == ["overview", "hotline"]
    assert attribute(page, "data-title") == ["总览", "热线"]
    assert texts(page).count("热线") == 1


def test_the_header_has_banner_demo_mark_clock_and_freshness() -> None:
    page = wall(VIEW, [scene("overview", "总览", 10)])
    classes = attribute(page, "className")
    for name in (
        "banner",
        "alarm-bar gone",
        "sound gone",
        "demo gone",
        "clk",
        "date",
        "fresh",
        "as-of",
        "card",
    ):
        assert name in classes
    assert {ids.WALL, ids.NAV, ids.BANNER, ids.STAGE, ids.CARD} <= set(attribute(page, "id"))


def test_every_module_of_the_package_is_mounted_in_order() -> None:
    modules = [module.name for module in pkgutil.iter_modules(layouts.scenes.__path__)]
    everything = replace(
        VIEW,
        map=CityMap("v1", (113.4, 34.6, 113.9, 34.9)),
        parts=frozenset({"hotline", "platform"}),
    )
    scenes = mounted(everything)
    assert sorted(s.id for s in scenes) == sorted(modules)
    assert [s.order for s in scenes] == sorted(s.order for s in scenes)
    assert scenes[0].title == "总览"


def test_a_city_without_a_grid_has_no_map_anywhere() -> None:
    assert "grid_heat" not in [one.id for one in mounted(VIEW)]
    assert "map-box" not in attribute(wall(VIEW, mounted(VIEW)), "className")


def test_a_city_without_a_hotline_or_a_platform_has_neither_scene_nor_strip() -> None:
    assert [one.id for one in mounted(VIEW)] == ["overview", "cases", "ranking", "annual"]
    plain = attribute(wall(VIEW, mounted(VIEW)), "data-measure")
    assert not [key for key in plain if ".calls." in key or ".platform." in key]
    one = replace(VIEW, parts=frozenset({"hotline"}))
    assert [scene.id for scene in mounted(one)] == [
        "overview",
        "cases",
        "hotline",
        "ranking",
        "annual",
    ]
    assert "grid overview with-ops only-hotline" in attribute(wall(one, mounted(one)), "className")


def test_a_measure_has_its_name_and_an_unknown_one_its_id() -> None:
    assert VIEW.name("cases.disposal_rate") == "处置率"
    assert VIEW.name("cases.unheard_of") == "cases.unheard_of"


def test_a_definition_carries_only_what_it_says() -> None:
    told = VIEW.definitions["cases.disposal_rate"].as_json()
    assert told == {"name": "处置率", "unit": "%", "text": "处置数 ÷ 受理数", "source": "岳阳 2020"}
