"""案件 on the frame: batch by batch as after a fresh start, equal to the stocks beside it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import cases as c
from dashboard.backlogwork import ROWS, BacklogWork
from dashboard.city import load_profile
from dashboard.framing import Stamp, build_frame
from dashboard.ledger import Ledger, reading
from dashboard.livestate import LiveState
from dashboard.snapshot import Frame
from dashboard.worker import LedgerHistory
from tests.framepage import paths, promised
from tests.town import HOUR, NOW, event, life

CITY = dataclasses.replace(load_profile("zhengzhou"), separate_channels=frozenset({"video"}))
STAMP = Stamp(1, NOW, "1.0", False, {"rejected": 0, "lag_ms": 0, "gap": None})
STOCKS = ("open", "overdue", "due_soon", "suspended")


class Room:
    """A ledger and the section beside it."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger.open(f"sqlite:///{folder}/l.db", CITY.rules, CITY.id)
        self.work = BacklogWork(CITY, self.ledger)

    def frame(self, now: int, work: BacklogWork | None = None) -> Frame:
        state = LiveState(CITY, LedgerHistory(self.ledger), now)
        frame = build_frame(state, STAMP)
        (work or self.work).paint(frame)
        assert paths(frame, "backlog") == promised("案件")
        return frame


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.ledger.close()


def lives(seed: int, cases: int) -> list[list[Any]]:
    """Batches of many cases cut off anywhere, some suspended, returned or kept apart."""
    rng, events = random.Random(seed), []
    departments = [one.code for one in CITY.departments]
    for n in range(cases):
        start = NOW - 6 * HOUR - round(rng.expovariate(1 / 60) * HOUR)
        fields = {"district": rng.choice(CITY.districts).code}
        fields["channel"] = rng.choice(["collector", "collector", "hotline", "video"])
        mine = life(f"C{n}", start, **fields)[: rng.randrange(1, 9)]
        if len(mine) >= 4:
            mine.append(event(f"C{n}", 9, start + HOUR, None, department=rng.choice(departments)))
        if rng.random() < 0.2:
            mine.append(event(f"C{n}", 10, start + HOUR, rng.choice(["suspend", "supervise"])))
        events += mine
    rng.shuffle(events)
    return [events[at : at + 97] for at in range(0, len(events), 97)]


def test_batch_by_batch_it_is_what_a_fresh_start_and_the_stocks_say(room: Room) -> None:
    clock = NOW - HOUR
    room.work.reset(clock)
    batches = lives(7, 400)
    for n, batch in enumerate(batches):
        room.work.apply(room.ledger.apply(batch))
        clock += 2 * HOUR // len(batches)
        room.work.advance(clock)
        if n % 4 and n + 1 < len(batches):
            continue
        fresh = BacklogWork(CITY, room.ledger)
        fresh.reset(clock)
        frame = room.frame(clock)
        again = room.frame(clock, fresh)
        assert frame["t"] == again["t"]
        assert frame["s"] == again["s"] and frame["m"] == again["m"]
        agree(frame)
    frame = room.frame(clock)
    assert frame["m"]["open.cases.overdue"]["n"] > 20
    held = next(row for row in frame["t"]["backlog.stages"] if row["id"] == "suspended")
    assert held["n"] == frame["m"]["open.cases.suspended"]["n"] > 5


def agree(frame: Frame) -> None:
    """One number, one value: the stocks of the cases and what the backlog's rows add up to."""
    want = {name: frame["m"][f"open.cases.{name}"]["n"] for name in STOCKS}
    *stages, every = frame["t"]["backlog.stages"]
    assert every["n"] == sum(row["n"] for row in stages) == want["open"]
    assert all(row["n"] == sum(row["ages"]) for row in (*stages, every))
    assert sum(frame["s"]["backlog.late"]) == want["overdue"]
    assert len(frame["t"]["backlog.overdue"]) == min(ROWS, want["overdue"])
    rows = {row["id"]: row for row in frame["t"]["backlog.departments"]}
    for row in frame["t"]["departments"]:
        if row["id"] in rows:
            assert (rows[row["id"]]["overdue"], rows[row["id"]]["open"]) == (
                row["overdue"],
                row["open"],
            )


def test_nothing_known_is_neither_0_nor_an_empty_city(room: Room) -> None:
    room.work.reset(NOW)
    frame = room.frame(NOW)
    assert {cell["v"] for key, cell in frame["m"].items() if "backlog" in key} == {None}
    assert frame["s"]["backlog.late"] is None and frame["t"]["backlog.stages"] == []
    room.work.apply(room.ledger.apply(life("A1", NOW - 9 * HOUR)))
    room.work.advance(NOW)
    frame = room.frame(NOW)
    assert frame["m"]["open.backlog.reworked"]["v"] == 0
    assert [row["n"] for row in frame["t"]["backlog.stages"]] == [0] * 8


def test_a_row_names_what_and_who_but_never_which_case(room: Room) -> None:
    room.work.reset(NOW)
    events = life("机密-77", NOW - 60 * HOUR, place="花园路 8 号", district="410105")[:4]
    room.work.apply(room.ledger.apply(events))
    (row,) = [*room.frame(NOW)["t"]["backlog.overdue"], *room.frame(NOW)["t"]["backlog.soon"]][:1]
    assert row.keys() == {"category", "district", "street", "department", "due"}
    assert row["district"] == "金水区" and row["department"] == "D1"
    assert "77" not in str(row) and "花园路" not in str(row) and "C01" not in str(row)


def test_the_worker_is_woken_when_a_case_falls_overdue(room: Room) -> None:
    now = NOW - 5 * HOUR
    room.work.reset(now)
    room.work.apply(room.ledger.apply(life("A1", NOW - 6 * HOUR)[:4]))
    ((_, record),) = reading.open_records(room.ledger)
    row = room.frame(now)["t"]["backlog.soon"][0]
    assert row["due"] == record[c.DUE_AT] and room.work.next_at == row["due"] + 1
    assert not room.work.advance(row["due"])
    assert room.work.advance(row["due"] + 1)
    assert room.frame(row["due"] + 1)["t"]["backlog.soon"] == []
