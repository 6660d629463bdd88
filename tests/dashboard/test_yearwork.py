"""The yearly form in a real ledger and on the frame: chosen, asked aside, at most once a minute."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from dashboard.annualprofile import Annual
from dashboard.bookkeeping import Bookkeeper
from dashboard.bookroom import NoForm, chosen, forms_of, keeper
from dashboard.city import BUILT_IN, ProfileError, load_profile
from dashboard.evaluation.strictyaml import FormError
from dashboard.ledger import Ledger
from dashboard.yearwork import Answer, LedgerYear, YearWork
from tests.dashboard.test_bookkeeping import FORM, LI, MARCH, WANG
from tests.framepage import paths, promised
from tests.town import line, read_lines

CITY = load_profile("meixian")
MINUTE, DAY = 60_000, 86_400_000
NOW = MARCH + 300 * DAY  # 2026-12-26 16:00 in Shanghai


class Room:
    """A ledger, the user's form `yearly` and the section; questions wait until answered."""

    def __init__(self, folder: Path) -> None:
        self.forms = folder / "forms"
        self.forms.mkdir()
        (self.forms / "yearly.yaml").write_text(FORM, "utf-8")
        self.profile = dataclasses.replace(CITY, annual=Annual("yearly", (1, 15)))
        self.ledger = Ledger.open(f"sqlite:///{folder}/l.db", CITY.rules, CITY.id)
        self.books: Bookkeeper = keeper(self.ledger, self.profile, self.forms, lambda: NOW)
        self.asked: list[tuple[Callable[[], Answer], Future[Answer]]] = []
        self.answers: list[Answer] = []
        self.work = YearWork(
            self.profile, LedgerYear(self.ledger, self.profile, self.forms), self.later
        )

    def later(self, ask: Callable[[], Answer]) -> Future[Answer]:
        answer: Future[Answer] = Future()
        self.asked.append((ask, answer))
        return answer

    def answer(self) -> None:
        ask, answer = self.asked.pop()
        try:
            self.answers.append(ask())
            answer.set_result(self.answers[-1])
        except Exception as error:
            answer.set_exception(error)

    def report(self, *cases: str) -> None:
        lines = [line(case, 1, MARCH, "report", district="441403001") for case in cases]
        self.ledger.apply(read_lines(lines))

    def frame(self) -> dict[str, Any]:
        frame: Any = {"m": {}, "s": {}, "t": {}}
        self.work.paint(frame)
        assert paths(frame, "annual") == promised("年度")
        found: dict[str, Any] = frame
        return found


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.ledger.close()


def test_the_frame_says_what_it_waits_for_and_then_what_the_book_says(room: Room) -> None:
    room.work.reset(NOW)
    first = room.frame()
    assert first["s"]["annual.score"] is None and first["s"]["annual.about"]["at"] is None
    room.report("C1", "C2", "C3")
    room.answer()
    assert room.work.advance(NOW + 200)
    told = room.frame()
    about, score = told["s"]["annual.about"], told["s"]["annual.score"]
    assert (about["form"], about["year"], about["state"]) == ("yearly", 2026, "draft")
    assert (about["day"], about["days"], about["left"], about["due_in"]) == (360, 365, 5, 20)
    assert (score["score"], score["pending"], score["highest"]) == ("60.00", "40", "100.00")
    assert (score["projected"], score["grade"]) == ("100.00", "优")
    (row,) = told["t"]["annual.output"]
    assert (row["actual"], row["target"], row["share"], row["mark"]) == ("3", "≥ 2", 1.5, "met")
    (gap,) = told["t"]["annual.missing"]
    assert gap == {"name": "满意率", "level": "效益", "weight": "40", "why": "missing"}
    assert told["s"]["annual.counts"]["effect"]["missing"] == 1


def test_it_asks_once_a_minute_and_evaluates_only_what_changed(room: Room) -> None:
    room.work.reset(NOW)
    room.answer()
    room.work.advance(NOW + 1_000)
    assert room.asked == [] and room.work.next_at == NOW + MINUTE
    assert not room.work.advance(NOW + MINUTE - 1) and room.asked == []
    room.work.advance(NOW + MINUTE)
    assert room.work.next_at < NOW + MINUTE + 1_000
    room.answer()
    assert not room.work.advance(NOW + MINUTE + 200)
    assert room.answers[-1].year is None
    room.report("C1")
    room.work.advance(NOW + 3 * MINUTE)
    room.answer()
    assert room.work.advance(NOW + 3 * MINUTE + 200)
    room.books.save("yearly", 2026, {"values.satisfaction": {"value": 81}}, {}, WANG)
    room.work.advance(NOW + 5 * MINUTE)
    room.answer()
    assert room.work.advance(NOW + 5 * MINUTE + 200)
    assert room.frame()["s"]["annual.about"]["revision"] == 1


def test_days_are_counted_anew_at_midnight_without_an_answer(room: Room) -> None:
    room.work.reset(NOW)
    room.answer()
    room.work.advance(NOW)
    assert room.work.advance(NOW + DAY)
    assert room.frame()["s"]["annual.about"]["left"] == 4


