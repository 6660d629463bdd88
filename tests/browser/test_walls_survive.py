"""A wall never shows a sign-in page: whatever breaks, it goes on or says so, and heals itself."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hall import Hall
from tests.browser.playing import until
from tests.browser.test_screens import opened
from tests.servers import RedisServer

LIVE = "document.getElementById('wall') && document.getElementById('wall').dataset.link === 'live'"
NUMBER = (
    "document.querySelector('[data-measure=\"today.cases.reported\"][data-part=v]').textContent"
)


@pytest.fixture
def hall(tmp_path: Path, redis_server: RedisServer) -> Iterator[Hall]:
    made = Hall(tmp_path, redis_server.url)
    yield made
    made.end()


def store(hall: Hall) -> Path:
    """The file of the ledger, where the accounts are too."""
    (found,) = [file for file in hall.folder.glob("*.db") if file.stat().st_size]
    return found


def told(page: Page, words: str) -> None:
    """The header says it while the wall goes on."""
    until(page, f"document.querySelector('.as-of').textContent.includes('{words}') && {LIVE}", 60)


def healed(page: Page) -> None:
    until(page, f"!document.querySelector('.as-of').textContent.includes('账号库') && {LIVE}", 60)


def test_the_wall_outlives_its_store_its_key_and_its_server(hall: Hall, browser: Browser) -> None:
    first = re.findall(r"\w{5}-\w{5}-\w{5}", hall.run("init", "--admin", "root1"))[0]
    link = hall.run("screen", "add", "大厅", "--base", hall.url)
    hall.start()
    wall = opened(browser, link)
    seen: list[str] = []
    wall.on("framenavigated", lambda frame: seen.append(frame.url))

    # somebody signed in on the screen's own browser, and the session ended: it is a screen again
    person = wall.context.new_page()
    person.goto(f"{hall.url}/login")
    person.fill("[name=user]", "root1")
    person.fill("[name=password]", first)
    person.click("button.go")
    wall.reload()
    until(wall, f"Boolean({LIVE}) && {NUMBER} === '912'")
    person.goto(f"{hall.url}/account/password")
    person.click("text=退出")
    until(wall, f"Boolean({LIVE}) && cityops.screen.told() !== null", 60)
    person.close()

    # the store is locked by somebody who does not let go: nothing can be written down
    database = store(hall)
    other = sqlite3.connect(database, isolation_level=None, timeout=30)
    other.execute("begin exclusive")
    wall.reload()
    until(wall, f"Boolean({LIVE}) && {NUMBER} === '912'")
    newcomer = browser.new_context().new_page()
    newcomer.goto(link)
    until(newcomer, f"Boolean({LIVE}) && {NUMBER} === '912'", 40)
    newcomer.close()
    other.execute("rollback")
    other.close()

    # the key is gone while serving; then the store is nonsense, and the server restarts into it
    key = hall.folder / "secrets.key"
    kept = key.rename(hall.folder / "kept.key")
    wall.reload()
    until(wall, f"Boolean({LIVE}) && {NUMBER} === '912'")
    hall.stop()
    until(wall, "document.querySelector('.banner').textContent.includes('正在重连')", 60)
    assert wall.evaluate(NUMBER) == "912"  # the last values, and how old they are
    kept.rename(key)
    whole = database.read_bytes()
    for file in hall.folder.glob(f"{database.name}*"):
        file.unlink()
    database.write_bytes(b"this is no database" * 500)
    hall.start()
    until(wall, f"Boolean({LIVE})", 60)
    told(wall, "账号库不可用")
    opened_again = browser.new_context().new_page()
    opened_again.goto(link)  # a kiosk that lost its cookie opens its link
    until(opened_again, f"Boolean({LIVE}) && {NUMBER} === '912'")

    # there is no store at all; an empty one takes its place, which knows no screen
    hall.stop()
    database.unlink()
    hall.start()
    wall.reload()
    until(wall, f"Boolean({LIVE}) && {NUMBER} === '912'", 120)

    # the old one is back: nothing has to be done at the screen
    hall.stop()
    for file in hall.folder.glob(f"{database.name}*"):
        file.unlink()
    database.write_bytes(whole)
    hall.start()
    until(wall, f"Boolean({LIVE}) && cityops.screen.told().settings !== null", 60)
    healed(wall)
    assert not [url for url in seen if "/login" in url]
