"""One Chromium for the package, one theatre for each test module, one fresh page for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.playing import CHROMIUM, Stage, open_wall, playing


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with the package: playwright keeps an event loop running in this thread, beside which
    the other tests cannot have one of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The theatre; a module may ask for two scenes with `SCENES = 2`, for a city with a grid with
    `MORE = ("map",)`."""
    with playing(
        getattr(request.module, "SCENES", 1), *getattr(request.module, "MORE", ())
    ) as stage:
        yield stage


@pytest.fixture
def wall(browser: Browser, stage: Stage) -> Iterator[Callable[..., Page]]:
    """Opens the wall: `wall("1920x1080", path="/wall/overview", script="…")`; with `clock` the
    test can move the page's time."""
    pages: list[Page] = []

    def show(
        size: str = "1920x1080", path: str = "/wall", script: str = "", clock: bool = False
    ) -> Page:
        width, height = map(int, size.split("x"))
        page = browser.new_page(viewport={"width": width, "height": height})
        pages.append(page)
        if script:
            page.add_init_script(script)
        if clock:
            page.clock.install()
        open_wall(page, stage.url, path)
        return page

    stage.play(reset=True)
    yield show
    stage.thaw()
    stage.play(reset=True)
    for page in pages:
        page.close()
