"""案件 on the wall: it fits every size, full, at its largest, done and unknown; countdowns run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import backlogscenery
from tests.browser.measuring import faults
from tests.browser.playing import Stage

Wall = Callable[..., Page]
MORE = ("ops",)
SIZES = ("1920x1080", "2560x1080", "5760x1620", "1080x1920", "390x844")


def words(page: Page, selector: str) -> str:
    return " ".join(page.inner_text(selector).split())


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_at_work_at_its_largest_done_and_unknown(
    wall: Wall, stage: Stage, size: str
) -> None:
    width, height = map(int, size.split("x"))
    page = wall(size, "/wall/cases?dwell=999")
    found = []
    for name in ("backlog", "crowded", "empty", "unknown"):
        stage.play(set=getattr(backlogscenery, name)())
        page.wait_for_timeout(900)
        told = faults(page, phone=width < 700, seams=width / height >= 2.5, texts=40)
        found += [f"{name}: {fault}" for fault in told]
    assert found == []


def test_the_countdowns_run_and_a_deadline_passes_by_the_servers_clock(
    wall: Wall, stage: Stage
) -> None:
    page = wall(path="/wall/cases?dwell=999")
    row = backlogscenery.backlog()["t.backlog.soon"][0]
    due = int(page.evaluate("cityops.now()")) + 5_000
    stage.play(set={"t.backlog.soon": [row | {"due": due}]})
    page.wait_for_selector(".t-bsl .left.soon >> text=/余 0:0\\d/")
    assert words(page, ".t-bso .said").startswith("下一件 余 0:0")
    page.wait_for_selector(".t-bsl .left.late >> text=/超 0:0[1-9]/")
    assert page.locator(".t-bsl .left .g-warn").count() == 1


def test_what_is_done_is_0_and_what_is_unknown_is_not(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall/cases?dwell=999")
    assert "待处置 1,846 1,102 588 121 29 6" in words(page, ".t-bst")
    assert words(page, ".t-bst .r.all").startswith("合计 3,482")
    page.click(".t-bso [data-card='open.backlog.due_24h']")
    page.wait_for_selector("#wall-card >> text=24 小时内到期数")
    stage.play(set=backlogscenery.unknown())
    page.wait_for_selector(".t-bol >> text=无数据")
    assert words(page, ".t-bop .hero") == "—" and "无数据" in words(page, ".t-bst")
    stage.play(set=backlogscenery.empty())
    page.wait_for_selector(".t-bol >> text=无超期未处置案卷")
    assert words(page, ".t-bov .hero") == "0"