def test_a_locked_book_stands_and_says_how_much_has_drifted(room: Room) -> None:
    room.report("C1", "C2", "C3")
    room.books.save("yearly", 2026, {"values.satisfaction": {"value": 90}}, {}, WANG)
    room.books.act("yearly", 2026, "submit", WANG)
    room.books.act("yearly", 2026, "review", LI)
    room.books.act("yearly", 2026, "lock", LI)
    room.report("C4")
    room.work.reset(NOW)
    room.answer()
    room.work.advance(NOW)
    told = room.frame()
    about = told["s"]["annual.about"]
    assert (about["state_name"], about["drift"]) == ("已锁定", 1)
    assert told["t"]["annual.output"][0]["actual"] == "3"
    assert told["s"]["annual.score"]["projected"] == "100.00"
    room.work.reset(NOW + 30 * DAY)
    room.answer()
    room.work.advance(NOW + 30 * DAY)
    about = room.frame()["s"]["annual.about"]
    assert (about["year"], about["before"], about["state"]) == (2027, "100.00", "draft")


def test_a_form_that_cannot_be_read_is_told_and_what_was_shown_stays(room: Room) -> None:
    room.work.reset(NOW)
    room.answer()
    room.work.advance(NOW)
    (room.forms / "yearly.yaml").write_text("id: yearly\n", "utf-8")
    room.work.advance(NOW + MINUTE)
    room.answer()
    assert room.work.advance(NOW + MINUTE + 200)
    told = room.frame()
    assert "年度表算不出来" in told["s"]["annual.about"]["problem"]
    assert told["s"]["annual.about"]["form"] == "yearly"
    (room.forms / "yearly.yaml").write_text(FORM, "utf-8")
    room.work.advance(NOW + 2 * MINUTE)
    room.answer()
    assert room.work.advance(NOW + 2 * MINUTE + 200)
    assert room.frame()["s"]["annual.about"]["problem"] is None


def test_which_form_a_city_shows(tmp_path: Path) -> None:
    zhengzhou = load_profile("zhengzhou")
    forms = forms_of(zhengzhou, None)
    assert chosen(forms, "", "zhengzhou", 2021).id == "zhengzhou-2021"
    assert chosen(forms, "", "zhengzhou", 2026).id == "standard-self-evaluation"
    assert chosen(forms, "department-framework", "zhengzhou", 2026).kind == "部门评价"
    with pytest.raises(NoForm, match="zhengzhou-2021 只用于 2021 年度"):
        chosen(forms, "zhengzhou-2021", "zhengzhou", 2026)
    with pytest.raises(NoForm, match="没有表 nothing"):
        chosen(forms, "nothing", "zhengzhou", 2026)
    own = FORM.replace("kind: 单位自评", "kind: 单位自评\ncity: zhengzhou")
    (tmp_path / "yearly.yaml").write_text(own, "utf-8")
    assert chosen(forms_of(zhengzhou, tmp_path), "", "zhengzhou", 2026).id == "yearly"


@pytest.mark.parametrize("city", BUILT_IN)
def test_every_built_in_city_has_a_form_for_this_year(city: str) -> None:
    profile = load_profile(city)
    assert chosen(forms_of(profile, None), profile.annual.form, city, 2026).levels


def test_a_configured_form_of_another_year_empties_the_scene_and_says_so(room: Room) -> None:
    profile = dataclasses.replace(CITY, annual=Annual("meixian-2021"))
    room.work = YearWork(profile, LedgerYear(room.ledger, profile, room.forms), room.later)
    room.work.reset(NOW)
    room.answer()
    room.work.advance(NOW)
    told = room.frame()
    assert "只用于 2021 年度" in told["s"]["annual.about"]["problem"]
    assert told["s"]["annual.score"] is None and told["t"]["annual.output"] == []


def test_what_is_typed_in_words_never_reaches_a_frame(room: Room) -> None:
    words = {"value": 81, "text": "张三 13800138000 核对", "reason": "李四说的", "note": "王五"}
    room.books.save("yearly", 2026, {"values.satisfaction": words}, {}, WANG)
    room.work.reset(NOW)
    room.answer()
    room.work.advance(NOW)
    text = json.dumps(room.frame(), ensure_ascii=False)
    assert not [word for word in ("张三", "138", "李四", "王五", "王敏", "wang") if word in text]


@pytest.mark.parametrize(
    ("text", "found"), [('due = "02-30"', "02-30"), ('form = "No"', "No"), ("days = 3", "days")]
)
def test_a_bad_setting_is_refused(tmp_path: Path, text: str, found: str) -> None:
    file = tmp_path / "city.toml"
    head = 'id = "x"\ncode = "990100"\nname = "甲"\n[[districts]]\ncode = "1"\nname = "东"\n'
    file.write_text(f"{head}[annual]\n{text}\n", "utf-8")
    with pytest.raises(ProfileError, match=found):
        load_profile(file)


def test_a_broken_form_of_the_user_is_an_error_that_names_the_file(room: Room) -> None:
    (room.forms / "yearly.yaml").write_text("id: other\n", "utf-8")
    with pytest.raises(FormError, match=r"yearly\.yaml"):
        LedgerYear(room.ledger, room.profile, room.forms)(NOW, None)
