"""What is photographed 拍什么: every scene of the wall, every page of the desk, as found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.playing import until
from tests.pictures.demo import Demo

USUAL: Final = "1920x1080"
WALL_SIZES: Final = {"overview": (USUAL, "5760x1620", "1080x1920")}
"""Scenes that are shown at more sizes than the usual one."""
PHONE: Final = "390x844"
PEOPLE: Final = ("operator", "admin", "auditor")
"""Who signs in, one after another: each takes the pages nobody before could see."""
FRESH: Final = "['live', 'replay'].indexOf(document.querySelector('#wall').dataset.link) >= 0"
SETTLED_MS: Final = 4_000
"""After the first numbers: maps, charts and fonts."""


@dataclass(frozen=True)
class Shot:
    """One picture: the name of its file without the ending, its size, its PNG."""

    name: str
    size: str
    png: bytes


def shots(browser: Browser, demo: Demo) -> Iterator[Shot]:
    """All of them."""
    yield from _wall(browser, demo)
    yield from _desk(browser, demo)


def _wall(browser: Browser, demo: Demo) -> Iterator[Shot]:
    context = browser.new_context(viewport=_viewport(USUAL))
    page = context.new_page()
    _open(page, f"{demo.url}/wall?token={demo.token}")
    scenes = page.eval_on_selector_all("[data-scene]", "els => els.map((el) => el.dataset.scene)")
    for scene in scenes:
        for size in WALL_SIZES.get(scene, (USUAL,)):
            page.set_viewport_size(_viewport(size))
            _open(page, f"{demo.url}/wall/{scene}")
            yield Shot(f"{scene}-{size}", size, page.screenshot())
    page.set_viewport_size(_viewport(USUAL))
    told = page.evaluate("fetch('/replay/index').then((answer) => answer.json())")
    first, count = told["runs"][-1]
    _open(page, f"{demo.url}/wall/overview?at={(first + count - 1) * 60_000}")
    yield Shot(f"replay-{USUAL}", USUAL, page.screenshot())
    context.close()


def _open(page: Page, url: str) -> None:
    page.goto(url)
    until(page, "Boolean(window.cityops && window.cityops.painted)", 60)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(SETTLED_MS)
    until(page, FRESH, 120)  # the worker may be loading what has just been told


def _desk(browser: Browser, demo: Demo) -> Iterator[Shot]:
    seen: set[str] = set()
    for who in PEOPLE:
        context = browser.new_context(viewport=_viewport(USUAL))
        page = _signed_in(context, demo, who)
        for path in _paths(page):
            if path in seen:
                continue
            seen.add(path)
            yield _page(page, demo, path, USUAL)
            if len(seen) == 1:  # the home of a leader
                page.set_viewport_size(_viewport(PHONE))
                shot = _page(page, demo, path, PHONE)
                yield replace(shot, name=f"phone-{PHONE}")
                page.set_viewport_size(_viewport(USUAL))
        context.close()


def _signed_in(context: BrowserContext, demo: Demo, who: str) -> Page:
    page = context.new_page()
    page.goto(f"{demo.url}/login")
    page.fill("input[name=user]", who)
    page.fill("input[name=password]", demo.people[who])
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def _paths(page: Page) -> list[str]:
    """Where the navigation of the desk leads, the home of this person first."""
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/desk/")
    page.wait_for_timeout(SETTLED_MS)
    links = "els => els.map((el) => new URL(el.href).pathname)"
    return list(dict.fromkeys(page.eval_on_selector_all(".tabs a[href]", links)))


def _page(page: Page, demo: Demo, path: str, size: str) -> Shot:
    page.goto(demo.url + path)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(SETTLED_MS)
    name = path.strip("/").replace("/", "-")
    return Shot(f"{name}-{size}", size, page.screenshot())


def _viewport(size: str) -> dict[str, int]:
    width, height = map(int, size.split("x"))
    return {"width": width, "height": height}
