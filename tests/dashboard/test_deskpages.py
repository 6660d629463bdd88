"""总览 and 案件 over a small city: figures from hand-made cases, pages for who may see them."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from dashboard.access.identity import KEY, Identity
from dashboard.access.roles import Role
from dashboard.casedesk import CaseDesk
from dashboard.casesdesk import CasesDesk
from dashboard.filterdesk import FilterDesk
from dashboard.overviewdesk import OverviewDesk
from dashboard.remarkdesk import RemarkDesk
from dashboard.tableweb import FIGURES, figure_rows, numeric, table_routes, table_rows, written
from layouts.casespage import cases_page
from layouts.measured import Table
from layouts.overview import overview
from tests.dashboard.asking import Answer, ask
from tests.dashboard.test_deskquery import CITY, DISTRICT, EVERYBODY, Desk
from tests.town import DAY, HOUR, MONDAY, event, life

WEEK = "?from=2026-01-05&to=2026-01-11"
WRITER = Identity("wang", "王敏", frozenset({Role.OPERATOR}), kind="user")


class Pages(Desk):
    """Two weeks: one case in the first, three in the second, one of them refused."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        filters = FilterDesk(CITY, lambda: self.clocks.now)
        lists = CaseDesk(self.engine, lambda: self.ledger, CITY, filters)
        self.remarks = RemarkDesk(lambda: self.ledger, CITY, lambda: self.clocks.now)
        self.overviews = OverviewDesk(self.engine, CITY, filters, self.remarks.marks)
        self.cases = CasesDesk(self.engine, CITY, filters, lists)
        before = MONDAY - 7 * DAY + 9 * HOUR
        self.ledger.apply(
            [
                *life("A1", before),
                *life("B1"),
                *life("B2", MONDAY + DAY, district="102", street="102001", channel="hotline_12319"),
                event("B3", 1, MONDAY + 2 * DAY, "report", district="101", category="E0201"),
            ]
        )


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    made = Pages(tmp_path)
    yield made
    made.ledger.close()


def rows(table: Table) -> dict[str, list[str]]:
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


def test_the_overview_says_total_rates_and_what_they_are_compared_with(pages: Pages) -> None:
    shown, running = pages.overviews.overview(EVERYBODY, WEEK, 60)
    assert not running
    assert shown.total.text == "3"
    assert shown.total.before == "▲ 200.0 %"
    assert shown.total.ago == "—"
    assert shown.notes == (
        "环比 2025-12-29 至 2026-01-04",
        "同比 2025-01-05 至 2025-01-11（没有数据）",
    )
    assert [(s.name, s.figure.text, s.share) for s in shown.steps][:2] == [
        ("受理", "2", "66.67 %"),
        ("立案", "2", "66.67 %"),
    ]
    closing = next(one for one in shown.rates if one.measure == "cases.closure_rate")
    assert (closing.text, closing.of) == ("100.00", "2 / 2")
    assert closing.before == "持平"
    assert dict(closing.lists)["分母 2 件案卷"].startswith("/desk/behind?from=2026-01-05")
    assert rows(shown.areas) == {
        "101": ["2", "▲ 100.0 %", "—", "1", "50.00 %", "−50.00 百分点"],
        "102": ["1", "—", "—", "1", "100.00 %", "—"],
    }
    assert rows(shown.sources)["12319热线"][:2] == ["1", "33.33 %"]
    assert len(shown.trend.pieces) == 7
    assert shown.trend.pieces[0][:3] == ("1-5", "1", 100)
    overview(shown).to_plotly_json()


def test_a_window_the_data_begins_in_is_not_compared(pages: Pages) -> None:
    shown, _ = pages.overviews.overview(EVERYBODY, "?from=2026-01-01&to=2026-01-09", 60)
    assert shown.notes[0] == "环比 2025-12-23 至 2025-12-31（数据自 2025-12-29 起，不比）"
    assert shown.total.before == "—"


