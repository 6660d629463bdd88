"""Every page of the desk in a browser, on a laptop and on a phone; charts, pictures, annotations.

The pages are those that are mounted: a new one is looked at by itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, TimeoutError, expect

from dashboard.bench.hotline_calls import calls
from dashboard.cityledger import open_ledger
from dashboard.eventkinds import read_event
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.database import Database
from layouts.page import Desk
from layouts.pages import mounted
from tests.browser.deskplay import NOW, Office, office
from tests.browser.deskwalk import READY, faults
from tests.browser.heatplay import HeatPlay
from tests.dashboard.platformtown import Sender
from tests.town import DAY, HOUR

QUESTIONS = {"hotline": "?period=month", "platform": "?period=month"}
"""What a page is asked for, where its default would show little."""
NEEDS = {"behind": "?measure=cases.reported&from=2021-05-01&to=2021-05-31"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The office with a map, ten days of calls and probes, and somebody's annotation."""
    with office(tmp_path_factory.mktemp("desk"), HeatPlay()) as made:
        ledger = open_ledger(made.config, made.profile, reading=True)
        midnight = made.profile.day_start(made.profile.day(NOW))
        rows = calls(400, midnight - 9 * DAY, 9)
        ledger.apply([read_event(row.line(), NOW) for row in rows])
        sender, vital = Sender(), made.profile.platform.vital
        probes = [sender.row(one.id, midnight - 9 * DAY, NOW - 60_000) for one in vital]
        probes.append(sender.row(vital[0].id, midnight - HOUR, midnight - HOUR // 2, ok=False))
        ledger.apply(probes)
        ledger.close()
        yield made


@pytest.fixture
def said() -> list[str]:
    """Errors of the pages, and requests to other hosts."""
    return []


@pytest.fixture
def sit(browser: Browser, desk: Office, said: list[str]) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, extra_http_headers={"x-who": "wang"}
    )
    page = context.new_page()
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    host = urlsplit(desk.url).netloc
    page.on("request", lambda r: said.append(r.url) if urlsplit(r.url).netloc != host else None)
    yield page
    context.close()


def visit(page: Page, desk: Office, id: str) -> None:
    page.goto(f"{desk.url}/desk/{id}{QUESTIONS.get(id) or NEEDS.get(id, '')}")
    page.wait_for_function(READY, timeout=60_000)


def test_every_page_fits_is_legible_and_named_on_laptop_and_phone(
    sit: Page, desk: Office, said: list[str]
) -> None:
    known = Desk("", "", {}, parts=desk.profile.parts, map=HeatPlay().city_map)
    pages = [page.id for page in mounted(known) if not page.outside]
    assert {"map", "hotline", "platform", "annotations"} <= set(pages)
    wrong: list[str] = []
    for width, height in ((1440, 900), (390, 844)):
        sit.set_viewport_size({"width": width, "height": height})
        for id in pages:
            try:
                visit(sit, desk, id)
            except TimeoutError:
                said.append("never ready")
            found = faults(sit, phone=width < 700)
            wrong += [f"{id} {width}: {fault}" for fault in (*found, *said)]
            said.clear()
    assert not wrong, "\n".join(wrong)


def test_the_keyboard_goes_from_the_skip_link_into_the_page(sit: Page, desk: Office) -> None:
    visit(sit, desk, "hotline")
    sit.keyboard.press("Tab")
    assert sit.evaluate("document.activeElement.className") == "skip"
    sit.keyboard.press("Enter")
    expect(sit.locator("#content")).to_be_focused()
    plot = sit.locator("[data-chart]").first
    plot.focus()
    sit.keyboard.press("ArrowRight")
    readout = sit.locator(".chart .readout").first
    expect(readout).to_contain_text("2026-11-01")
    sit.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("2026-11-02")
    assert sit.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_an_annotation_is_written_drawn_and_deleted(
    sit: Page, desk: Office, said: list[str]
) -> None:
    visit(sit, desk, "annotations")
    sit.fill("input[name=first]", "2026-11-18")
    sit.fill("input[name=last]", "2026-11-17")
    sit.fill("input[name=text]", "暴雪")
    sit.click(".annotation-form button")
    expect(sit.locator(".bad-box")).to_contain_text("止日 2026-11-17 在起日 2026-11-18 之前")
    expect(sit.locator("input[name=text]")).to_have_value("暴雪")
    sit.fill("input[name=last]", "2026-11-19")
    sit.click(".annotation-form button")
    expect(sit.locator(".said-box")).to_contain_text("11月18–19日 暴雪")
    expect(sit.locator(".annotation-board tbody")).to_contain_text("王敏")

    visit(sit, desk, "hotline")
    expect(sit.locator(".chart .event-word").first).to_have_text("▾暴雪")
    expect(sit.locator(".chart .happened").first).to_contain_text("11月18–19日 暴雪")

    visit(sit, desk, "annotations")
    sit.click(".annotation-board .acts form button")
    expect(sit.locator(".said-box")).to_contain_text("标注已删除")
    expect(sit.locator(".annotation-board tbody")).to_have_count(0)
    log = AuditLog(Database(desk.config.ledger_url)).newest(50)
    acts = [link.entry.action for link in log if link.entry.action.startswith("annotation.")]
    assert sorted(acts) == ["annotation.add", "annotation.remove"]
    assert said == []


def test_a_chart_and_the_map_are_saved_as_pictures_with_their_question(
    sit: Page, desk: Office, said: list[str], tmp_path: Path
) -> None:
    visit(sit, desk, "hotline")
    expect(sit.locator("[data-chart] svg rect.now")).not_to_have_count(0)
    plain = picture(sit, ".chart [data-png]", tmp_path / "chart.png")
    assert plain.name == "逐日呼入.png"
    colours = distinct(plain.body)
    assert (11, 107, 184) in colours, "the bars are in the picture"
    assert plain.width > 1000

    sit.goto(f"{desk.url}/desk/map?map=overdue.30d.street")
    sit.wait_for_selector(".hottest .r[tabindex]")
    assert "超期" in (sit.get_attribute("[data-said]", "data-said") or "")
    assert len(distinct(picture(sit, ".ov.save button", tmp_path / "map.png").body)) > 40
    sit.click("text=责任网格")
    assert sit.evaluate("location.search") == "?map=overdue.30d.duty_grid"
    row = sit.locator(".hottest .r").first
    row.focus()
    sit.keyboard.press("Enter")
    card = sit.locator(".cell-card.open")
    expect(card).to_contain_text("前 30 日上报 60 件")
    expect(card.locator(".shut")).to_be_focused()
    sit.keyboard.press("Escape")
    expect(row).to_be_focused()
    sit.click("text=热线 >> nth=0")
    sit.wait_for_selector(".figure-board")
    assert sit.evaluate("cityops.mapViews.size") == 0
    assert said == []


class Picture:
    """A png that came down."""

    def __init__(self, name: str, body: bytes) -> None:
        self.name, self.body = name, body
        assert body[:8] == b"\x89PNG\r\n\x1a\n"
        self.width, self.height = struct.unpack(">II", body[16:24])


def picture(page: Page, button: str, to: Path) -> Picture:
    with page.expect_download() as found:
        page.locator(button).first.click()
    found.value.save_as(to)
    return Picture(found.value.suggested_filename, to.read_bytes())


def distinct(body: bytes) -> set[tuple[int, ...]]:
    """The colours of a picture."""
    seen = Image.open(BytesIO(body)).convert("RGB").getcolors(1 << 24) or []
    return {colour for _, colour in seen if isinstance(colour, tuple)}
