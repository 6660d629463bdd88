"""总览 and 案件 in a real browser: the address is the question; what takes long can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.columns.table import Chunk
from dashboard.deskcopy import CaseCopy, Progress
from dashboard.waiting import Stopped
from tests.browser.deskplay import Office, office
from tests.servers import wait_until

Sit = Callable[..., Page]
expect.set_options(timeout=20_000)
YEAR = "/desk/overview?period=2021"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as made:
        yield made


@pytest.fixture
def sit(desk: Office, browser: Browser) -> Iterator[Sit]:
    contexts, said = [], list[str]()

    def down(address: str, width: int = 1440, height: int = 900) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, extra_http_headers={"x-who": "leader"}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("request", lambda r: None if r.url.startswith(desk.url) else said.append(r.url))
        page.goto(desk.url + address)
        return page

    yield down
    for context in contexts:
        context.close()
    assert said == []


def test_the_address_is_the_question_on_every_page(sit: Sit) -> None:
    page = sit(YEAR)
    total = page.locator(".total .n1")
    expect(total).to_have_text("3")
    page.click(".picks .in:first-child .pick")
    page.get_by_text("二七区", exact=True).first.click()
    page.keyboard.press("Escape")
    page.wait_for_url("**/desk/overview?period=2021&district=410103")
    expect(total).to_have_text("0")
    expect(page.locator("[href='/desk/cases?period=2021&district=410103']").first).to_be_visible()
    page.go_back()
    expect(total).to_have_text("3")
    total.click()
    card = page.locator(".total .fig-card").first
    expect(card).to_contain_text("有上报时间的案卷")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.click(".desk-top .tab[href^='/desk/cases']")
    page.wait_for_url("**/desk/cases?period=2021")
    expect(page.locator(".case-list tbody tr")).to_have_count(3)
    page.click(".by .seg-one:has-text('来源')")
    page.wait_for_url("**by=channel**")
    expect(page.locator(".by thead th").first).to_have_text("来源")
    page.fill("#filter-first", "2021-13-01")
    page.fill("#filter-last", "2021-12-31")
    page.keyboard.press("Enter")
    expect(page.locator("#filter-bar [role=alert]")).to_contain_text("from = 2021-13-01")


def test_a_phone_shows_it_in_one_column(sit: Sit) -> None:
    for address in (YEAR, "/desk/cases?period=2021&by=day"):
        page = sit(address, 390, 844)
        page.wait_for_selector(".answer .panel")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        small = page.evaluate(
            "() => [...document.querySelectorAll('.filters .btn, .seg-one, .thumbs .tab')]"
            ".filter((e) => e.offsetHeight && e.offsetHeight < 40).map((e) => e.textContent)"
        )
        assert small == []
        expect(page.locator(".picks")).to_be_hidden()
        page.click("[data-fold]")
        expect(page.locator(".picks")).to_be_visible()


def test_what_takes_long_says_how_far_it_is_and_stops_when_told(
    sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def endless(
        self: CaseCopy, chunks: Iterator[Chunk], total: int, wanted: Callable[[], bool]
    ) -> Iterator[Chunk]:
        self.progress = Progress(1_234, 5_000)
        while wanted():
            time.sleep(0.01)
        stopped.set()
        raise Stopped
        yield from chunks

    monkeypatch.setattr(CaseCopy, "_watched", endless)
    page = sit(YEAR)
    expect(page.locator(".asking")).to_contain_text("正在载入案卷 1,234 / 5,000 件")
    assert not stopped.is_set()
    page.click("#overview-stop")
    expect(page.locator(".answer")).to_contain_text("已取消")
    wait_until(stopped.is_set)
    monkeypatch.undo()
    page.click(".seg-one:has-text('本年')")
    expect(page.locator(".total .n1")).to_have_text("—")
