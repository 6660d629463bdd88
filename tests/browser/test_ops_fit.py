"""热线, 平台 and the strips on the overview at every wall size: all in sight, nothing on top."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import opscenery, opscrowd
from tests.browser.measuring import faults
from tests.browser.playing import SIZES, Stage, until

Wall = Callable[..., Page]
MORE = ("ops",)
MORE_SIZES = ("2560x1080", "1366x768")
SETTLED = """document.querySelectorAll('.scene.leaving').length === 0
 && getComputedStyle(document.querySelector('.scene.on')).opacity === '1'"""
SHOWN = ("hotline", "platform", "overview")


def look(page: Page, size: str, scenes: tuple[str, ...] = SHOWN, texts: int = 60) -> list[str]:
    """The faults of each scene in turn."""
    width, height = map(int, size.split("x"))
    found: list[str] = []
    for scene in scenes:
        page.evaluate(f"cityops.stage.show('{scene}')")
        until(page, SETTLED)
        seams = width / height >= 2.5
        told = faults(page, phone=width < 700, seams=seams, texts=texts)
        found += [f"{scene}: {fault}" for fault in told]
    return found


@pytest.mark.parametrize("size", [*SIZES, *MORE_SIZES])
def test_an_ordinary_afternoon_fits(wall: Wall, size: str) -> None:
    assert look(wall(size, "/wall?dwell=999"), size) == []


@pytest.mark.parametrize("size", ["1920x1080", "5760x1620", "1080x1920", "390x844"])
def test_the_largest_numbers_the_longest_names_and_nothing_at_all_fit(
    wall: Wall, stage: Stage, size: str
) -> None:
    page = wall(size, "/wall?dwell=999")
    stage.play(set=opscrowd.crowded())
    assert look(page, size) == []
    stage.play(reset=True)
    stage.play(set=opscrowd.nothing())
    assert look(page, size, texts=40) == []


@pytest.mark.parametrize("size", ["1920x1080", "5760x1620", "1080x1920", "390x844"])
def test_an_alarm_and_late_sources_fit(wall: Wall, stage: Stage, size: str) -> None:
    page = wall(size, "/wall?dwell=999")
    late = opscenery.calls()["m.today.calls.revisit_rate"] | {"st": "late", "src": "video"}
    off = opscenery.calls()["m.today.calls.feedback_rate"] | {"st": "offline", "src": "video"}
    stage.play(
        set={
            **opscenery.queue_alarm(),
            "m.today.calls.revisit_rate": late,
            "m.today.calls.feedback_rate": off,
        }
    )
    page.wait_for_selector(".t-que.alarm", state="attached")
    assert look(page, size) == []
    if size == "1920x1080":
        stage.play(redis=False)
        page.wait_for_selector(".wall[data-link=offline]", timeout=20_000)
        assert look(page, size, ("hotline", "platform")) == []
