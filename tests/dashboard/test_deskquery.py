"""The desk's engine over a real ledger: the figures of the annual form, for who may see them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.access.identity import Identity
from dashboard.casemeasures import CASES
from dashboard.city import load_profile
from dashboard.deskcopy import CaseCopy
from dashboard.deskquery import DeskQuery, Values, View
from dashboard.ledger import Ledger, schema
from dashboard.periods import days_between
from dashboard.question import Question
from dashboard.reckoning import reckon
from dashboard.windows import Window
from tests.dashboard.test_reckoning import updates
from tests.town import DAY, HOUR, MONDAY, day, event, life

CITY = replace(load_profile("meixian"), targets={})
EVERYBODY = Identity("leader", kind="user")
DISTRICT = Identity("east", areas=frozenset({"101"}), kind="user")
WEEK = Question(days_between("2026-01-05", "2026-01-11"))


class Clocks:
    def __init__(self) -> None:
        self.now, self.ticks = MONDAY + 7 * DAY, 0.0


class Desk:
    """A ledger and the engine over it; its clock ticks ten seconds before every question."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder}/ledger.db"
        self.ledger = Ledger.open(url, CITY.rules, CITY.id)
        self.clocks = Clocks()
        copy = CaseCopy(lambda: self.ledger, lambda: self.clocks.now, lambda: self.clocks.ticks)
        self.engine = DeskQuery(copy, CITY)

    def values(self, question: Question, who: Identity = EVERYBODY, **by: str) -> dict[str, Values]:
        self.clocks.ticks += 10

        def work(view: View) -> dict[str, Values]:
            over = view.over(question, view.span(question).window, CASES)
            return over.by(by["by"]) if by else {"": over.total()}

        return self.engine.ask(who, question, ("values", *by.items()), work, 60)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.ledger.close()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(updates, min_size=1, max_size=15), min_size=1, max_size=4),
    st.integers(0, 3),
    st.integers(1, 3),
    st.integers(0, 5 * DAY // 1000),
    st.sampled_from(["own", "report", "deadline"]),
)
def test_the_figures_are_those_of_the_tally_however_they_came(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[object]],
    first: int,
    length: int,
    cut: int,
    attribution: str,
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.clocks.now = MONDAY + cut * 1000
    start = day(MONDAY) + first
    window = Window(start, start + length, min(desk.clocks.now, CITY.day_start(start + length)))
    city = replace(CITY, attribution=attribution)
    question = replace(WEEK, attribution=attribution)

    def work(view: View) -> tuple[bool, Values, dict[str, Values]]:
        over = view.over(question, window, CASES)
        return over.known, over.total(), over.by("district")

    for number, events in enumerate(batches):
        desk.ledger.apply(events)  # type: ignore[arg-type]
        desk.clocks.ticks += 10
        known, total, by = desk.engine.ask(EVERYBODY, question, number, work, 60)
        report = reckon(desk.ledger, city, window, "district", CASES)
        if not known:
            assert not report.measures["cases.reported"].num
            continue
        assert plain(total) == plain(report.measures)
        assert {member: plain(found) for member, found in by.items()} == {
            member: plain(found)
            for member, found in report.by.items()
            if any(value.num for value in found.values())
        }
    assert desk.engine.copy.loads == 1
    desk.ledger.close()


def plain(values: Values) -> dict[str, tuple[int | None, int | None]]:
    return {id: (value.num, value.den) for id, value in values.items()}


def test_a_districts_user_sees_that_district_whatever_is_asked(desk: Desk) -> None:
    desk.ledger.apply([*life("A1"), *life("A2", district="102"), *life("A3", district=None)])
    everything = {
        member: n["cases.closed"].num for member, n in desk.values(WEEK, by="district").items()
    }
    assert everything == {"101": 1, "102": 1, "": 1}
    for question in (WEEK, WEEK.narrowed("district", ["102"]), WEEK.narrowed("district", [""])):
        mine = desk.values(question, DISTRICT, by="district")
        assert set(mine) <= {"101"}
    assert desk.values(WEEK, DISTRICT)[""]["cases.closed"].num == 1
    assert desk.values(WEEK.narrowed("district", ["102"]), DISTRICT)[""]["cases.closed"].num == 0


def test_an_answer_is_kept_while_it_is_fresh_and_for_days_that_are_over_until_something_comes(
    desk: Desk,
) -> None:
    desk.ledger.apply(life("A1"))
    for _ in range(3):
        desk.values(WEEK)
    assert desk.engine.worked == 1
    running = Question()
    desk.values(running)
    desk.clocks.ticks -= 6
    desk.values(running)
    assert desk.engine.worked == 2
    desk.values(running)
    assert desk.engine.worked == 3
    desk.ledger.apply(life("A2"))
    assert desk.values(WEEK)[""]["cases.closed"].num == 2


def test_an_answer_that_is_stale_is_let_go_of(desk: Desk) -> None:
    """Of a city under way every answer is, seconds later: none may be held for months."""

    class Page:
        pass

    def asked(page: str, question: Question) -> weakref.ref[Page]:
        return weakref.ref(desk.engine.ask(EVERYBODY, question, page, lambda _: Page(), 60))

    desk.ledger.apply(life("A1"))
    running, over = asked("a", Question()), asked("b", WEEK)
    gc.collect()
    assert running() and over(), "both are fresh"
    desk.clocks.ticks += 10
    asked("c", Question())
    gc.collect()
    assert running() is None and over(), "days that are over stay while nothing comes"
    desk.ledger.apply(life("A2"))
    desk.clocks.ticks += 10
    asked("d", Question())
    gc.collect()
    assert over() is None


def test_a_batch_of_many_and_a_rebuilt_ledger_are_read_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ledger.apply(life("A1"))
    desk.values(WEEK)
    monkeypatch.setattr(schema, "CHANGES_MOST", 2)
    desk.ledger.apply([event(f"B{n}", 1, MONDAY + HOUR, "report") for n in range(3)])
    assert desk.values(WEEK)[""]["cases.reported"].num == 4
    assert desk.engine.copy.loads == 2
    desk.ledger.rebuild()
    desk.values(WEEK)
    assert desk.engine.copy.loads == 3


def test_what_the_ledger_knows_nothing_about_has_no_data(desk: Desk) -> None:
    desk.ledger.apply(life("A1"))
    ahead, earlier = (
        replace(WEEK, period=days_between(*ends))
        for ends in (("2026-02-02", "2026-02-03"), ("2025-01-05", "2025-01-11"))
    )
    for question in (ahead, earlier):
        assert desk.values(question)[""]["cases.reported"].state == "nodata"
    assert desk.values(WEEK)[""]["cases.reported"].state == "live"
