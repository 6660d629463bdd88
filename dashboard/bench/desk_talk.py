"""What the desk's pages ask 桌面问了什么: heard from a real browser, so that new pages count."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import orjson

from dashboard.bench.leaders import PATH
from dashboard.bench.wall_city import Person, WallCity
from dashboard.bench.wall_cold import CONTENT, desk_page, pages_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request

SETTLE_MS: Final = 2_500
PATIENCE_S: Final = 30.0


def heard(browser: Browser, city: WallCity, who: Person) -> dict[str, list[dict[str, Any]]]:
    """Page → the bodies of the callbacks it makes by itself when it opens; without pages that make
    none."""
    found = {path: _asked(browser, city, who, path) for path in pages_of(browser, city, who)}
    return {path: bodies for path, bodies in found.items() if bodies}


def _asked(browser: Browser, city: WallCity, who: Person, path: str) -> list[dict[str, Any]]:
    page = desk_page(browser, city, who)
    bodies: list[dict[str, Any]] = []

    def listen(request: Request) -> None:
        if request.method == "POST" and request.url.startswith(city.url + PATH):
            bodies.append(orjson.loads(request.post_data or "{}"))

    page.on("request", listen)
    page.goto(city.url + path)
    end = time.monotonic() + PATIENCE_S
    while not page.evaluate(CONTENT) and time.monotonic() < end:
        page.wait_for_timeout(50)
    page.wait_for_timeout(SETTLE_MS)
    page.context.close()
    last = {body["output"]: body for body in bodies}  # the first ones had no address yet
    return list(last.values())
