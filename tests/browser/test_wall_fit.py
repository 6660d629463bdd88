"""At every wall size all text is in sight, in its tile, large enough, and on no other text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.crowd import crowded
from tests.browser.measuring import faults
from tests.browser.playing import SIZES, Stage
from tests.browser.scenery import NOON_MS, count, rate

Wall = Callable[..., Page]
MORE_SIZES = ("2560x1080", "3840x1080", "1366x768", "2160x3840")
NOTHING = {"n": 0, "d": 0, "v": None, "st": "nodata"}


def look(page: Page, size: str) -> list[str]:
    page.wait_for_timeout(500)
    width, height = map(int, size.split("x"))
    return faults(page, phone=width < 700, seams=width / height >= 2.5)


@pytest.mark.parametrize("size", [*SIZES, *MORE_SIZES])
def test_an_ordinary_afternoon_fits(wall: Wall, size: str) -> None:
    assert look(wall(size), size) == []


@pytest.mark.parametrize("size", SIZES)
def test_the_longest_names_and_largest_numbers_fit(wall: Wall, stage: Stage, size: str) -> None:
    stage.play(set=crowded())
    assert look(wall(size), size) == []


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_first_minute_of_the_day_fits(wall: Wall, stage: Stage, size: str) -> None:
    stage.play(set=first_minute())
    page = wall(size)
    assert look(page, size) == []
    assert page.inner_text("[data-tile=rat] .rate:nth-child(2)").split() == [
        "按期处置率",
        "无数据",
        "—",
        "0",
        "/",
        "0",
    ]


@pytest.mark.parametrize("size", ["1920x1080", "5760x1620", "1080x1920", "390x844"])
def test_a_broken_line_fits(wall: Wall, stage: Stage, size: str) -> None:
    page = wall(size)
    stage.play(redis=False)
    page.wait_for_selector(".wall[data-link=offline]", timeout=20_000)
    assert look(page, size) == []


def first_minute() -> dict[str, object]:
    """0:00 with a new measure that no case has reached yet."""
    nothing = {f"m.month.cases.{name}": rate(0, 0) for name in ("on_time_disposal_rate",)}
    na = rate(0, 0) | {"st": "na"}
    zero = {f"m.today.cases.{name}": count(0, 0, 1402) for name in ("reported", "accepted")}
    hours = {"today": [0, *([None] * 23)], "yesterday": [None] * 24, "now_h": 0.01}
    return {
        **nothing,
        **zero,
        "m.month.cases.rework_rate": na,
        "s.hourly.reported": hours,
        "s.days30": {"days": [], "reported": [], "closed": []},
        **{f"t.{name}": [] for name in ("categories", "channels", "departments", "ticker")},
    }


@pytest.mark.parametrize("size", SIZES)
def test_a_county_with_four_towns_and_two_sources_fits(wall: Wall, stage: Stage, size: str) -> None:
    stage.play(set=county())
    assert look(wall(size), size) == []


def county() -> dict[str, object]:
    """梅县: four towns without a target, two sources, few cases, departments with nothing late."""
    towns = ("新城办事处", "程江镇", "扶大镇", "南口镇")
    area = {"overdue": 1, "n": 5, "d": 6, "ok": None}
    source = {"state": "live", "every_s": 60, "last_at": NOON_MS - 200_000}
    untold = {"tgt": None, "op": None, "ok": None}
    return {
        "m.month.cases.on_time_disposal_rate": rate(25_214, 28_204) | untold,
        "t.districts": [
            {"id": name, "name": name, "reported": 15 - i, "v": 1 - i / 7} | area
            for i, name in enumerate(towns)
        ],
        "t.departments": [
            {"id": str(i), "name": "区城市管理和综合执法局", "overdue": 1 - i, "open": 13}
            for i in range(2)
        ],
        "t.channels": [{"id": "patrol", "name": "信息采集", "n": 25}],
        "sources": [source | {"id": name, "name": name} for name in ("梅州平台", "采集终端")],
    }
