"""总览: the figures it asks the frame for, and nothing a frame does not have."""

from __future__ import annotations

from pathlib import Path

import dashboard
from layouts.definition import Definition
from layouts.scene import View
from layouts.scenes.overview import FUNNEL, RANKED_BY, SCENE
from tests.browser import scenery
from tests.layouts.parts import attribute, texts

NAMES = {"cases.closure_rate": "结案率", "cases.rework_rate": "返工率"}
VIEW = View(
    "郑州市数字化城市管理",
    "Asia/Shanghai",
    scenery.RATES,
    {key: Definition(name, "%", "…") for key, name in NAMES.items()},
)
PAGE = SCENE.build(VIEW)


def test_the_funnel_runs_from_report_to_closure() -> None:
    assert [step.label for step in FUNNEL] == [
        "上报",
        "受理",
        "立案",
        "派遣",
        "处置",
        "核查",
        "结案",
    ]
    asked = attribute(PAGE, "data-measure")
    for step in FUNNEL:
        assert f"today.{step.counter}" in asked


def test_the_citys_key_rates_are_shown_for_the_month_by_their_names() -> None:
    asked = attribute(PAGE, "data-measure")
    for measure in scenery.RATES:
        assert asked.count(f"month.{measure}") == 6  # value, verdict, target, bar, n / d, change
    shown = texts(PAGE)
    assert "结案率" in shown and "返工率" in shown
    assert "cases.on_time_disposal_rate" in shown  # no definition given: its id, not a blank


def test_every_figure_and_series_asked_for_is_in_the_frame() -> None:
    frame = scenery.frame()
    assert set(attribute(PAGE, "data-measure")) <= set(frame["m"])
    for keys in attribute(PAGE, "data-keys"):
        for key in keys.split():
            section, dot, name = key.partition(".")
            assert name in frame[section] if dot else section in frame, key


def test_districts_are_ranked_against_the_target_of_one_measure() -> None:
    boxes = [keys for keys in attribute(PAGE, "data-keys") if "districts" in keys]
    assert boxes == [f"t.districts m.today.{RANKED_BY}"]


def test_tiles_have_places_in_every_grid() -> None:
    sheet = (Path(dashboard.__file__).parent / "assets" / "scene-overview.css").read_text()
    for tile in attribute(PAGE, "data-tile"):
        assert f".t-{tile}{{grid-area:{tile}}}" in sheet
