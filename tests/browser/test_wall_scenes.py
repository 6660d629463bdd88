"""Rotation of the scenes: dwell, warm-up, pause, keys, pinned by the path."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.playing import Stage, until
from tests.browser.scenery import count

SCENES = 2
Wall = Callable[..., Page]
CURRENT = "cityops.stage.current()"


def test_scenes_take_turns_and_the_next_one_is_painted_before_it_shows(
    wall: Wall, stage: Stage
) -> None:
    page = wall(path="/wall?dwell=6&hold=1")
    assert page.inner_text("nav").split() == ["总览", "第二"]
    stage.play(set={"m.open.cases.overdue": count(48)})
    page.wait_for_selector("[data-scene=second].next", state="attached")
    assert page.evaluate("document.getElementById('second-figure').textContent") == "48"
    assert not page.is_visible("[data-scene=second]")
    until(page, f"{CURRENT} === 'second'")
    assert page.inner_text(".ttl") == "第二"
    until(page, f"{CURRENT} === 'overview'")


def test_the_change_is_a_cross_fade(wall: Wall) -> None:
    page = wall(path="/wall?dwell=999")
    page.keyboard.press("ArrowRight")
    assert page.locator(".scene.leaving[data-scene=overview]").count() == 1
    until(page, "document.querySelectorAll('.scene.leaving').length === 0")
    assert page.evaluate("getComputedStyle(document.querySelector('.scene.on')).opacity") == "1"


def test_arrow_keys_and_digits_change_the_scene_and_rest_the_rotation(wall: Wall) -> None:
    page = wall(path="/wall?dwell=2&hold=60")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(CURRENT) == "second"
    page.wait_for_timeout(3_000)
    assert page.evaluate(CURRENT) == "second"
    assert page.is_visible("nav >> text=已暂停")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(CURRENT) == "overview"
    page.keyboard.press("2")
    assert page.evaluate(CURRENT) == "second"


def test_a_touch_rests_the_rotation_for_a_while(wall: Wall) -> None:
    page = wall(path="/wall?dwell=2&hold=3")
    page.mouse.click(900, 500)
    page.wait_for_timeout(2_500)
    assert page.evaluate(CURRENT) == "overview"
    until(page, f"{CURRENT} === 'second'")


def test_space_stops_and_starts(wall: Wall) -> None:
    page = wall(path="/wall?dwell=2&hold=1")
    page.keyboard.press(" ")
    page.wait_for_timeout(3_500)
    assert page.evaluate(CURRENT) == "overview"
    page.keyboard.press(" ")
    until(page, f"{CURRENT} === 'second'")


def test_a_path_pins_its_scene(wall: Wall) -> None:
    page = wall(path="/wall/second?dwell=1")
    assert page.evaluate(CURRENT) == "second"
    page.wait_for_timeout(2_500)
    assert page.evaluate(CURRENT) == "second"


def test_an_unknown_scene_is_not_found(wall: Wall, stage: Stage) -> None:
    page = wall()
    answer = page.goto(stage.url + "/wall/nowhere")
    assert answer is not None and answer.status == 404
    assert "/wall/overview" in answer.text()


def test_a_reload_keeps_the_scene(wall: Wall) -> None:
    page = wall(path="/wall?dwell=999")
    page.keyboard.press("ArrowRight")
    page.reload()
    until(page, "Boolean(window.cityops && cityops.painted)")
    assert page.evaluate(CURRENT) == "second"
