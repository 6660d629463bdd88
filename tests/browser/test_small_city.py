"""A city of four districts and no hotline: nothing is squeezed together, nothing stands empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import opscenery, rankingscenery, scenery
from tests.browser.measuring import faults
from tests.browser.playing import Stage, until

Wall = Callable[..., Page]
MORE = ("platform", "map")
FOUR = 4
LONG = "城乡一体化示范区"
CELLS = "Array.from(document.querySelectorAll('.t-pfm .days-box > .day'))"
HEIGHTS = """(rows) => Array.from(document.querySelectorAll(rows))
 .map((row) => Math.round(row.getBoundingClientRect().height))"""


def hours(peak: int, now: int) -> dict[str, Any]:
    """A day so far whose highest hour is `peak`."""
    today = [1_520 if h == peak else 900 if h <= now else None for h in range(24)]
    yesterday = [1_450 + h for h in range(24)]
    return {"today": today, "yesterday": yesterday, "now_h": now + 0.8}


def districts() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = scenery.frame()["t"]["districts"][:FOUR]
    return [row | {"name": LONG} if n == 1 else row for n, row in enumerate(rows)]


@pytest.mark.parametrize("size", ["1920x1080", "5760x1620", "1080x1920", "390x844"])
def test_the_overview_fits_and_its_rows_are_of_one_height(
    wall: Wall, stage: Stage, size: str
) -> None:
    width, height = map(int, size.split("x"))
    page = wall(size, "/wall/overview?dwell=999")
    stage.play(set={"t.districts": districts()})
    until(page, f"document.querySelectorAll('.ranking tbody tr').length === {FOUR}")
    assert faults(page, phone=width < 700, seams=width / height >= 2.5) == []
    tall = page.evaluate(HEIGHTS, ".ranking tbody tr")
    assert width < 700 or max(tall) - min(tall) <= 1, tall


@pytest.mark.parametrize("size", ["1920x1080", "5760x1620"])
def test_the_marks_of_the_hours_do_not_touch(wall: Wall, stage: Stage, size: str) -> None:
    page = wall(size, "/wall/overview?dwell=999")
    for peak, now in ((0, 1), (3, 14), (10, 12), (10, 15), (21, 23)):
        stage.play(set={"s.hourly.reported": hours(peak, now)})
        page.wait_for_selector(f".t-trd .pk >> text=/^{peak} 时/")
        assert faults(page, seams="5760" in size) == [], (peak, now)


def test_the_mark_of_the_highest_day_stays_below_the_title(wall: Wall, stage: Stage) -> None:
    page = wall("5760x1620", "/wall/overview?dwell=999")
    days = scenery.frame()["s"]["days30"]
    first = [max(days["reported"]) + 5, *days["reported"][1:]]
    stage.play(set={"s.days30": days | {"reported": first}})
    page.wait_for_selector(f".t-t30 .pk >> text={first[0]:,}")
    assert faults(page, seams=True) == []
    assert page.evaluate("""document.querySelector('.t-t30 .pk').getBoundingClientRect().top
        >= document.querySelector('.t-t30 .body').getBoundingClientRect().top - 1""")


@pytest.mark.parametrize(("size", "least"), [("1920x1080", 30), ("5760x1620", 60)])
def test_the_platform_shows_its_last_days_up_to_today(wall: Wall, size: str, least: int) -> None:
    page = wall(size, "/wall/overview?dwell=999")
    until(page, f"{CELLS}.length >= {least}")
    assert page.evaluate(f"{CELLS}.findIndex((day) => day.classList.contains('today'))") == (
        page.evaluate(f"{CELLS}.length - 1")
    )
    assert f"近 {page.evaluate(f'{CELLS}.length')} 天" in page.inner_text(".t-pfm .recent")


def test_a_year_without_a_normal_day_says_so(wall: Wall, stage: Stage) -> None:
    page = wall("1920x1080", "/wall/platform?dwell=999")
    year = opscenery.operations()["s.platform.calendar"]
    pending = {"days": year["days"].replace("n", "q"), "counts": {"q": 300}}
    stage.play(set={"s.platform.calendar": year | pending})
    page.wait_for_selector(".day-keys >> text=待核 300")
    assert "正常 0" in page.inner_text(".day-keys")


@pytest.mark.parametrize("size", ["1920x1080", "1080x1920"])
def test_four_districts_fill_their_board(wall: Wall, stage: Stage, size: str) -> None:
    page = wall(size, "/wall/ranking?dwell=999")
    told = rankingscenery.ranking()
    stage.play(set=told | {"t.ranking.districts": told["t.ranking.districts"][:FOUR]})
    until(page, f"document.querySelectorAll('.assess-board .rows .r:not(.gone)').length === {FOUR}")
    assert faults(page, texts=60) == []
    tall = page.evaluate(HEIGHTS, ".assess-board .rows .r:not(.gone)")
    [box] = page.evaluate(HEIGHTS, ".assess-board .rows")
    assert sum(tall) > 0.95 * box
