"""The whole of access in a browser: real processes, a real PostgreSQL that goes away, Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hall import Hall
from tests.browser.playing import until
from tests.servers import PostgresServer, RedisServer


@pytest.fixture
def hall(
    tmp_path: Path, redis_server: RedisServer, postgres_server: PostgresServer
) -> Iterator[Hall]:
    made = Hall(tmp_path, redis_server.url, postgres_server.create_database())
    yield made
    made.end()
    postgres_server.restart()


def painted(page: Page) -> None:
    until(page, "Boolean(window.cityops && window.cityops.painted)")


def test_a_screen_outlives_the_account_store_and_a_person_needs_no_script(
    hall: Hall, browser: Browser, postgres_server: PostgresServer
) -> None:
    said = hall.run("init", "--admin", "root1")
    first = re.findall(r"\w{5}-\w{5}-\w{5}", said)[0]
    link = hall.run("screen", "add", "大厅", "--base", hall.url)
    hall.start()
    screen = browser.new_context(viewport={"width": 1920, "height": 1080})
    wall = screen.new_page()
    complaints: list[str] = []
    wall.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    wall.goto(link)
    painted(wall)
    assert wall.url == f"{hall.url}/wall"  # the token is not in the address
    wall.wait_for_selector(".tick .where >> text=onerror")  # case texts are text
    assert wall.evaluate("window.pwned") is None
    assert wall.evaluate("document.cookie") == ""  # scripts see no credential

    postgres_server.stop()
    wall.wait_for_selector(".as-of >> text=账号库不可用", timeout=30_000)
    assert wall.evaluate("document.getElementById('wall').dataset.link") == "live"
    hall.stop()
    hall.start()  # a restart into the broken store
    wall.reload()
    painted(wall)
    other = browser.new_context().new_page()
    other.goto(link)  # a kiosk that lost its cookies opens its link again
    painted(other)
    assert "/login" not in wall.url + other.url
    postgres_server.restart()
    until(wall, "!document.querySelector('.as-of').textContent.includes('账号库')", 40)

    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    person = plain.new_page()
    person.goto(hall.url)
    assert person.url.startswith(f"{hall.url}/login")
    person.fill("[name=user]", "root1")
    person.fill("[name=password]", first)
    person.click("button.go")
    assert person.url == f"{hall.url}/account/password"
    person.fill("[name=old]", first)
    person.fill("[name=new]", "Bei-jie-2027")
    person.fill("[name=again]", "Bei-jie-2027")
    person.click("button.go")
    assert "口令已改" in person.content() and "系统管理" in person.content()
    person.click("text=退出登录")
    assert person.url == f"{hall.url}/login"

    hall.run("screen", "revoke", "大厅")
    wall.wait_for_selector("text=此屏幕的授权已吊销", timeout=20_000)
    assert "login" not in wall.content()
    assert [text for text in complaints if "Content Security Policy" in text] == []
