"""The face of an alarm: seen on every scene, its scene pinned, restless until acknowledged, heard
once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser import opscenery
from tests.browser.playing import Stage, until
from tests.browser.scenery import NOON_MS

Wall = Callable[..., Page]
MORE = ("ops",)
BAR = ".alarm-bar"
CURRENT = "cityops.stage.current()"
MUTE = "Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' });"
"""A browser that has not been touched yet."""
RINGS = "cityops.sound.played().filter((one) => one.kind === 'alarm').length"


def bar(page: Page) -> str:
    return " ".join(page.inner_text(BAR).split())


def now_ms(page: Page) -> int:
    return round(page.evaluate("cityops.live.now()"))


def enter(stage: Stage, page: Page, **more: Any) -> dict[str, Any]:
    """An alarm that begins at this moment of the play."""
    told = opscenery.queue_alarm(now_ms(page))
    row = told["t.alarms"][0] | {"since": now_ms(page), **more}
    stage.play(set=told | opscenery.alarms([row]))
    return row


def test_an_alarm_is_on_every_scene_and_pins_its_own(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall?dwell=1&hold=1")
    assert not page.is_visible(BAR)
    row = enter(stage, page)
    until(page, f"{CURRENT} === 'hotline'")
    page.wait_for_timeout(2_500)  # longer than a scene stays
    assert page.evaluate(CURRENT) == "hotline"
    said = bar(page)
    for text in ("严重", "排队告警", "12 人", "未确认", "轮播已停"):
        assert text in said
    assert page.locator(f"{BAR} .g-bell").count() == 1
    assert not page.is_visible("nav")
    page.keyboard.press("ArrowRight")  # a person may look elsewhere for a while
    assert page.evaluate(CURRENT) == "platform"
    assert page.is_visible(BAR) and "排队告警" in bar(page)
    until(page, f"{CURRENT} === 'hotline'")
    two = [row | {"id": "x", "rule": "sources", "title": "来源断线", "card": None}, row]
    stage.play(set=opscenery.alarms(two))
    until(page, f"document.querySelector('{BAR}').textContent.includes('共 2 条')")


def test_its_tile_is_red_restless_until_acknowledged_and_says_how_it_ends(
    wall: Wall, stage: Stage
) -> None:
    page = wall(path="/wall/hotline")
    stage.play(set=opscenery.queue_alarm(now_ms(page)))
    page.wait_for_selector(".t-que.alarm")
    moving = "getComputedStyle(document.querySelector('{}')).animationName"
    span = "getComputedStyle(document.querySelector('.t-que')).animationDuration"
    assert page.evaluate(moving.format(".t-que")) == "alarm-bad"
    assert page.evaluate(moving.format(BAR)) == "alarm-bad"
    assert page.evaluate(span) == "1s"  # there and back: 0.5 Hz
    tile = " ".join(page.inner_text(".t-que").split())
    for text in ("超限 2 分", "12人等待", "上限 5 人 1:00", "未确认", "解除：≤ 3 人持续 60 秒"):
        assert text in tile
    stage.play(set=opscenery.queue_alarm(now_ms(page), "acked"))
    page.wait_for_selector(".t-que.alarm.ack")
    assert page.evaluate(moving.format(".t-que")) == "none"
    assert page.evaluate(moving.format(BAR)) == "none"
    assert "值班长已确认" in bar(page) and page.is_visible("nav")
    assert "已确认 值班长" in " ".join(page.inner_text(".t-que .limits").split())


def test_an_acknowledged_alarm_lets_the_rotation_go_on(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall?dwell=1&hold=1")
    enter(stage, page)
    until(page, f"{CURRENT} === 'hotline'")
    stage.play(set=opscenery.queue_alarm(now_ms(page), "acked"))
    until(page, f"{CURRENT} !== 'hotline'")
    assert page.is_visible(BAR)


def test_what_is_over_says_so_for_a_minute_and_then_goes(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall?dwell=999")
    stage.play(set=opscenery.queue_alarm(now_ms(page), "cleared"))
    page.wait_for_selector(f"{BAR}.cleared")
    assert bar(page).split() == ["排队告警", "已解除"]
    assert page.locator(".tile.alarm").count() == 0
    stage.play(offset_ms=56_000)  # the frame keeps the row; the screen lets go of it by itself
    page.wait_for_selector(BAR, state="hidden", timeout=15_000)


def test_it_sounds_once_on_entering_and_not_at_night(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall?dwell=999")
    page.click(".sound")  # unlocks; to this browser `evaluate` is a gesture too, so it may be
    until(page, "cityops.sound.ready()")
    page.wait_for_selector(".sound:not(.locked) >> text=试听")
    page.click(".sound")
    last = "JSON.stringify(cityops.sound.played().slice(-1)[0])"
    until(page, f"""{last} === '{{"kind":"test","severity":"warn","sounded":true}}'""")
    assert page.evaluate(RINGS) == 0
    row = enter(stage, page)
    until(page, f"{RINGS} === 1")
    enter(stage, page, id=row["id"])  # the same incident in the next frames
    page.wait_for_timeout(1_200)
    assert page.evaluate(RINGS) == 1
    first = page.evaluate("cityops.sound.played().slice(-1)[0]")
    assert first == {"kind": "alarm", "severity": "bad", "sounded": True}
    told = opscenery.alarms([row | {"id": "at-night"}], quiet=True)
    stage.play(set=told)
    page.wait_for_selector(".sound >> text=静音时段")
    assert page.evaluate(RINGS) == 1


def test_a_page_that_opens_into_an_alarm_shows_it_silently(wall: Wall, stage: Stage) -> None:
    stage.play(set=opscenery.queue_alarm(NOON_MS))
    page = wall(path="/wall?dwell=999", script=MUTE)
    page.wait_for_selector(f"{BAR}.active")
    page.wait_for_selector(".sound.locked.urgent >> text=启用声音")
    assert page.evaluate(RINGS) == 0
    stage.play(set=opscenery.alarms([]))
    page.wait_for_selector(".sound.locked:not(.urgent)")


def test_alarm_text_is_text_and_a_city_without_alarms_has_no_face(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall?dwell=999")
    enter(stage, page, title="<img src=x onerror=window.pwned=1>", value="<b>9</b>")
    page.wait_for_selector(f"{BAR}.active")
    assert page.evaluate("window.pwned") is None
    assert "<b>9</b>" in page.inner_text(BAR)
    stage.play(reset=True)
    page.wait_for_selector(BAR, state="hidden")


def test_its_bar_opens_the_card_that_explains_it(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall/overview")
    surge = {"rule": "surge-category", "title": "类别突增", "card": None, "scene": None}
    row = enter(stage, page, **surge, value="23 件（同期中位 6 件）")
    page.wait_for_selector(BAR)
    until(page, f"document.querySelector('{BAR}').textContent.includes('{row['title']}')")
    page.click(BAR)
    card = page.inner_text("#wall-card")
    for words in ("类别突增", "23 件（同期中位 6 件）", "中位数", "1.4826", "> 4 倍离差"):
        assert words in card
