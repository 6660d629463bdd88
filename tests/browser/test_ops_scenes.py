"""热线 and 平台 at work: what ticks, what stops with its source, what a no-data tile says."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser import opscenery, opscrowd
from tests.browser.playing import Stage, until
from tests.browser.scenery import NOON_MS, count, rate

Wall = Callable[..., Page]
MORE = ("ops",)
LONGEST = ".t-que .longest span"


def words(page: Page, selector: str) -> str:
    return " ".join(page.inner_text(selector).split())


def seconds(text: str) -> int:
    minutes, rest = text.split(":")
    return int(minutes) * 60 + int(rest)


def seconds_of(page: Page, at_least: int) -> int:
    """The longest wait once it has come that far."""
    for _ in range(100):
        shown = seconds(page.inner_text(LONGEST))
        if shown >= at_least:
            return shown
        page.wait_for_timeout(100)
    raise AssertionError(f"still {shown} s")


def test_the_longest_wait_ticks_by_the_servers_clock_and_stops_with_its_source(
    wall: Wall, stage: Stage
) -> None:
    page = wall(path="/wall/hotline", script="Date.now = () => 12345;")  # a wrong clock
    since = page.evaluate("cityops.live.now()") - 65_000
    stage.play(set={"s.calls.queue": {"waiting": 3, "oldest_at": round(since)}})
    page.wait_for_selector(f"{LONGEST} >> text=/^[1-9]:\\d\\d$/")
    first = seconds(page.inner_text(LONGEST))
    later = seconds_of(page, first + 2)
    assert abs(later - (page.evaluate("cityops.live.now()") - since) / 1000) <= 3
    late = count(106) | {"st": "late", "tgt": 60, "op": "<=", "ok": "bad"}
    stage.play(set={"m.now.calls.longest_wait_s": late})
    page.wait_for_selector(".t-que.late")
    assert page.inner_text(LONGEST) == "1:46"
    page.wait_for_timeout(1_500)
    assert page.inner_text(LONGEST) == "1:46"


def test_each_seat_is_one_square_in_its_state(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall/hotline")
    assert page.locator(".seats .seat").count() == 50
    assert page.locator(".seats .seat.talking").count() == 34
    assert words(page, ".seat-keys").split()[:2] == ["通话", "34"]
    stage.play(set={"s.calls.agents": {"seats": 6, "states": {"idle": 2, "offline": 4}}})
    until(page, "document.querySelectorAll('.seats .seat').length === 6")
    assert page.locator(".seats .seat.idle").count() == 2


def test_a_late_source_is_named_with_when_it_stopped_and_no_data_says_why(
    wall: Wall, stage: Stage
) -> None:
    page = wall(path="/wall/hotline")
    late = rate(1_277, 1_326, op=">=", tgt=0.95, ok="good") | {"st": "late", "src": "video"}
    stage.play(
        set={
            "m.today.calls.revisit_rate": late,
            "m.today.calls.satisfaction_rate": rate(0, 0),
            "m.today.calls.feedback_rate": rate(0, 0) | {"st": "na"},
        }
    )
    page.wait_for_selector(".t-rev.late")
    tile = words(page, ".t-rev")
    assert re.search(r"迟滞 \d 分 \d+ 秒", tile) and "96.30" in tile
    assert re.search(r"停在 14:3\d:\d\d 视频智能识别", tile)
    empty = words(page, ".t-sat")
    assert "—" in empty and "0 / 0" in empty and "今日无有效评价" in empty and "%" not in empty
    assert "不适用" in words(page, ".t-fbk") and "本市不统计" in words(page, ".t-fbk")
    assert page.locator(".tile.late:visible").count() == 1


def test_variants_stand_side_by_side_with_the_chosen_one_marked(wall: Wall) -> None:
    page = wall(path="/wall/hotline")
    rows = page.locator(".variants .r")
    assert rows.count() == 4
    first = [cell.strip() for cell in rows.nth(0).locator("span").all_inner_texts()]
    assert first == ["a", "应答 ÷ 呼入总量", "采用", "2,034 / 2,056", "98.93\u2009%"]
    assert rows.nth(1).locator("span").nth(2).inner_text() == ""


def test_quarters_below_the_target_are_counted_without_the_one_still_running(wall: Wall) -> None:
    page = wall(path="/wall/hotline")
    assert "2 个刻钟低于目标，最低 83.3" in words(page, ".margin-row")
    assert page.locator(".quarters rect.part").count() == 1
    assert page.locator(".margin-row rect.under").count() == 2


def test_every_abnormal_day_of_the_year_has_a_glyph(wall: Wall) -> None:
    page = wall(path="/wall/platform")
    days = page.locator(".days-box > i")
    assert days.count() == 365
    assert page.locator(".days-box > .x .g-cross").count() == 1
    assert page.locator(".days-box > .d .g-warn").count() == 3
    assert page.locator(".days-box > .u.fixed .g-ring").count() == 1
    assert page.locator(".days-box > .today").get_attribute("title") == "11月21日　正常"
    told = "document.querySelector('.days-box > .x').title"
    assert page.evaluate(told) == "8月3日　故障"
    assert words(page, ".day-keys").split() == [
        *("正常", "316", "劣化", "3", "维护", "4", "含未知", "1", "故障", "1")
    ]


def test_availability_is_a_span_while_anything_is_unknown_and_one_number_otherwise(
    wall: Wall, stage: Stage
) -> None:
    page = wall(path="/wall/platform")
    assert words(page, ".t-avl .bounds").replace(" ", "") == "99.960–99.970%"
    assert "下界达标" in words(page, ".t-avl")
    high = {"op": ">=", "tgt": 0.999}
    low, top = "m.year.platform.availability@lower", "m.year.platform.availability@upper"
    both = {low: rate(998, 1000, **high, ok="bad"), top: rate(9995, 10_000, **high, ok="good")}
    stage.play(set=both)
    page.wait_for_selector(".t-avl >> text=待核：未知时段决定")
    same = rate(9995, 10_000, **high, ok="good")
    stage.play(set={low: same, top: same, "m.year.platform.unknown_s": count(0)})
    page.wait_for_selector(".t-avl .verdict >> text=/^达标$/")
    assert words(page, ".t-avl .bounds").replace(" ", "") == "99.950%"
    assert "没有未知时段" in words(page, ".t-avl")


def test_lanes_add_up_and_current_outages_run(wall: Wall, stage: Stage) -> None:
    page = wall(path="/wall/platform")
    stage.play(set={"t.platform.outages": opscenery.platform()["t.platform.outages"]})
    sums = page.evaluate(
        """Array.from(document.querySelectorAll('.lane-row .lane:nth-child(2)'))
        .map((lane) => Array.from(lane.children)
          .reduce((n, run) => n + Number(run.style.flexGrow), 0))"""
    )
    assert sums == [288] * 10
    assert "劣化" in words(page, ".lane-row:nth-child(6)")
    running = ".t-out .r:first-child .value"
    assert page.inner_text(".t-out .r:first-child .when").strip() == "进行中"
    first = page.inner_text(running)
    until(page, f"document.querySelector('{running}').textContent !== '{first}'")
    assert "已更正" in words(page, ".t-out")
    assert "超时" in words(page, ".t-tic") and "及时" in words(page, ".t-tic")


def test_a_part_that_has_not_been_heard_of_is_no_data_and_never_zero(
    wall: Wall, stage: Stage
) -> None:
    page = wall(path="/wall/platform")
    stage.play(set=opscrowd.nothing(NOON_MS))
    page.wait_for_selector(".t-day.nod")
    for tile in (".t-day", ".t-flt", ".t-avl", ".t-upk"):
        text = words(page, tile)
        assert "—" in text and "0.00" not in text and "100" not in text, text
    assert words(page, ".t-out .records") == "无数据"
    page.evaluate("cityops.stage.show('hotline')")
    page.wait_for_selector(".t-con.nod")
    assert "无数据" in words(page, ".t-qrt")
    assert page.locator(".t-con .hero >> text=—").count() == 4


def test_every_number_has_a_definition_and_a_variant_its_own(wall: Wall) -> None:
    page = wall(path="/wall/hotline")
    unknown = page.evaluate(
        """Array.from(document.querySelectorAll('[data-measure][data-part], [data-card]'))
        .map((el) => el.dataset.card || el.dataset.measure)
        .filter((key) => !cityops.page.definitions[key]
          && !cityops.page.definitions[key.slice(key.indexOf('.') + 1)])"""
    )
    assert unknown == []
    page.click(".variants .r:nth-child(3) .text")
    card = words(page, ".card.open")
    assert "接通率" in card and "99.36" in card and "2,034" in card and "2,047" in card
    page.keyboard.press("Escape")
    page.evaluate("cityops.stage.show('platform')")
    page.click(".pairs tr:first-child b span")
    assert "162.0 天" in words(page, ".card.open")
