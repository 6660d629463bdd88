"""考评 on the frame: asked aside every five minutes, equal to `cityops ranking`, nobody by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from dashboard.assessing import assess, of_ledger
from dashboard.assessmentwork import (
    EVERY_MS,
    LOOK_MS,
    START_MS,
    Answer,
    AssessmentWork,
    LedgerRanking,
)
from dashboard.city import load_profile
from dashboard.ledger import Ledger
from dashboard.periods import period, span
from tests.dashboard.test_assessing import CITY, WEDNESDAY
from tests.framepage import paths, promised
from tests.town import DAY, HOUR, MONDAY, life


class Room:
    """A ledger and the section; questions wait until they are answered."""

    def __init__(self, folder: Path) -> None:
        (folder / "city.toml").write_text(CITY + '[assessment]\nperiod = "week"\n', "utf-8")
        self.profile = load_profile(folder / "city.toml")
        self.ledger = Ledger.open(f"sqlite:///{folder}/l.db", self.profile.rules, self.profile.id)
        self.asked: list[tuple[Callable[[], Answer], Future[Answer]]] = []
        ask = LedgerRanking(self.ledger, self.profile)
        self.work = AssessmentWork(self.profile, ask, self.later)

    def later(self, ask: Callable[[], Answer]) -> Future[Answer]:
        answer: Future[Answer] = Future()
        self.asked.append((ask, answer))
        return answer

    def reply(self) -> None:
        ask, answer = self.asked.pop()
        assert not self.asked, "never two questions at once"
        try:
            answer.set_result(ask())
        except Exception as error:
            answer.set_exception(error)

    def frame(self) -> dict[str, Any]:
        frame: Any = {"m": {}, "s": {}, "t": {}}
        self.work.paint(frame)
        assert paths(frame, "ranking") == promised("考评")
        json.dumps(frame)
        return frame  # type: ignore[no-any-return]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    for n in range(30):
        start = MONDAY + n * 7 * HOUR
        one = life(f"C{n:02}", start, district="101" if n % 3 else "102", collector="J-0815")
        made.ledger.apply(one if n % 4 else one[:5])
    yield made
    made.ledger.close()


def test_the_frame_says_what_the_command_says(room: Room) -> None:
    room.work.reset(WEDNESDAY - START_MS)
    room.work.advance(WEDNESDAY)
    assert room.frame()["s"]["ranking.about"] == {"problem": None}
    assert not room.work.advance(WEDNESDAY)
    room.reply()
    assert room.work.advance(WEDNESDAY + LOOK_MS)
    shown = room.frame()
    days = span(room.profile, period("week"), WEDNESDAY)
    for by, table in (("district", "districts"), ("department", "departments"), ("post", "posts")):
        ranked = assess(of_ledger(room.ledger), room.profile, by, days)
        rows = shown["t"][f"ranking.{table}"]
        assert [(row["id"], row["r"]) for row in rows] == [
            (one.member, one.rank) for one in ranked.standings
        ]
        for row, one in zip(rows, ranked.standings, strict=True):
            total = one.score.total
            assert row["v"] == (None if total is None else float(total))
            assert (row["g"], row["up"]) == (one.score.grade, one.rank_change)
            assert ("why" in row) == (total is None)
    nobody = next(row for row in shown["t"]["ranking.districts"] if row["id"] == "103")
    assert nobody["why"] == "期内没有可评的案卷" and nobody["p"] == [None, None, None]
    acceptor = shown["t"]["ranking.posts"][1]
    assert (acceptor["v"], acceptor["why"]) == (None, "只可计 25 % 权重")
    about = shown["s"]["ranking.about"]
    assert (about["from"], about["to"], about["running"]) == ("2026-01-12", "2026-01-14", True)
    assert about["before"] == ["2026-01-05", "2026-01-07"] and about["at"] == WEDNESDAY
    assert about["count"] == {"district": [2, 3], "department": [1, 2]}
    assert "J-0815" not in json.dumps(shown), "no staff code on a wall"


def test_it_asks_every_five_minutes_and_at_midnight(room: Room) -> None:
    work = room.work
    work.reset(WEDNESDAY - START_MS)
    work.advance(WEDNESDAY - 1)
    assert room.asked == [] and work.next_at <= WEDNESDAY, "the first frames come first"
    work.advance(WEDNESDAY)
    work.advance(WEDNESDAY + 1)
    assert len(room.asked) == 1 and work.next_at <= WEDNESDAY + 1 + LOOK_MS
    room.reply()
    work.advance(WEDNESDAY + 2)
    assert work.next_at == WEDNESDAY + EVERY_MS
    work.advance(WEDNESDAY + EVERY_MS - 1)
    assert room.asked == []
    work.advance(WEDNESDAY + EVERY_MS)
    room.reply()
    work.advance(WEDNESDAY + EVERY_MS + 1)
    midnight = MONDAY + 10 * DAY
    for at in range(WEDNESDAY + 2 * EVERY_MS, midnight, EVERY_MS):
        work.advance(at)
        room.reply()
        work.advance(at + 1)
    assert room.asked == []
    assert work.advance(midnight) is False and len(room.asked) == 1
    assert room.frame()["s"]["ranking.about"]["to"] == "2026-01-14"
    room.reply()
    assert work.advance(midnight + LOOK_MS)
    assert room.frame()["s"]["ranking.about"]["to"] == "2026-01-15"


def test_what_goes_wrong_is_said_and_the_last_answer_stays(room: Room) -> None:
    work = room.work
    work.reset(WEDNESDAY - START_MS)
    work.advance(WEDNESDAY)
    room.reply()
    work.advance(WEDNESDAY)
    before = room.frame()["t"]
    work.advance(WEDNESDAY + EVERY_MS)
    _, answer = room.asked.pop()
    answer.set_exception(RuntimeError("the ledger is away"))
    assert work.advance(WEDNESDAY + EVERY_MS + 1)
    shown = room.frame()
    assert shown["s"]["ranking.about"]["problem"] == "考评算不出来，原因见工作进程日志"
    assert shown["t"] == before
    work.advance(WEDNESDAY + 2 * EVERY_MS)
    room.reply()
    work.advance(WEDNESDAY + 2 * EVERY_MS + 1)
    assert room.frame()["s"]["ranking.about"]["problem"] is None
