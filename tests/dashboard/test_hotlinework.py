"""The wall's hotline shows what `reckon` answers at the same moment, to the millisecond."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import pytest

from dashboard.calls.agents import NAMES
from dashboard.city import load_profile
from dashboard.eventkinds import OtherEvent
from dashboard.hotlinelive.painting import CARE, COUNTS, LATEST, ORDERS, RATES, TODAY_ONLY
from dashboard.hotlineprofile import Hotline
from dashboard.hotlinework import HotlineWork
from dashboard.ledger import Ledger
from dashboard.profile import Profile
from dashboard.reckoning import reckon
from dashboard.snapshot import Cell, Frame
from dashboard.windows import Window, month_start, year_start
from tests.hotline import SECOND, abandoned, agent_event, answered, call_event, random_call
from tests.town import DAY, HOUR, MONDAY, day

HOTLINE = Hotline(min_sample=5, seats=4)
NOON = MONDAY + 40 * DAY + 12 * HOUR  # 2026-02-14, so that there is a month before


@dataclass
class Wall:
    """A worker's section without the worker: a ledger, a clock and the frame it paints."""

    profile: Profile
    ledger: Ledger
    work: HotlineWork
    now: int

    def take(self, *events: OtherEvent) -> None:
        self.work.apply(self.ledger.apply(list(events)))
        self.work.advance(self.now)

    def wait(self, ms: int) -> None:
        self.now += ms
        self.work.advance(self.now)

    def frame(self) -> Frame:
        frame = Frame(
            v=1, seq=1, as_of=self.now, build="", city={"id": "", "name": "", "title": ""},
            demo=False, health={"rejected": 0, "lag_ms": 0, "gap": None}, m={}, s={}, t={},
            sources=[{"id": "pbx", "name": "", "last_at": 0, "state": "live", "every_s": 1}],
        )  # fmt: skip
        self.work.paint(frame)
        return frame

    def agrees(self) -> None:
        """Every cell against the ledger's own answer."""
        cells = self.frame()["m"]
        city = self.profile
        today = day(self.now)
        for name, first in (
            ("today", today), ("month", month_start(today)), ("year", year_start(today))
        ):  # fmt: skip
            report = reckon(self.ledger, city, Window(first, today + 1, self.now))
            ids = [*(COUNTS if name == "today" else COUNTS[:3]), *RATES, *CARE, *ORDERS]
            ids += TODAY_ONLY if name == "today" else ()
            for id in ids:
                self._same(cells[f"{name}.calls.{id}"], report.measures[f"calls.{id}"], id)
        for key, id in (
            ("now.calls.waiting_now", "waiting_now"),
            ("now.calls.longest_wait_s", "longest_wait_s"),
            ("now.calls.connect_rate_24h", "connect_rate_24h"),
            ("year.calls.connect_rate_24h_min", "connect_rate_24h_min"),
        ):
            self._same(cells[key], report.measures[f"calls.{id}"], id)
        assert cells["now.calls.agents_on_duty"]["v"] in (
            None, report.measures["calls.agents_by_state"].num
        )  # fmt: skip

    def _same(self, cell: Cell, value: object, id: str) -> None:
        assert cell["v"] == getattr(value, "value"), (id, cell, value)  # noqa: B009
        assert (cell["st"] == "live") == (getattr(value, "state") == "live"), id  # noqa: B009


@pytest.fixture
def wall(tmp_path: Path) -> Iterator[Callable[..., Wall]]:
    opened: list[Ledger] = []

    def make(*events: OtherEvent, now: int = NOON) -> Wall:
        profile = replace(load_profile("meixian"), hotline=HOTLINE)
        ledger = Ledger.open(
            f"sqlite:///{tmp_path}/wall{len(opened)}.db", profile.rules, profile.id
        )
        opened.append(ledger)
        if events:
            ledger.apply(list(events))
        work = HotlineWork(profile, ledger)
        work.reset(now)
        return Wall(profile, ledger, work, now)

    yield make
    for ledger in opened:
        ledger.close()


def test_nothing_heard_is_no_data(wall: Callable[..., Wall]) -> None:
    frame = wall().frame()
    assert {cell["st"] for cell in frame["m"].values()} == {"nodata"}
    assert frame["s"]["calls.queue"] == {"waiting": None, "oldest_at": None, "lost": None}
    assert frame["s"]["calls.yesterday"] == {"offered": []}
    assert set(frame["s"]["calls.quarters"]["offered"]) == {None}
    assert frame["s"]["calls.lowest24h"] == {"from": None, "to": None}


@pytest.mark.parametrize("seed", range(4))
def test_the_frame_is_what_the_ledger_answers(wall: Callable[..., Wall], seed: int) -> None:
    rng = random.Random(seed)
    start = NOON - 3 * DAY
    history = [e for n in range(150) for e in random_call(rng, f"H{n}", start, 3)]
    history += [
        agent_event(f"A{rng.randrange(5)}", start + rng.randrange(3 * DAY), rng.choice(NAMES))
        for _ in range(150)
    ]
    one = wall(*(e for e in history if e.at < NOON))
    one.agrees()
    for n in range(12):
        at = one.now - rng.randrange(20 * 60 * SECOND)
        events = [
            *random_call(rng, f"L{n}", at, 1)[:2],
            agent_event(f"A{rng.randrange(5)}", at, rng.choice(NAMES)),
            agent_event(f"A{rng.randrange(5)}", one.now + 20 * SECOND, rng.choice(NAMES)),
        ]
        late = [e for e in random_call(rng, f"O{n}", start, 3) if e.at < one.now]
        one.take(*events, *rng.sample(history, 3), *late)
        one.agrees()
        one.wait(rng.choice([1, 700, 61 * SECOND, 16 * 60 * SECOND, 5 * HOUR]))
        one.agrees()
    again = wall(now=one.now)  # a section loaded anew paints the same
    again.work = HotlineWork(one.profile, one.ledger)
    again.work.reset(one.now)
    assert again.frame() == one.frame()


