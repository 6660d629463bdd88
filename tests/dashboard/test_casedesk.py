"""The list behind a number: as long as the number, in pages, never beyond who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import casedesk
from dashboard.casedesk import BadQuestion, CaseDesk, links
from dashboard.casemeasures import CASES
from dashboard.deskquery import View
from dashboard.evaluation.result import Evidence
from dashboard.filterdesk import FilterDesk
from dashboard.question import Question
from dashboard.windows import Window
from tests.dashboard.test_deskquery import CITY, DISTRICT, EVERYBODY, WEEK, Desk
from tests.dashboard.test_reckoning import updates
from tests.town import DAY, MONDAY, day, life


class Lists(Desk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        filters = FilterDesk(CITY, lambda: self.clocks.now)
        self.cases = CaseDesk(self.engine, lambda: self.ledger, CITY, filters)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Lists]:
    made = Lists(tmp_path)
    yield made
    made.ledger.close()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(updates, min_size=1, max_size=40),
    st.integers(0, 3),
    st.integers(1, 3),
    st.integers(0, 5 * DAY // 1000),
    st.sampled_from(["own", "report", "deadline"]),
)
def test_as_many_cases_as_the_figure_says(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[object],
    first: int,
    length: int,
    cut: int,
    attribution: str,
) -> None:
    desk = Desk(tmp_path_factory.mktemp("behind"))
    desk.ledger.apply(events)  # type: ignore[arg-type]
    start = day(MONDAY) + first
    desk.clocks.now = max(MONDAY + cut * 1000, CITY.day_start(start))
    window = Window(start, start + length, min(desk.clocks.now, CITY.day_start(start + length)))

    def work(view: View) -> list[tuple[str, int, int]]:
        found = []
        for id, measure in CASES.items():
            for variant in measure.variants:
                asked = Question(WEEK.period, (), attribution, ((id, variant),))
                counted = view.over(asked, window, [id])
                value = counted.total()[id]
                if counted.resolved[0].minus:
                    continue
                found.append((id, len(counted.places("num")), value.num or 0))
                if value.den is not None:
                    found.append(
                        (id, len(counted.places("den")), value.den if value.num is not None else 0)
                    )
        return found

    for id, listed, figure in desk.engine.ask(EVERYBODY, WEEK, "lists", work, 60):
        assert listed == max(0, figure), id
    desk.ledger.close()


def test_what_the_denominator_takes_off_is_not_in_its_list(desk: Lists) -> None:
    desk.ledger.apply(life("A1") + life("A2"))
    address = (
        "from=2026-01-05&to=2026-01-11&measure=cases.on_time_closure_rate&side=den"
        "&variant=cases.on_time_closure_rate:due_less_suspended"
    )
    assert [row[0] for row in desk.cases.behind(EVERYBODY, address).rows] == ["A1", "A2"]


def test_a_list_keeps_the_filters_and_comes_in_pages(
    desk: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casedesk, "SHOWN", 2)
    for n in range(5):
        desk.ledger.apply(life(f"A{n}", MONDAY + n * DAY, district="102" if n == 4 else "101"))
    address = "from=2026-01-05&to=2026-01-11&district=101&measure=cases.reported&page=2"
    found = desk.cases.behind(EVERYBODY, address)
    assert found.total == 4
    assert [row[0] for row in found.rows] == ["A1", "A0"]
    assert "page=1" in found.paging.before and "district=101" in found.paging.before
    assert found.paging.after == ""
    text = b"".join(desk.cases.file(EVERYBODY, address)).decode("utf-8-sig")
    assert len(text.splitlines()) == 5


def test_a_districts_user_gets_the_list_of_that_district(desk: Lists) -> None:
    desk.ledger.apply(life("A1") + life("A2", district="102"))
    address = "from=2026-01-05&to=2026-01-11&measure=cases.reported"
    assert desk.cases.behind(EVERYBODY, address).total == 2
    assert [row[0] for row in desk.cases.behind(DISTRICT, address).rows] == ["A1"]
    assert "A2" not in b"".join(desk.cases.file(DISTRICT, address)).decode("utf-8-sig")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("measure=cases.reported", "应为日期"),
        ("period=month&measure=calls.offered", "应为案件指标"),
        ("period=month&measure=cases.reported&side=both", "side = both"),
        ("period=lastmonth&measure=cases.reported", "period = lastmonth"),
        ("period=month&measure=cases.reported&page=0", "应为页码"),
    ],
)
def test_an_address_that_names_no_list_is_refused(desk: Lists, address: str, told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        desk.cases.behind(EVERYBODY, address)


def test_the_lists_of_a_yearly_figure_lead_to_it(desk: Lists) -> None:
    desk.ledger.apply(life("A1"))
    found = Evidence(
        measure="cases.closure_rate",
        name="结案率",
        variant="filed",
        attribution="own",
        formula="",
        definition="",
        first="2026-01-01",
        last="2026-12-31",
        num=1,
        den=1,
    )
    for words, href in links(found):
        assert words.endswith("1 件案卷")
        assert desk.cases.behind(EVERYBODY, href.partition("?")[2]).total == 1
    assert replace(found, member="101").member and links(replace(found, member="101")) == ()
