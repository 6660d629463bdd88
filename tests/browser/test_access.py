"""The whole of access in a browser: real processes, a real PostgreSQL that goes away, Chromium."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from playwright.sync_api import Browser, Page

from dashboard.bus import Bus
from tests.browser import scenery
from tests.browser.playing import until
from tests.servers import PostgresServer, RedisServer, free_port, wait_until

CITYOPS = (sys.executable, "-P", "-m", "dashboard.cli")
EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>'


class Hall:
    """`cityops serve` of 梅县 with a frame a second, as if a worker were there."""

    def __init__(self, folder: Path, redis_url: str, ledger_url: str) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CITYOPS_")}
        self.env = {
            **clean,
            "CITYOPS_CITY": "meixian",
            "CITYOPS_DATA_DIR": str(folder),
            "CITYOPS_REDIS_URL": redis_url,
            "CITYOPS_LEDGER_URL": ledger_url,
            "CITYOPS_PORT": str(self.port),
            "CITYOPS_WEB_WORKERS": "1",
        }
        self._bus, self._over = Bus(redis_url, "meixian"), threading.Event()
        self._thread = threading.Thread(target=self._publish)
        self._thread.start()
        self._web: subprocess.Popen[bytes] | None = None

    def _publish(self) -> None:
        seq = 0
        while not self._over.wait(0.5):
            seq += 1
            frame = scenery.frame(time.time_ns() // 1_000_000)
            frame["seq"] = seq
            frame["t"]["ticker"][0]["place"] = EVIL
            self._bus.publish(orjson.dumps(frame), seq)

    def run(self, *words: str) -> str:
        done = subprocess.run([*CITYOPS, *words], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        with (self.folder / "web.log").open("ab") as log:
            program = [*CITYOPS, "serve"]
            self._web = subprocess.Popen(program, env=self.env, stdout=log, stderr=log)
        wait_until(self._ready, 60, "web server")

    def _ready(self) -> bool:
        assert self._web and self._web.poll() is None, (self.folder / "web.log").read_text()
        try:
            return httpx.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self._web is not None:
            self._web.terminate()
            self._web.wait(20)

    def end(self) -> None:
        self.stop()
        self._over.set()
        self._thread.join()
        self._bus.close()


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
