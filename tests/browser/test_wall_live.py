"""The live link: numbers go round Dash, stale never looks live, every break heals itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Browser, Page

from tests.browser.measuring import faults
from tests.browser.playing import Stage, playing, until
from tests.browser.scenery import NOON_MS, count, rate

Wall = Callable[..., Page]
REPORTED = ".t-fun .step:first-child .hero"


def banner(page: Page) -> str:
    return page.inner_text(".banner")


def test_a_number_moves_with_its_frame(wall: Wall, stage: Stage) -> None:
    page = wall()
    stage.play(set={"m.today.cases.reported": count(913, 888, 1402)})
    page.wait_for_selector(f"{REPORTED} >> text=913")
    basis = page.inner_text(".t-fun .step:first-child .basis").replace("\u2009", "")
    assert basis == "昨8882.8%"


def test_the_renderers_history_stays_empty_over_60_ticks(wall: Wall, stage: Stage) -> None:
    page = wall()
    painted = page.evaluate("cityops.painted")
    for n in range(60):
        stage.play(set={"m.today.cases.reported": count(1000 + n)})
        page.wait_for_timeout(40)
    page.wait_for_selector(f"{REPORTED} >> text=1,059")
    assert page.evaluate("cityops.painted") - painted >= 50
    history = page.evaluate("store.getState().history")
    assert (history["past"], history["future"]) == ([], [])


def test_charts_are_drawn_again_only_when_their_data_changed(wall: Wall, stage: Stage) -> None:
    page = wall()
    page.evaluate("document.querySelector('.days svg').dataset.mine = 'first'")
    stage.play(set={"m.today.cases.reported": count(920)})
    page.wait_for_selector(f"{REPORTED} >> text=920")
    assert page.locator(".days svg[data-mine=first]").count() == 1
    days = {"days": ["11-19", "11-20", "11-21"], "reported": [5, 9, 7], "closed": [4, 8, 6]}
    stage.play(set={"s.days30": days})
    page.wait_for_selector(".days .ax >> text=11月19日")
    assert page.locator(".days svg[data-mine=first]").count() == 0
    assert page.inner_text(".days .ax .last") == "11月20日"  # today has not run its course


def test_every_delta_between_two_paints_counts(wall: Wall) -> None:
    page = wall()
    merged = page.evaluate(
        """() => {
          const frame = { seq: 1, as_of: 1, m: { a: 1, b: 1 }, s: {}, t: {}, demo: false };
          const changed = {};
          const first = { base: 1, seq: 2, as_of: 2, set: { 'm.a': 2, demo: true } };
          cityops.merge(frame, first, changed);
          cityops.merge(frame, { base: 2, seq: 3, as_of: 3, set: { 'm.b.c': 3 } }, changed);
          return [frame, changed];
        }"""
    )
    frame = {"seq": 3, "as_of": 3, "m": {"a": 2, "b": 1, "b.c": 3}, "s": {}, "t": {}, "demo": True}
    assert merged == [frame, {"m.a": True, "demo": True, "m.b.c": True}]


def test_a_gap_reconnects_and_starts_from_a_whole_frame(wall: Wall, stage: Stage) -> None:
    page = wall()
    assert page.evaluate("cityops.live.opened()") == 1
    page.evaluate("cityops.live.frame().seq = -7")
    until(page, "cityops.live.opened() === 2")
    stage.play(set={"m.today.cases.reported": count(931)})
    page.wait_for_selector(f"{REPORTED} >> text=931")


def test_a_frozen_server_shows_amber_then_red_and_keeps_the_values(
    wall: Wall, stage: Stage
) -> None:
    page = wall()
    seen = page.inner_text(REPORTED)
    last = page.inner_text(".as-of").removeprefix("数据截至 ")
    stage.freeze()
    frozen = time.monotonic()
    page.wait_for_selector(".banner.late")
    assert 1.5 < time.monotonic() - frozen < 6
    assert banner(page).startswith("迟滞")
    page.wait_for_selector(".banner.off")
    assert 8 < time.monotonic() - frozen < 13
    assert re.match(r"断线　最后数据 14:3\d:\d\d　已 1\d 秒　正在重连", banner(page))
    assert last[:4] in banner(page)
    assert page.inner_text(REPORTED) == seen
    assert page.locator(".tile.off:visible").count() == page.locator(".tile:visible").count()
    assert not page.is_visible("nav")
    clock = page.inner_text(".clk")
    until(page, f"document.querySelector('.clk').textContent !== '{clock}'")
    stage.thaw()
    page.wait_for_selector(".wall[data-link=live]", timeout=20_000)
    assert banner(page) == ""
    assert page.locator(".tile.off, .tile.late").count() == 0


def test_redis_down_is_seen_though_the_connection_is_open(wall: Wall, stage: Stage) -> None:
    page = wall()
    stage.play(redis=False)
    page.wait_for_selector(".banner.off", timeout=20_000)
    assert "数据总线中断，正在重连" in banner(page)
    assert page.evaluate("cityops.live.opened()") == 1
    assert page.inner_text(".feeds .r:first-child .word") == "未知"
    stage.play(redis=True)
    page.wait_for_selector(".wall[data-link=live]", timeout=10_000)


def test_a_refused_stream_is_opened_again(wall: Wall, stage: Stage) -> None:
    page = wall()
    stage.play(live=503)
    page.evaluate("cityops.live.frame().seq = -7")
    until(page, "cityops.live.opened() >= 3")
    stage.play(live=200)
    stage.play(set={"m.today.cases.reported": count(940)})
    page.wait_for_selector(f"{REPORTED} >> text=940", timeout=15_000)


def test_a_late_source_marks_the_tiles_it_feeds_and_no_other(wall: Wall, stage: Stage) -> None:
    page = wall()
    late = rate(26731, 27918) | {"st": "late"}
    stage.play(set={"m.month.cases.closure_rate": late})
    page.wait_for_selector(".t-rat.late")
    assert page.inner_text(".t-rat .state").startswith("迟滞")
    assert page.locator(".tile.late").count() == 1
    stage.play(set={"m.month.cases.closure_rate": late | {"st": "offline"}})
    page.wait_for_selector(".t-rat.off")
    assert page.inner_text(".t-rat .state").startswith("断线 14:3")  # when it was heard last
    assert page.locator(".tile.off").count() == 1 and page.locator(".tile.late").count() == 0
    assert banner(page) == ""


def test_no_data_and_not_applicable_are_words_not_zeros(wall: Wall, stage: Stage) -> None:
    page = wall()
    stage.play(
        set={
            "m.month.cases.closure_rate": rate(0, 0),
            "m.month.cases.rework_rate": rate(0, 0) | {"st": "na"},
        }
    )
    page.wait_for_selector(".rate:nth-child(1) >> text=无数据")
    first = page.inner_text(".rate:nth-child(1)")
    assert "—" in first and "0 / 0" in first and "%" not in first
    assert "不适用" in page.inner_text(".rate:nth-child(3)")


def test_the_clock_is_the_servers_and_the_date_changes_at_city_midnight(
    wall: Wall, stage: Stage
) -> None:
    page = wall(script="Date.now = () => 12345;")  # a screen with a wrong clock
    assert page.inner_text(".date") == "11月21日 星期六"
    midnight_ms = NOON_MS + ((24 - 14) * 60 - 32) * 60_000 - 7_000
    stage.play(offset_ms=midnight_ms - NOON_MS - 2_000)
    page.wait_for_selector(".date >> text=11月22日 星期日", timeout=10_000)
    assert page.inner_text(".clk").startswith("00:00:")
    assert page.inner_text(".until").startswith("0:00–00:00")


def test_case_text_is_text_and_never_markup(wall: Wall, stage: Stage) -> None:
    page = wall()
    evil = "<img src=x onerror=\"window.pwned=1\"><b onclick='x'>"
    news = {"at": NOON_MS, "district": evil, "place": evil, "category": evil, "step": evil}
    row = {"id": "x", "name": evil, "n": 9, "reported": 1, "overdue": 1, "open": 2, "v": 0.5}
    row |= {"d": 2, "ok": "bad"}
    source = {"id": "x", "name": evil, "last_at": None, "state": "nodata", "every_s": 5}
    tables = ("channels", "categories", "districts", "departments")
    stage.play(
        set={
            "t.ticker": [news],
            "sources": [source],
            "health": {"rejected": 0, "lag_ms": 0, "gap": {"since": 0, "text": evil}},
            "city": {"id": "x", "name": evil, "title": evil},
            **{f"t.{name}": [row] for name in tables},
        }
    )
    page.wait_for_selector(".tick .where >> text=onerror")
    page.click(".t-fun .hero >> nth=0")
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    assert page.locator("#wall img, #wall [onclick]").count() == 0


def test_a_new_build_reloads_once_and_never_in_a_loop(wall: Wall, stage: Stage) -> None:
    page = wall(script="Math.random = () => 0.02;")
    page.evaluate("window.before = true")
    stage.play(build="scenery-2")  # the stream says so; the page is still served as scenery-1
    until(page, "window.before === undefined && Boolean(window.cityops && cityops.painted)")
    page.evaluate("window.before = true")
    page.wait_for_timeout(4_000)
    assert page.evaluate("window.before") is True


def test_one_quiet_reload_a_night_and_only_of_a_page_hours_old(wall: Wall) -> None:
    page = wall()
    reloads = page.evaluate(
        """async () => {
          let count = 0;
          const reloader = cityops.createReloader({ build: 'x', reload: () => { count += 1; } });
          const minutes = Array.from(Array(60).keys());
          const settle = () => new Promise((done) => setTimeout(done, 300));
          minutes.forEach((minute) => reloader.nightly(3, minute));
          await settle();
          const young = count;
          const now = performance.now.bind(performance);
          performance.now = () => now() + 3 * 3600 * 1000;
          minutes.forEach((minute) => reloader.nightly(15, minute));
          minutes.forEach((minute) => reloader.nightly(3, minute));
          minutes.forEach((minute) => reloader.nightly(3, minute));
          await settle();
          performance.now = now;
          return [young, count];
        }"""
    )
    assert reloads == [0, 1]


def test_demo_data_is_said_so(wall: Wall, stage: Stage) -> None:
    page = wall()
    assert page.is_visible(".demo >> text=演示数据")
    stage.play(set={"demo": False})
    page.wait_for_selector(".demo", state="hidden")


def test_before_the_first_frame_nothing_is_blank_and_nothing_is_zero(browser: Browser) -> None:
    with playing(1, "silent") as stage:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(stage.url + "/wall")
        page.wait_for_selector(".t-cat >> text=无数据")
        first = page.inner_text(".t-rat .rate:nth-child(1)")
        assert first.split() == ["结案率", "无数据", "—", "—"]
        assert page.inner_text(".fresh").strip() == "正在连接"
        assert "无超期" not in page.inner_text(".t-dpt")
        page.wait_for_selector(".banner.off", timeout=15_000)
        assert banner(page).startswith("断线　尚未收到数据")
        assert "数据源没有更新" in banner(page)
        assert faults(page) == []
        stage.play(silent=False)
        page.wait_for_selector(f"{REPORTED} >> text=912")
        page.close()