def test_a_running_day_is_compared_with_the_same_hours(pages: Pages) -> None:
    pages.clocks.now = MONDAY + DAY + 2 * HOUR
    shown, running = pages.overviews.overview(EVERYBODY, "?period=today", 60)
    assert running
    assert shown.notes[0] == "截至 02:00，与上期同一时长比"
    assert (shown.total.text, shown.total.before) == ("1", "—")
    assert [piece[1] for piece in shown.trend.pieces[:4]] == ["1", "0", "—", "—"]


def test_what_lies_ahead_has_no_data_and_says_why(pages: Pages) -> None:
    shown, _ = pages.overviews.overview(EVERYBODY, "?period=2027", 60)
    assert (shown.total.text, shown.total.why) == ("—", "期间还没有开始")


def test_filters_narrow_every_number_and_areas_lead_down(pages: Pages) -> None:
    address = WEEK + "&district=101"
    shown, _ = pages.overviews.overview(EVERYBODY, address, 60)
    assert shown.total.text == "2"
    assert rows(shown.areas)["101001"][0] == "1"
    link = shown.areas.rows[0][0].href
    assert "district=101" in link and "street=" in link
    assert "district=101" in shown.exports[0][1]


def test_what_happened_stands_on_the_days_of_the_overview(pages: Pages) -> None:
    """Also when the page was answered before."""
    assert pages.overviews.overview(EVERYBODY, WEEK, 60)[0].trend.marks == ()
    pages.remarks.save(WRITER, "", "2026-01-06", "2026-01-07", "暴雪", "")
    whole, _ = pages.overviews.overview(EVERYBODY, WEEK, 60)
    assert [(one.first, one.last, one.text) for one in whole.trend.marks] == [(1, 2, "暴雪")]
    assert "暴雪" in str(overview(whole).to_plotly_json())
    day, _ = pages.overviews.overview(EVERYBODY, "?from=2026-01-07&to=2026-01-07", 60)
    assert [(one.first, one.last) for one in day.trend.marks] == [(0, 23)]  # its hours


def test_a_rate_above_a_hundred_says_why(pages: Pages) -> None:
    """Reported in the week before, closed in this one: by their own times 2 closed of 1."""
    pages.ledger.apply(life("C1", MONDAY - 3 * HOUR))
    shown, _ = pages.overviews.overview(EVERYBODY, "?from=2026-01-05&to=2026-01-05", 60)
    assert any("超过 100 %" in note for note in shown.notes), shown.rates
    page, _ = pages.cases.cases_page(EVERYBODY, "?from=2026-01-05&to=2026-01-05", 60)
    assert "超过 100 %" in page.by.note
    week, _ = pages.overviews.overview(EVERYBODY, "?from=2025-12-29&to=2026-01-11", 60)
    assert not any("超过 100 %" in note for note in week.notes)


@pytest.mark.parametrize("address", [WEEK, WEEK + "&district=102", "?period=2026"])
def test_a_districts_user_sees_that_district_on_every_page(pages: Pages, address: str) -> None:
    area = Identity("east", areas=frozenset({"102"}), kind="user")
    for who, mine, foreign in ((area, {"102"}, "101"), (DISTRICT, {"101"}, "102")):
        shown, _ = pages.overviews.overview(who, address, 60)
        page, _ = pages.cases.cases_page(who, address + "&by=district", 60)
        listed = {row[3] for row in page.cases.rows}
        assert {row[0].text[:3] for row in shown.areas.rows} <= mine
        assert {row[0].text for row in page.by.rows} <= mine
        assert foreign not in listed
        n = sum(len(case.rows) for case in [page.cases])
        assert int(shown.total.text) == int(page.reported.text) == page.cases.total == n


