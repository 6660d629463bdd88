"""考评 on the wall: it fits every size, full, at its largest and empty, and says what it knows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import rankingscenery
from tests.browser.measuring import faults
from tests.browser.playing import Stage

Wall = Callable[..., Page]
MORE = ("ops",)
SIZES = ("1920x1080", "3840x2160", "5760x1620", "7680x2160", "1080x1920", "390x844")


def words(page: Page, selector: str) -> str:
    return " ".join(page.inner_text(selector).split())


def rows(page: Page, selector: str) -> list[str]:
    found = page.locator(f"{selector} .r:not(.head):not(.gone)").all_inner_texts()
    return [" ".join(text.split()) for text in found]


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_at_work_at_its_largest_and_empty(wall: Wall, stage: Stage, size: str) -> None:
    width, height = map(int, size.split("x"))
    page = wall(size, "/wall/ranking?dwell=999")
    found = []
    for name, shown in (("ranking", "惠济区"), ("crowded", "第 20 名"), ("empty", "期内没有数据")):
        stage.play(set=getattr(rankingscenery, name)())
        page.wait_for_selector(f".t-rpa >> text={shown}")
        told = faults(page, phone=width < 700, seams=width / height >= 2.5, texts=20)
        found += [f"{name}: {fault}" for fault in told]
        if name == "crowded":
            assert rows(page, ".t-rdi")[-1].startswith("20 "), "the last is always there"
    assert found == []


def test_ranks_changes_grades_reasons_and_the_card(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall/ranking?dwell=999")
    page.wait_for_selector(".t-rdi >> text=惠济区")
    assert words(page, ".t-rci").startswith("全市本月 11月1日–21日，未走完 截至 14:32 92.72分 A")
    assert "比 10月1日–21日 +0.29 分" in words(page, ".t-rci")
    first, second, *_, last = rows(page, ".t-rdi")
    assert first == "1 惠济区 1 95.88 A +1.24" and second == "2 高新区 1 95.31 A −0.67"
    assert last == "10 航空港区 平 63.05 C −2.69"
    up, down = page.locator(".t-rdi .r:not(.head) .move .g").all()[:2]
    assert "g-up" in str(up.get_attribute("class")) and "g-down" in str(down.get_attribute("class"))
    assert page.locator(".t-rdi .rows .r:last-child .grade.warn .g-warn").count() == 1
    assert page.locator(".t-rdi .rows .r:last-child .dots i.lo").count() == 1
    assert "受理员 — 只可计 25 % 权重" in words(page, ".t-rpo")
    assert "采集员 96.95 A +0.40 可计 80 %" in words(page, ".t-rpo")
    assert "按期处置率 60 % 95.40 61.20 −34.20" in words(page, ".t-rpa")
    assert "eGova 综合指数 14 个中 13 个有得分" in words(page, ".t-rde")
    assert "（100 − 返工率）× 10 %" in words(page, ".t-rfo")
    page.click(".t-rpo [data-card='ranking.chief']")
    page.wait_for_selector("#wall-card >> text=值班长考评得分")
    card = words(page, "#wall-card")
    assert "96.67 分" in card and "按时立案率不计（案卷没有立案的时限）" in card
    assert "本月 11月1日–21日" in card and "GB/T 30428.4-2016" in card


def test_what_is_not_reckoned_yet_late_or_broken_says_so(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall/ranking?dwell=999")
    stage.play(set=rankingscenery.unknown())
    page.wait_for_selector(".t-rdi >> text=正在计算")
    assert page.locator(".tile >> text=正在计算").count() == 5
    stage.play(set=rankingscenery.painted(None, ValueError("x")))
    page.wait_for_selector(".t-rdi >> text=考评算不出来")
    stage.play(set=rankingscenery.ranking(), offset_ms=16 * 60_000)
    page.wait_for_selector(".t-rdi .assess-age.late >> text=迟滞　停在 14:32")
