"""回放 in a real browser: marked as such, exact, gaps shown as gaps, and never a live stream."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from tests.browser import scenery
from tests.browser.pastplay import NOON
from tests.browser.playing import until

MORE = ("map", "past")
Wall = Callable[..., Page]
FIGURE = "document.querySelector('.scene.on [data-measure=\"today.cases.reported\"][data-part=v]')"
SAID = "document.querySelector('.banner').textContent"
BAR = "document.querySelector('.playback')"


def clock(ago: int, sep: str = "T") -> str:
    """The city time so many minutes before noon of the play."""
    zone = ZoneInfo(scenery.TIMEZONE)
    return datetime.datetime.fromtimestamp((NOON - ago) * 60, zone).strftime(f"%Y-%m-%d{sep}%H:%M")


def shows(page: Page, ago: int) -> None:
    """The minute is on the wall, in its figures, its mark and its address."""
    until(page, f"{FIGURE}.textContent === '{ago}' && {SAID}.includes('{clock(ago)[11:]}')")
    assert page.evaluate("location.search") == f"?at={clock(ago)}"


def test_a_past_minute_is_marked_and_can_be_scrubbed_and_played(wall: Wall) -> None:
    errors: list[str] = []
    page = wall(path=f"/wall/overview?at={clock(40)}")
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    shows(page, 40)
    assert page.evaluate(SAID).startswith("回放")
    states = "Array.from(document.querySelectorAll('.scene.on .tile .state'), (el) => el.innerText)"
    until(page, f"{states}.every((text) => text.includes('回放 {clock(40)[11:]}'))")
    assert not page.locator(".clk,.fresh,.sound").filter(visible=True).count()
    # the map is of that minute
    until(page, "cityops.heat.vector('reported.30d.district').total === 40")
    # steps by key and by button, over the edge of the gap
    page.keyboard.press(".")
    shows(page, 39)
    page.locator(".playback .step").first.click()
    shows(page, 40)
    page.evaluate(f"""{BAR}.querySelector('input').value = {_minute_of_day(30)};
        {BAR}.querySelector('input').dispatchEvent(new Event('input'))""")
    shows(page, 30)
    page.keyboard.press(".")
    until(page, f"{FIGURE}.textContent === '—' && {SAID}.includes('无记录')")
    until(page, f"{states}.every((text) => text.includes('无记录'))")
    until(page, "cityops.heat.vector('reported.30d.district').total === null")
    spans = page.evaluate(f"""Array.from({BAR}.querySelectorAll('.track i'),
        (el) => Math.round(parseFloat(el.style.width) * 14.4))""")
    assert spans == [31, 20]
    # plays over the gap, and stops when told
    page.keyboard.press(",")
    shows(page, 30)
    page.locator(".playback .play").click()
    until(page, f"Number({FIGURE}.textContent) <= 19")
    page.keyboard.press(" ")
    assert page.locator(".playback .play").inner_text() == "播放"
    at = page.evaluate("cityops.playback.minute()")
    assert at in range(NOON - 20, NOON)
    # never a live stream; back to live by a key
    names = "performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)"
    assert not page.evaluate(f"{names}.some((path) => path === '/live')")
    assert page.evaluate("cityops.live.opened()") == 0
    page.keyboard.press("Escape")
    until(page, "!location.search && cityops.live && cityops.live.opened() > 0 && cityops.painted")
    assert not page.evaluate("document.documentElement.classList.contains('replay')")
    assert errors == []


def test_a_wall_that_nobody_touches_goes_back_to_live(wall: Wall) -> None:
    sooner = """const later = window.setTimeout;
        window.setTimeout = (act, ms) => later(act, ms === 900000 ? 1500 : ms);"""
    page = wall(path=f"/wall/overview?at={clock(40)}", script=sooner)
    until(page, "!location.search && cityops.live && cityops.live.opened() > 0 && cityops.painted")


def _minute_of_day(ago: int) -> int:
    hour, minute = map(int, clock(ago)[11:].split(":"))
    return hour * 60 + minute


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("yesterday", "看不懂时刻“yesterday”"),
        ("2020-01-01T00:00", "不在留存范围内"),
        ("", "看不懂"),
    ],
)
def test_a_moment_that_is_not_kept_is_told_with_what_is(wall: Wall, at: str, said: str) -> None:
    page = wall(path=f"/wall?at={at}")
    span = f"可回放 {clock(60, ' ')} 至 {clock(1, ' ')}"
    until(page, f"{SAID}.includes('{said}') && {SAID}.includes('{span}')")
    assert page.evaluate(f"{FIGURE}.textContent") == "—"
    page.locator(".playback .day").click()  # what there is can be chosen
    shows(page, 1)
    page.locator(".playback .to-live").click()
    until(page, "!location.search && cityops.live.opened() > 0")


@pytest.mark.parametrize("size", ["1920x1080", "5760x1620", "1080x1920", "390x844"])
def test_the_bar_covers_nothing_and_is_on_the_screen(wall: Wall, size: str) -> None:
    page = wall(size, path=f"/wall/overview?at={clock(40)}")
    shows(page, 40)
    found = page.evaluate(f"""(() => {{
      const bar = {BAR}.getBoundingClientRect();
      const inside = Array.from({BAR}.querySelectorAll('button,.timeline')).filter((el) => {{
        const r = el.getBoundingClientRect();
        return r.left < -1 || r.right > innerWidth + 1 || r.top < bar.top - 1
          || r.bottom > innerHeight + 1;
      }}).map((el) => el.className);
      const covered = innerWidth < 700 ? [] : Array.from(
        document.querySelectorAll('.scene.on .tile'), (el) => el.getBoundingClientRect().bottom)
        .filter((bottom) => bottom > bar.top + 1);
      return {{ inside, covered, bottom: Math.round(bar.bottom) - innerHeight }};
    }})()""")
    assert found == {"inside": [], "covered": [], "bottom": 0}
