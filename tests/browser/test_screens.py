"""Screens as devices, for real: arranged, ordered about, seen by those who look after them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hall import Hall
from tests.browser.playing import until
from tests.servers import RedisServer, wait_until

CURRENT = "cityops.stage.current()"
PAINTED = "Boolean(window.cityops && window.cityops.painted && cityops.screen)"
NAV = "Array.from(document.querySelectorAll('nav .link:not(.gone)'), (e) => e.textContent).join()"


@pytest.fixture
def hall(tmp_path: Path, redis_server: RedisServer) -> Iterator[Hall]:
    made = Hall(tmp_path, redis_server.url)
    made.env["CITYOPS_WEB_WORKERS"] = "2"
    yield made
    made.end()


def opened(browser: Browser, link: str, size: tuple[int, int] = (1920, 1080)) -> Page:
    """A screen of its own that has opened its link."""
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    page.goto(link)
    until(page, f"{PAINTED} && cityops.screen.told() !== null")
    return page


def signed_in(browser: Browser, hall: Hall, user: str, first: str) -> Page:
    """A browser in which somebody has chosen a password and is in."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{hall.url}/login")
    page.fill("[name=user]", user)
    page.fill("[name=password]", first)
    page.click("button.go")
    page.fill("[name=old]", first)
    page.fill("[name=new]", "Bei-jie-2027")
    page.fill("[name=again]", "Bei-jie-2027")
    page.click("button.go")
    return page


def test_a_screen_is_arranged_ordered_about_and_seen(hall: Hall, browser: Browser) -> None:
    first = re.findall(r"\w{5}-\w{5}-\w{5}", hall.run("init", "--admin", "root1"))[0]
    operator = re.findall(
        r"\w{5}-\w{5}-\w{5}",
        hall.run("user", "add", "wang", "--name", "王敏", "--roles", "operator"),
    )[0]
    link = hall.run("screen", "add", "大厅", "--base", hall.url, "--dwell", "600")
    hall.run("screen", "add", "走廊", "--scenes", "cases", "--base", hall.url)
    hall.start()
    wall = opened(browser, link)
    wall.evaluate("window.mark = 1")
    everything = wall.evaluate(NAV)

    # its schedule, at once and without a reload
    hall.run("screen", "set", "大厅", "--scenes", "cases,overview")
    until(wall, f"{NAV} === '案件,总览'")
    assert wall.evaluate(CURRENT) == "overview"
    hall.run("screen", "set", "大厅", "--scenes", "cases")
    until(wall, f"{CURRENT} === 'cases'")
    hall.run("screen", "set", "大厅", "--scenes", "all")
    until(wall, f"{NAV} === '{everything}'")
    assert wall.evaluate("window.mark") == 1

    # orders from the command line
    hall.run("screen", "pin", "大厅", "overview")
    until(wall, f"{CURRENT} === 'overview' && cityops.stage.turning() === 'pinned'")
    hall.run("screen", "unpin", "大厅")
    until(wall, "cityops.stage.turning() === 'turning'")
    hall.run("screen", "pause", "大厅")
    until(wall, "cityops.stage.turning() === 'paused'")
    wait_until(lambda: "在画" in hall.run("screen", "list"), 60, "a beat")

    # the page of those who look after them
    desk = signed_in(browser, hall, "root1", first)
    desk.click("text=大屏：状态与遥控")
    card = desk.locator(".screen", has=desk.locator("h2", has_text="大厅"))
    card.locator("text=● 在画").wait_for()
    assert "总览（停住轮播）" in card.inner_text() and "1920×1080" in card.inner_text()
    assert "停住轮播：已办" in card.inner_text()
    assert "○ 未接入" in desk.locator(".screen", has_text="走廊").inner_text()
    card.locator("select").select_option("cases")
    card.locator("button", has_text="换到画面").click()
    until(wall, f"{CURRENT} === 'cases'")
    card.locator("text=换到画面 案件：已办").wait_for()
    card.locator("button", has_text="重新载入").click()
    until(wall, f"window.mark === undefined && {PAINTED}")
    assert wall.evaluate(CURRENT) == "cases"  # the scene it had
    card.locator("text=重新载入：已办").wait_for(timeout=20_000)
    wall.evaluate("window.mark = 2")
    card.locator("summary").click()
    card.locator("input[name='at.overview']").fill("1")
    card.locator("input[name='at.cases']").fill("")
    card.locator("input[name=dwell]").fill("2")
    card.locator("button", has_text="保存").click()
    desk.locator("#said >> text=停留 2 秒：应为 5–3600").wait_for()
    card.locator("input[name=dwell]").fill("30")
    card.locator("button", has_text="保存").click()
    until(wall, f"{CURRENT} === 'overview' && !({NAV}).includes('案件')")
    assert wall.evaluate("window.mark") == 2  # no second reload: an order is carried out once

    # others see or do not; everything is on record
    person = signed_in(browser, hall, "wang", operator)
    person.goto(f"{hall.url}/desk/screens")
    person.locator("text=● 在画").first.wait_for()
    assert person.locator(".screen button").count() == 0
    hall.run("screen", "revoke", "大厅")
    wall.wait_for_selector("text=此屏幕的授权已吊销", timeout=20_000)
    desk.locator(".screen.revoked >> text=■ 已吊销").wait_for(timeout=20_000)
    told = hall.run("audit", "export")
    assert told.count('"screen.order"') == 5 and told.count('"screen.arrange"') == 4


def test_a_page_that_gets_no_animation_frames_stands_still(hall: Hall, browser: Browser) -> None:
    hall.run("init", "--admin", "root1")
    link = hall.run("screen", "add", "大厅", "--base", hall.url)
    hall.start()
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    page.add_init_script(
        """const frames = requestAnimationFrame.bind(window);
        window.requestAnimationFrame = (then) => (window.covered ? 0 : frames(then));"""
    )
    page.goto(link)
    until(page, f"{PAINTED} && cityops.screen.told() !== null")
    page.evaluate("window.covered = true")
    hall.run("screen", "sound", "大厅")  # has it report at once
    wait_until(lambda: "停住" in hall.run("screen", "list"), 60, "a beat")
    page.evaluate("window.covered = false")
    hall.run("screen", "pause", "大厅")
    wait_until(lambda: "在画" in hall.run("screen", "list"), 60, "a beat")
