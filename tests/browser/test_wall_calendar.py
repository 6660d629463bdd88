"""The wall goes on over midnight, the end of a month and a year, and starts anew in the night."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.playing import Stage, until
from tests.browser.scenery import NOON_MS, count

SCENES = 2
Wall = Callable[..., Page]
DATE = "document.querySelector('.date').textContent"
LIVE = "document.getElementById('wall').dataset.link === 'live'"
REPORTED = "document.querySelector('[data-measure=\"today.cases.reported\"]').textContent"
HOUR_MS = 3_600_000


def ms(text: str) -> int:
    """When the city's clocks say so."""
    return int(datetime.datetime.fromisoformat(f"{text}+08:00").timestamp() * 1000)


def to(page: Page, stage: Stage, text: str, hours: int) -> None:
    """Both clocks jump: the server's to a time of the city, the page's own by so many hours."""
    stage.play(offset_ms=ms(text) - NOON_MS)
    page.clock.fast_forward(hours * HOUR_MS)


def test_days_months_and_years_end_and_the_wall_goes_on(wall: Wall, stage: Stage) -> None:
    page = wall(script="Math.random = () => 0.05;", path="/wall?dwell=9999999", clock=True)
    page.evaluate("window.mark = 1")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    ends = (
        ("2026-11-21T23:59:56", "11月21日 星期六", "11月22日 星期日", "1月1日–11月22日"),
        ("2026-11-30T23:59:56", "11月30日 星期一", "12月1日 星期二", "1月1日–12月1日"),
        ("2026-12-31T23:59:56", "12月31日 星期四", "1月1日 星期五", "1月1日–1月1日"),
        ("2028-02-28T23:59:56", "2月28日 星期一", "2月29日 星期二", "1月1日–2月29日"),
    )
    for n, (before, old, new, year) in enumerate(ends):
        to(page, stage, before.replace("59:56", "50:00"), 1)
        until(page, f"{DATE} === '{old}' && {LIVE}", 60)
        stage.play(offset_ms=ms(before) - NOON_MS)
        until(page, f"{DATE} === '{new}' && {LIVE}", 60)
        assert page.inner_text(".clk").startswith("00:00:")
        assert {e.text_content() for e in page.query_selector_all(".year-to-date")} <= {year}
        stage.play(set={"m.today.cases.reported": count(n)})  # the new day's first figure
        until(page, f"{REPORTED} === '{n}'")
    assert page.evaluate("window.mark") == 1

    # the quiet minute of the night: 3:02 here; the scene stays
    page.keyboard.press("ArrowRight")
    to(page, stage, "2028-03-01T02:50:00", 1)
    until(page, f"{DATE} === '3月1日 星期三' && {LIVE}", 60)
    stage.play(offset_ms=ms("2028-03-01T03:01:57") - NOON_MS)
    until(page, "window.mark === undefined && Boolean(window.cityops && cityops.painted)", 60)
    assert page.evaluate("cityops.stage.current()") == "second"
    page.evaluate("window.mark = 2")
    stage.play(offset_ms=ms("2028-03-02T03:01:57") - NOON_MS)  # a page that is young: not again
    until(page, f"{DATE} === '3月2日 星期四' && {LIVE}")
    until(page, "document.querySelector('.clk').textContent.startsWith('03:02:')")
    page.wait_for_timeout(500)
    assert page.evaluate("window.mark") == 2
    assert complaints == []
