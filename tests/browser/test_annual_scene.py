"""年度 on the wall: it fits every size, full, at its largest and empty, and says what it does not
know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from dashboard.bookroom import NoForm
from tests.browser import annualscenery
from tests.browser.measuring import faults
from tests.browser.playing import Stage, until

Wall = Callable[..., Page]
MORE = ("ops",)
SIZES = ("1920x1080", "3840x2160", "5760x1620", "1080x1920", "390x844")


def words(page: Page, selector: str) -> str:
    return " ".join(page.inner_text(selector).split())


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_at_work_at_its_largest_and_empty(wall: Wall, stage: Stage, size: str) -> None:
    width, height = map(int, size.split("x"))
    page = wall(size, "/wall/annual?dwell=999")
    found = []
    for name in ("annual", "crowded", "empty"):
        stage.play(set=getattr(annualscenery, name)())
        page.wait_for_timeout(1_200)
        told = faults(page, phone=width < 700, seams=width / height >= 2.5, texts=60)
        found += [f"{name}: {fault}" for fault in told]
    assert found == []


def test_the_score_its_span_and_what_is_still_to_do(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall/annual?dwell=999")
    score = words(page, ".t-ysc")
    assert "89.03/ 100" in score and "区间 72.59–91.06" in score and "良好 ≥ 80" in score
    assert "填报中" in words(page, ".steps4 .here") and "余 55 天" in words(page, ".t-yfl")
    squares = page.locator(".squares .square")
    assert squares.count() == 39 and page.locator(".squares .square.c .g-cross").count() == 10
    marks = [m.strip() for m in page.locator(".t-you .r:not(.gone) .verdict").all_inner_texts()]
    assert marks[0] == "矛盾" and {"难达", "慢于进度", "待填", "达标"} <= set(marks)
    assert marks.index("难达") < marks.index("待填") < marks.index("达标")
    assert words(page, ".t-you .rest").startswith("其余")
    rows = page.locator(".t-ymi .r").all_inner_texts()
    assert "受益对象满意率" in rows[0] and "6 分" in rows[0] and "无数据" in rows[0]
    assert "≠" in words(page, ".t-yco .finding:first-child")
    hints = [row | {"severity": "hint"} for row in annualscenery.annual()["t.annual.findings"]]
    sums = annualscenery.annual()["s.annual.counts"] | {"errors": 0, "hints": len(hints)}
    stage.play(set={"t.annual.findings": hints, "s.annual.counts": sums})
    page.wait_for_selector(".t-yco >> text=没有矛盾")
    assert not page.is_visible(".t-yco .pair") and "✕" not in words(page, ".t-yco")
    about = annualscenery.annual()["s.annual.about"]
    locked = about | {"state": "locked", "state_name": "已锁定", "drift": 2}
    stage.play(set={"s.annual.about": locked})
    page.wait_for_selector(".t-ysc >> text=锁定后 2 项数据有变")
    assert "已锁定" in words(page, ".steps4 .here")
    stage.play(set=annualscenery.empty())
    page.wait_for_selector(".t-ysc >> text=尚无得分")
    assert "— / 20" in words(page, ".t-ylv") and words(page, ".t-ysc .hero") == "—"
    assert page.locator(".t-you .bul.void").count() == page.locator(".t-you .r").count()


def test_why_there_is_no_form_is_written_on_every_tile(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall/annual?dwell=999")
    stage.play(set=annualscenery.painted(None, NoForm("没有可用于 2026 年度的表")))
    page.wait_for_selector(".t-ysc >> text=没有可用于 2026 年度的表")
    for tile in ("ysc", "ylv", "yfl", "you", "yef", "yco", "ymi"):
        assert "没有可用于 2026 年度的表" in words(page, f".t-{tile}"), tile
    stage.play(set=annualscenery.painted(None))
    page.wait_for_selector(".t-ymi >> text=正在计算")
    assert page.locator(".tile >> text=正在计算").count() >= 7


def test_both_halves_show_all_their_items_where_there_is_room(wall: Wall, stage: Stage) -> None:
    told = annualscenery.annual()
    counts = told["s.annual.counts"]
    few = {"output": 9, "effect": 5}
    for name, n in few.items():
        told[f"t.annual.{name}"] = told[f"t.annual.{name}"][:n]
        counts[name] = counts[name] | {"items": n}
    page = wall(path="/wall/annual?dwell=999")
    stage.play(set=told)
    until(page, "document.querySelectorAll('.t-you .rows .r:not(.gone)').length === 9")
    assert page.locator(".t-yef .rows .r:not(.gone)").count() == few["effect"]
    assert not page.locator(".t-you .rest, .t-yef .rest").filter(visible=True).count()
    assert faults(page, texts=60) == []