def test_the_cases_page_sorts_pages_and_counts_the_backlog(pages: Pages) -> None:
    shown, _ = pages.cases.cases_page(EVERYBODY, WEEK + "&by=category&sort=name", 60)
    assert [row[0].text for row in shown.by.rows] == ["暴露垃圾", "非法小广告"]
    assert [cell.text for cell in shown.by.total][:2] == ["全部", "3"]
    assert shown.by.headings[0][2] == "up"
    assert shown.backlog.total == "1"
    assert shown.backlog.rows[0][:3] == ("待受理", ("0", "0", "1", "0", "0"), "1")
    assert shown.cases.total == 3
    assert [row[0] for row in shown.cases.rows] == ["B3", "B2", "B1"]
    days, _ = pages.cases.cases_page(EVERYBODY, WEEK + "&by=day&sort=-name", 60)
    assert [row[0].text for row in days.by.rows] == ["2026-01-07", "2026-01-06", "2026-01-05"]
    cases_page(days).to_plotly_json()


def test_nonsense_in_an_address_shows_the_usual_page(pages: Pages) -> None:
    shown, _ = pages.cases.cases_page(EVERYBODY, WEEK + "&by=x&sort=y&page=-1", 60)
    assert [on for _, _, on in shown.tabs][:2] == [True, False]
    assert shown.cases.paging.page == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_on_the_screen_is_in_the_file(pages: Pages, kind: str) -> None:
    page, _ = pages.cases.cases_page(EVERYBODY, WEEK, 60)
    headings, found = table_rows(page.by)
    path = written((headings, found), kind, CITY.timezone, "案件分项")
    try:
        if kind == "csv":
            read = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
        else:
            sheet = openpyxl.load_workbook(path).active
            read = [["" if v is None else str(v) for v in row] for row in sheet.values]
    finally:
        path.unlink()
    assert read[0] == headings
    assert [row[:3] for row in read[1:]] == [
        ["101", "2", "▲ 100.0 %"],
        ["102", "1", ""],
        ["全部", "3", "▲ 200.0 %"],
    ]


def test_every_table_of_the_overview_leaves_the_page(pages: Pages) -> None:
    trail: list[tuple[str, ...]] = []
    routes = table_routes(
        pages.overviews, pages.cases, CITY.timezone, lambda *said: trail.append(said)
    )
    router = Router(routes)

    async def known(scope: Scope, receive: Receive, send: Send) -> None:
        await router({**scope, KEY: EVERYBODY}, receive, send)

    def saved(path: str) -> Answer:
        return asyncio.run(ask(known, path))

    shown, _ = pages.overviews.overview(EVERYBODY, WEEK, 60)
    found = {}
    for part, links in shown.table_exports.items():
        assert [kind for kind, _ in links] == ["csv", "xlsx"]
        answer = saved(links[0][1])
        assert answer.status == 200, answer.text
        found[part] = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
        book = openpyxl.load_workbook(io.BytesIO(saved(links[1][1]).body))
        first = book.worksheets[0]
        assert [str(cell.value) for cell in first[1]] == found[part][0]
    assert {part: rows[0][:2] for part, rows in found.items()} == {
        "areas": ["区", "上报"],
        "categories": ["小类", "上报"],
        "sources": ["来源", "上报"],
    }
    assert [row[:2] for row in found["areas"][1:]] == [["101", "2"], ["102", "1"]]
    assert {said[2] for said in trail} == {f"overview-{part}" for part in found}
    assert saved("/desk/export/overview-areas.pdf").status == 404


def test_a_figures_row_has_what_the_page_says(pages: Pages) -> None:
    shown, _ = pages.overviews.overview(EVERYBODY, WEEK, 60)
    row = dict(zip(FIGURES, figure_rows([shown.total])[0], strict=True))
    assert (row["指标"], row["数值"], row["环比"]) == ("上报数", 3, "▲ 200.0 %")
    assert [numeric(text) for text in ("1,234", "95.75 %", "—", "持平")] == [
        1234,
        95.75,
        None,
        "持平",
    ]
