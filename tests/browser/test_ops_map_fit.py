"""The overview of a city that has it all: map, hotline strip, platform strip, at four sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.crowd import crowded
from tests.browser.measuring import faults
from tests.browser.opscrowd import crowded as crowded_parts
from tests.browser.playing import Stage, until

Wall = Callable[..., Page]
MORE = ("map", "ops")
SHOWN = "cityops.mapViews.get('map-overview').vector()"


@pytest.mark.parametrize("size", ["1920x1080", "5760x1620", "1080x1920", "390x844"])
def test_map_and_strips_fit_side_by_side_also_when_crowded(
    wall: Wall, stage: Stage, size: str
) -> None:
    page = wall(size, "/wall/overview")
    until(page, f"Boolean({SHOWN} && {SHOWN}.values)")
    page.wait_for_timeout(500)
    assert page.is_visible(".t-hln") and page.is_visible(".t-pfm")
    width, height = map(int, size.split("x"))
    seams = width / height >= 2.5
    assert faults(page, phone=width < 700, seams=seams, texts=60) == []
    stage.play(set={**crowded_parts(), **crowded()})
    until(page, "document.querySelector('.t-hln .hero').textContent.startsWith('128')")
    page.wait_for_timeout(300)
    assert faults(page, phone=width < 700, seams=seams, texts=60) == []