def test_waiting_and_the_longest_wait_are_right_to_the_second(wall: Callable[..., Wall]) -> None:
    one = wall(*answered("T0", NOON - HOUR))
    first = [
        call_event("T1", 1, NOON - 2500, "offered"),
        call_event("T1", 2, NOON - 1500, "queued"),
        call_event("T2", 1, NOON - 500, "offered"),
    ]
    one.take(*first)

    def seen() -> tuple[object, object, object]:
        frame = one.frame()
        queue = frame["s"]["calls.queue"]
        return queue["waiting"], queue["oldest_at"], frame["m"]["now.calls.longest_wait_s"]["v"]

    assert seen() == (2, NOON - 1500, 1)
    one.wait(499)
    assert seen()[2] == 1
    one.wait(1)
    assert seen()[2] == 2
    one.take(call_event("T1", 3, one.now, "answered"))
    assert seen() == (1, NOON - 500, 1)
    one.wait(1_799_000)
    assert seen() == (1, NOON - 500, 1800)
    assert one.frame()["s"]["calls.queue"]["lost"] == 0
    assert one.work.next_at <= NOON - 500 + 1_800_001
    one.wait(1001)  # its end event never came: it is not waiting for ever
    assert seen() == (0, None, 0)
    assert one.frame()["s"]["calls.queue"]["lost"] == 1
    one.agrees()
    one.take(call_event("T2", 3, NOON + 60_000, "answered"))  # the end came late after all
    assert one.frame()["s"]["calls.queue"]["lost"] == 0
    one.agrees()


def test_midnight_begins_a_new_day(wall: Callable[..., Wall]) -> None:
    midnight = NOON + 12 * HOUR
    one = wall(*answered("T1", midnight - HOUR), now=midnight - 1000)
    assert one.frame()["m"]["today.calls.offered"]["v"] == 1
    assert one.work.next_at <= midnight
    one.wait(1000)
    frame = one.frame()
    assert frame["m"]["today.calls.offered"]["st"] == "nodata"  # nothing heard today yet
    one.take(*answered("T2", midnight - 500, wait_s=0.1, talk_s=0.1))
    one.wait(HOUR)
    one.take(*answered("T3", midnight + HOUR // 2))
    frame = one.frame()
    assert frame["m"]["today.calls.offered"]["v"] == 1
    assert frame["m"]["today.calls.offered"]["cmp"] == 0
    assert frame["m"]["today.calls.offered"]["tot"] == 2
    assert sum(frame["s"]["calls.yesterday"]["offered"]) == 2
    one.agrees()


def test_the_least_day_says_when_it_was_and_a_correction_moves_it(
    wall: Callable[..., Wall],
) -> None:
    start = NOON - 20 * DAY
    events = [e for n in range(60) for e in answered(f"G{n}", start + n * HOUR)]
    bad = [e for n in range(4) for e in abandoned(f"B{n}", start + 30 * HOUR + n, 30)]
    one = wall(*events, *bad, *answered("now", NOON - HOUR))
    cell = one.frame()["m"]["year.calls.connect_rate_24h_min"]
    assert (cell["n"], cell["d"]) == (24, 28)  # 24 good hours and all four bad calls
    window = one.frame()["s"]["calls.lowest24h"]
    assert window["to"] == start + 30 * HOUR + 3  # the first moment that has them all
    assert window["to"] - window["from"] == DAY
    one.take(*(call_event(f"B{n}", 9, NOON, answered_at=start + 30 * HOUR) for n in range(4)))
    assert one.frame()["m"]["year.calls.connect_rate_24h_min"]["v"] == 1
    one.agrees()


def test_no_number_of_a_caller_or_an_agent_is_in_the_frame(wall: Callable[..., Wall]) -> None:
    one = wall(*answered("T-4711", NOON - HOUR))
    one.take(
        call_event("13912345678", 1, NOON - 900, "offered", agent="A-0815", order="GD-99"),
        agent_event("A-0815", NOON - 800, "talking"),
    )
    body = orjson.dumps(one.frame())
    assert len(body) < 12_000
    for secret in (b"13912345678", b"4711", b"0815", b"GD-99", b"5678"):
        assert secret not in body


def test_the_frame_has_the_keys_that_are_written_down(wall: Callable[..., Wall]) -> None:
    frame = wall(*answered("T1", NOON - HOUR)).frame()
    assert set(frame["s"]) == {
        f"calls.{name}" for name in ("about", "queue", "agents", "quarters", "yesterday",
                                     "lowest24h")
    }  # fmt: skip
    assert [row["mark"] for row in frame["t"]["calls.variants"]] == list("abcd")
    assert all(row["key"] in frame["m"] for row in frame["t"]["calls.variants"])
    assert {f"quarter.calls.{id}" for id in LATEST} <= set(frame["m"])
    states = frame["s"]["calls.agents"]
    assert sum(states["states"].values()) == states["seats"] == 4
    queue = frame["m"]["now.calls.waiting_now"]
    assert (queue["tgt"], queue["op"], queue["ok"]) == (5, "<=", "good")
