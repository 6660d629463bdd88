"""Keeping a real form's book: typed, submitted, reviewed, locked, and true ever after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from dashboard.bookkeeping import Bookkeeper
from dashboard.bookroom import forms_of, keeper
from dashboard.city import load_profile
from dashboard.evaluation.book import Conflict
from dashboard.evaluation.workflow import Person, Refused
from dashboard.ledger import Ledger
from tests.town import line, read_lines

CITY = load_profile("meixian")
WANG = Person("wang", "王敏", frozenset({"operator"}))
ZHAO = Person("zhao", "赵宁", frozenset({"operator"}))
LI = Person("li", "李强", frozenset({"reviewer"}))
FORM = """
id: yearly
title: 年度自评表
kind: 单位自评
columns: [{key: name, title: 指标}, {key: actual, title: 实际}, {key: score, title: 得分}]
levels: [{id: output, name: 产出, weight: 60}, {id: effect, name: 效益, weight: 40}]
grades: [{name: 优, at_least: 90}, {name: 差, at_least: 0}]
indicators:
  - {id: reported, level: output, name: 上报数, weight: 60, unit: 件, places: 0,
     target: {op: ">=", value: 2}, rule: {kind: met}, source: {measure: cases.reported}}
  - {id: satisfaction, level: effect, name: 满意率, weight: 40, unit: "%",
     target: {op: ">=", value: 90}, rule: {kind: ratio}}
"""
MARCH = 1_772_352_000_000  # 2026-03-01 16:00 in Shanghai


class Office:
    def __init__(self, url: str, forms: Path) -> None:
        self.ledger = Ledger.open(url, CITY.rules, CITY.id)
        self.now = MARCH + 300 * 86_400_000
        self.trail: list[tuple[str, str, str, str]] = []
        self.books: Bookkeeper = keeper(
            self.ledger, CITY, forms, lambda: self.now, lambda *told: self.trail.append(told)
        )

    def report(self, *cases: str) -> None:
        lines = [line(case, 1, MARCH, "report", district="441403001") for case in cases]
        self.ledger.apply(read_lines(lines))

    def type(self, value: float, seen: int = 0, who: Person = WANG) -> None:
        cells = {"values.satisfaction": {"value": value}}
        self.books.save("yearly", 2026, cells, {"values.satisfaction": seen}, who)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "yearly.yaml").write_text(FORM, "utf-8")
    url = f"sqlite:///{tmp_path}/ledger.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
    made = Office(url, forms)
    made.report("C1", "C2", "C3")
    yield made
    made.ledger.close()


def test_from_typing_to_locking_and_what_comes_later_is_drift(office: Office) -> None:
    with pytest.raises(Refused, match="还有 1 项没有得分（满意率）"):
        office.books.act("yearly", 2026, "submit", WANG)
    office.type(81)
    standing = office.books.standing("yearly", 2026)
    assert [(one.actual.text, str(one.final)) for one in standing.result.items] == [
        ("3件", "60.00"),
        ("81%", "36.00"),
    ]
    office.books.act("yearly", 2026, "submit", WANG)
    with pytest.raises(Refused, match="已提交"):
        office.type(85, seen=1)
    with pytest.raises(Refused, match="没有复核角色"):
        office.books.act("yearly", 2026, "review", WANG)
    office.books.act("yearly", 2026, "review", LI)
    office.books.act("yearly", 2026, "lock", LI)
    office.report("C4")
    standing = office.books.standing("yearly", 2026)
    assert standing.result.items[0].actual.number == 3
    (moved,) = standing.drift
    assert (moved.name, moved.locked, moved.now) == ("上报数", "3件", "4件")
    assert office.books.verify() == {"meixian/yearly/2026": []}
    with pytest.raises(Refused, match="没有复核角色"):
        office.books.act("yearly", 2026, "reopen", WANG, "更正")
    with pytest.raises(Refused, match="须写明理由"):
        office.books.act("yearly", 2026, "reopen", LI)
    office.books.act("yearly", 2026, "reopen", LI, "案卷更正")
    assert office.books.standing("yearly", 2026).result.items[0].actual.number == 4
    acts = [(who, act) for who, act, _, _ in office.trail]
    assert acts == [
        ("wang", "book.edit"),
        ("wang", "book.submit"),
        ("li", "book.review"),
        ("li", "book.lock"),
        ("li", "book.reopen"),
    ]


def test_a_returned_book_goes_back_to_its_typist(office: Office) -> None:
    office.type(95)
    office.books.act("yearly", 2026, "submit", WANG)
    cells = {"overrides.satisfaction": {"score": 30, "reason": "样本不足"}}
    office.books.save("yearly", 2026, cells, {}, LI)
    with pytest.raises(Refused, match="只能改评分"):
        office.books.save("yearly", 2026, {"values.reported": {"value": 9}}, {}, LI)
    office.books.act("yearly", 2026, "return", LI, "补满意度问卷")
    office.type(92, seen=1, who=ZHAO)
    book = office.books.book("yearly", 2026)
    assert (book.state, book.number, book.stamps["values.satisfaction"].name) == (
        "draft",
        5,
        "赵宁",
    )
    assert office.books.at("yearly", 2026, 1).cells == {"values.satisfaction": {"value": 95}}


def test_two_typists_of_one_cell_are_told(office: Office) -> None:
    office.type(90)
    with pytest.raises(Conflict) as error:
        office.type(95, who=ZHAO)
    payload, stamp = error.value.theirs["values.satisfaction"]
    assert (payload, stamp.name) == ({"value": 90}, "王敏")


def test_many_people_at_once_lose_nothing(office: Office) -> None:
    def typing(i: int) -> None:
        who = Person(f"p{i}", f"填报员{i}", frozenset({"operator"}))
        cells = {
            f"values.{'reported' if i % 2 else 'satisfaction'}": {"value": 90 + i, "reason": "核对"}
        }
        for _ in range(20):
            seen = {
                cell: stamp.number
                for cell, stamp in office.books.book("yearly", 2026).stamps.items()
            }
            try:
                office.books.save("yearly", 2026, cells, seen, who)
            except Conflict:
                continue
            return

    threads = [Thread(target=typing, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.books.book("yearly", 2026).number == 4
    assert office.books.verify() == {"meixian/yearly/2026": []}


def test_a_bad_value_is_refused_by_the_form(office: Office) -> None:
    with pytest.raises(ValueError, match="satisfactions"):
        office.books.save("yearly", 2026, {"values.satisfactions": {"value": 1}}, {}, WANG)
    assert office.books.book("yearly", 2026).number == 0


def test_a_city_sees_its_own_forms_and_those_of_any_city(office: Office, tmp_path: Path) -> None:
    ids = [form.id for form in forms_of(CITY, tmp_path / "forms")]
    assert "yearly" in ids and not any(id.startswith("zhengzhou") for id in ids)
