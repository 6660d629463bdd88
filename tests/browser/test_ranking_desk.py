"""考评 on the desk in a browser: choices in the address, cases behind a number, files, phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dashboard.cityledger import open_ledger
from tests.browser.deskplay import NOW, office
from tests.town import DAY, life


def test_choices_cases_behind_and_files(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("tests.town.NOW", NOW)
    with office(tmp_path) as desk:
        ledger = open_ledger(desk.config, desk.profile, reading=True)
        for n in range(40):
            start = NOW - (n % 12 + 1) * DAY
            one = life(f"R{n:02}", start, district="410105" if n % 3 else "410102")
            ledger.apply(one if n % 5 else one[:4])
        context = browser.new_context(extra_http_headers={"x-who": "leader"})
        page = context.new_page()
        page.set_viewport_size({"width": 1440, "height": 900})
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: said.append(str(e)))
        page.goto(desk.url + "/desk/alarms")
        page.click(".tab >> text=考评")
        first = page.locator(".ranking-table tbody tr:not(.whole)").first
        expect(first).to_contain_text("1")
        expect(page).to_have_url(f"{desk.url}/desk/ranking?period=month")
        expect(page.locator(".ranking-table .whole")).to_contain_text("全市")

        page.click(".ranking-choices >> text=福州四率")
        expect(page.locator(".ranking-table thead")).to_contain_text("延期率（25")
        page.click(".filters .seg >> text=本年")
        expect(page).to_have_url(f"{desk.url}/desk/ranking?period=year&formula=fuzhou")
        board = page.locator(".figure-board")
        expect(board).to_have_attribute("data-said", re.compile("区域考评　本年"))
        with page.expect_download() as got:
            page.click("text=导出 csv")
        assert "结案率" in Path(got.value.path()).read_text("utf-8-sig")

        number = page.locator(".ranking-table [data-member='410105'] .part a").nth(1)
        total = number.inner_text()
        number.click()
        expect(page.locator("#content")).to_contain_text(f"共 {total} 件")
        expect(page.locator("#content")).to_contain_text("金水区")

        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(desk.url + "/desk/ranking?period=month&by=post")
        expect(page.locator(".ranking-table")).to_contain_text("案卷没有派发核实的时限")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert said == []
