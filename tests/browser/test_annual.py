"""The annual page in a real browser: typed and re-scored, told of conflicts, never losing input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.deskplay import Office, office
from tests.browser.playing import until

ADDRESS = "/desk/annual?form=zhengzhou-2021&year=2021"
Sit = Callable[[str], Page]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as made:
        yield made


@pytest.fixture
def sit(desk: Office, browser: Browser) -> Iterator[Sit]:
    """A person before the page; whatever the console says is an error of the test."""
    contexts = []
    said: list[str] = []

    def down(
        who: str,
        address: str = ADDRESS,
        width: int = 1440,
        height: int = 2600,
        heard: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, extra_http_headers={"x-who": who}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: said.append(m.text) if heard and m.type == "error" else None)
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("request", lambda r: None if r.url.startswith(desk.url) else said.append(r.url))
        page.goto(desk.url + address)
        return page

    yield down
    for context in contexts:
        context.close()
    assert said == []


def cell(page: Page, row: str, column: str) -> str:
    return f'.ag-row[row-id="{row}"] [col-id="{column}"]'


def type_into(page: Page, row: str, text: str) -> None:
    page.click(cell(page, row, "actual"))
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_typing_scores_at_once_and_two_typists_are_told(sit: Sit, desk: Office) -> None:
    wang, zhao = sit("wang"), sit("zhao")
    for page in (wang, zhao):
        page.wait_for_selector(cell(page, "operators", "actual"))
    type_into(wang, "operators", "50")
    expect(wang.locator(cell(wang, "operators", "score"))).to_have_text("1.90")
    type_into(zhao, "operators", "45")
    alert = zhao.locator("#book-alert")
    expect(alert).to_contain_text("已由 王敏 修改")
    expect(alert).to_contain_text("您在“接线员人数”填的是：45")
    expect(zhao.locator(cell(zhao, "operators", "actual"))).to_have_text("50")
    type_into(zhao, "operators", "48")
    expect(zhao.locator(cell(zhao, "operators", "score"))).to_have_text("1.82")
    book = desk.books.book("zhengzhou-2021", 2021)
    assert book.stamps["values.operators"].name == "赵宁"


def test_the_panel_shows_evidence_and_fills_what_no_cell_can(sit: Sit, desk: Office) -> None:
    page = sit("wang")
    page.click(cell(page, "fault_rate", "name"))
    panel = page.locator(".panel-in[data-item=fault_rate]")
    expect(panel).to_contain_text("依据链")
    expect(panel).to_contain_text("目标值没有写方向")
    page.click(cell(page, "budget_sound", "name"))
    expect(page.locator(".panel-in[data-item=budget_sound]")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.click("[data-attach=budget_sound]")
    chooser.value.set_files(
        {"name": "预算表.csv", "mimeType": "text/csv", "buffer": "项目,金额\n".encode()}
    )
    expect(page.locator("[data-attached=budget_sound]")).to_have_text("已添加 预算表.csv")
    entry = desk.books.book("zhengzhou-2021", 2021).cells["values.budget_sound"]
    assert entry["attachment"][-1].startswith("预算表.csv@")


def test_what_never_reached_the_server_is_kept_and_saved_later(sit: Sit, desk: Office) -> None:
    page = sit("wang", heard=False)  # a request that fails is an error in the console
    page.wait_for_selector(cell(page, "grid_staff", "actual"))
    before = desk.books.book("zhengzhou-2021", 2021).number
    page.route("**/_dash-update-component*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        type_into(page, "grid_staff", "1190")
    until(page, "JSON.stringify(localStorage).includes('1190')")
    page.unroute("**/_dash-update-component*")
    page.reload()
    expect(page.locator("#book-alert")).to_contain_text("上次有填写没有存上")
    page.click("#book-again")
    expect(page.locator(cell(page, "grid_staff", "actual"))).to_contain_text("1190")
    assert desk.books.book("zhengzhou-2021", 2021).number == before + 1


def test_leaders_read_and_the_book_goes_through_two_hands(sit: Sit) -> None:
    leader = sit("leader")
    leader.wait_for_selector(cell(leader, "operators", "actual"))
    expect(leader.locator(".ag-cell.inp")).to_have_count(0)
    expect(leader.locator(".acts .btn")).to_have_count(0)
    wang = sit("wang")
    wang.fill("#book-reason", "两项待核")
    wang.click("text=提交")
    expect(wang.locator(".state-of")).to_contain_text("已提交")
    li = sit("li")
    li.click("text=退回")
    expect(li.locator("#book-alert")).to_contain_text("退回须写明理由")
    li.fill("#book-reason", "补佐证")
    li.click("text=退回")
    expect(li.locator(".state-of")).to_contain_text("填报中")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1920, 1080), (390, 844)])
def test_it_fits_every_desk(sit: Sit, width: int, height: int, tmp_path: Path) -> None:
    page = sit("wang", width=width, height=height)
    page.wait_for_selector(cell(page, "operators", "actual"))
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / f"annual-{width}.png")


def test_the_list_behind_a_figure_and_the_files(sit: Sit, desk: Office) -> None:
    page = sit("wang", "/desk/behind?measure=cases.reported&side=num&from=2021-01-01&to=2021-12-31")
    expect(page.locator("table.list tbody tr")).to_have_count(3)
    expect(page.locator(".page-head")).to_contain_text("共 3 件")
    for kind in ("xlsx", "docx", "pdf", "csv"):
        answer = page.request.get(f"{desk.url}/desk/export/annual/zhengzhou-2021/2021.{kind}")
        assert answer.ok and len(answer.body()) > 1000, kind
    answer = page.request.get(
        f"{desk.url}/desk/export/behind.csv?measure=cases.reported&from=2021-01-01&to=2021-12-31"
    )
    assert answer.body().decode("utf-8-sig").count("\r\n") == 4


def test_the_export_page_tells_its_progress_and_hands_over_the_file(sit: Sit) -> None:
    page = sit("leader", "/desk/cases_export", heard=False)  # 422 is an error in the console
    said = page.locator(".export-progress [role=status]")
    page.click("[data-kind=csv]")
    expect(said).to_contain_text("起止日期：应为日期")
    page.fill("[name=from]", "2021-01-01")
    page.fill("[name=to]", "2021-12-31")
    with page.expect_download() as download:
        page.click("[data-kind=xlsx]")
    assert download.value.suggested_filename == "案卷-2021-01-01-2021-12-31.xlsx"
    expect(said).to_contain_text("✓ 已导出")
    page.route("**/desk/export/cases*", lambda route: None)  # an answer that never comes
    page.click("[data-kind=csv]")
    page.click("[data-cancel]")
    expect(said).to_contain_text("已取消，没有留下文件")
