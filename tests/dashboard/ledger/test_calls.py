"""The hotline's part of the ledger: exact in any order, on both databases, against recounts."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.calls import record as r
from dashboard.calls.agents import NAMES
from dashboard.calls.folding import WHOLE_DAY
from dashboard.eventkinds import OtherEvent, read_event
from dashboard.events import Rejected
from dashboard.hotlineprofile import Hotline
from dashboard.ledger import Ledger, LedgerError
from dashboard.ledger.callreading import call_history, call_record, call_sums, quarter_sums, tally
from dashboard.ledger.digest import digest
from dashboard.reconcile import reconcile
from tests.hotline import (
    NOON,
    agent_event,
    agent_events,
    answered,
    call_event,
    call_events,
    call_line,
    random_call,
)
from tests.town import DAY, HOUR, MONDAY, NOW, RULES, day, event

FIRST = day(MONDAY)
SLOW = settings(max_examples=25, deadline=None)


@pytest.fixture(params=["sqlite", "postgresql"])
def make_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    opened: list[Ledger] = []

    def make() -> Ledger:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/ledger{len(opened)}.db"
        else:
            url = request.getfixturevalue("postgres_server").create_database()
        opened.append(Ledger.open(url, RULES, "qingshi"))
        return opened[-1]

    yield make
    for ledger in opened:
        ledger.close()


def differences(ledger: Ledger) -> list[object]:
    return list(reconcile(ledger, 0, 100_000).differences)


def test_a_call_is_recorded_archived_and_tallied(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    applied = ledger.apply(answered("T1", NOON, wait_s=8, talk_s=90))
    assert applied.unchanged == 0
    assert [call for call, _, _ in applied.parts["calls"].changes.calls] == ["T1"]
    row = call_record(ledger, "T1")
    assert row is not None
    assert (row[r.OFFERED], row[r.ANSWERED], row[r.AGENT]) == (NOON, NOON + 10_000, "A07")
    assert len(call_history(ledger, "T1")) == 4
    expected = {
        "offered": 1, "person": 1, "answered": 1, "person_answered": 1, "waited": 1,
        "wait_ms": 8000, "answered_in_limit": 1, "handled": 1, "handle_ms": 90_000,
    }  # fmt: skip
    assert call_sums(ledger, FIRST, FIRST + 1) == {0: expected}
    assert quarter_sums(ledger, FIRST) == {NOON // 900_000: expected}
    assert ledger.apply(answered("T1", NOON, wait_s=8, talk_s=90)).unchanged == 4
    assert differences(ledger) == []


@SLOW
@given(calls=call_events(), agents=agent_events(), rng=st.randoms(use_true_random=False))
def test_order_batching_and_repetition_change_nothing(
    calls: list[OtherEvent], agents: list[OtherEvent], rng: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{name}.db" for name in ("one", "other")]
        assert_same(*(Ledger.open(url, RULES, "qingshi") for url in urls), calls + agents, rng)


def test_a_day_whose_calls_have_all_moved_is_as_if_it_had_had_none(tmp_path: Path) -> None:
    two = [call_event("T2", 1, at, "offered") for at in (NOON, NOON + DAY)]
    ledgers = [Ledger.open(f"sqlite:///{tmp_path}/{n}.db", RULES, "qingshi") for n in "ab"]
    for ledger, events in zip(ledgers, (two, two[::-1]), strict=True):
        for one in events:
            ledger.apply([one])
    assert digest(ledgers[0]) == digest(ledgers[1])
    for ledger in ledgers:
        ledger.close()


def test_both_databases_hold_the_same(make_ledger: Callable[[], Ledger], tmp_path: Path) -> None:
    rng = random.Random(12319)
    events = [call for n in range(300) for call in random_call(rng, f"T{n}")]
    events += [
        agent_event(f"A{n % 7}", MONDAY + rng.randrange(2 * DAY), rng.choice(NAMES))
        for n in range(200)
    ]
    plain = Ledger.open(f"sqlite:///{tmp_path}/plain.db", RULES, "qingshi")
    assert_same(plain, make_ledger(), events, rng)


def assert_same(one: Ledger, other: Ledger, events: list[OtherEvent], rng: random.Random) -> None:
    """All at once in one ledger; shuffled, repeated and in pieces in the other."""
    one.apply(events)
    again = events + rng.choices(events, k=4)
    rng.shuffle(again)
    while again:
        cut = rng.randint(1, len(again))
        other.apply(again[:cut])
        again = again[cut:]
    assert digest(one) == digest(other)
    assert differences(other) == []
    for ledger in (one, other):
        ledger.close()


def test_a_correction_moves_a_call_to_another_day(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    ledger.apply(answered("T1", NOON))
    ledger.apply([call_event("T1", 9, NOON, offered_at=NOON + DAY)])
    assert call_sums(ledger, FIRST, FIRST + 1) == {}
    assert call_sums(ledger, FIRST + 1, FIRST + 2)[0]["offered"] == 1
    assert differences(ledger) == []


def test_agents_time_is_what_lies_between_their_states(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    ledger.apply([agent_event("A1", NOON, "idle"), agent_event("A1", NOON + HOUR, "logout")])
    assert call_sums(ledger, FIRST, FIRST + 1) == {0: {"agent_idle_ms": HOUR}}
    ledger.apply([agent_event("A1", NOON + HOUR // 4, "talking")])
    assert call_sums(ledger, FIRST, FIRST + 1) == {
        0: {"agent_idle_ms": HOUR // 4, "agent_talking_ms": 3 * HOUR // 4}
    }
    assert sorted(quarter_sums(ledger, FIRST)) == [NOON // 900_000 + i for i in range(4)]
    lost = [agent_event("A2", NOON, "busy"), agent_event("A2", NOON + 20 * HOUR, "idle")]
    ledger.apply(lost)  # the logout got lost: twelve hours are believed
    assert call_sums(ledger, FIRST, FIRST + 2)[0]["agent_busy_ms"] == 12 * HOUR
    assert differences(ledger) == []


def test_a_drifted_tally_and_drifted_points_are_told(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    ledger.apply(answered("T1", NOON))
    with ledger.engine.begin() as connection:
        connection.execute(text("update call_tally set n = 7 where counter = 'answered'"))
        connection.execute(text("delete from call_days"))
    found = reconcile(ledger, 0, 100_000).differences
    assert {(one.dimension, one.counters, one.stored, one.recounted) for one in found} == {
        ("calls", "answered", 7, 1),
        ("call_points", "offered", 0, 1),
    }
    ledger.rebuild()
    assert differences(ledger) == []


def test_other_readings_of_a_call_need_a_rebuild(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    ledger = Ledger.open(url, RULES, "qingshi")
    ledger.apply(answered("T1", NOON, wait_s=18))
    ledger.close()
    patient = replace(RULES, hotline=Hotline(answer_within_s=20), version="patient")
    with pytest.raises(LedgerError, match="reconcile --rebuild"):
        Ledger.open(url, patient, "qingshi")
    ledger = Ledger.open(url, patient, "qingshi", new_rules=True)
    ledger.rebuild()
    assert call_sums(ledger, FIRST, FIRST + 1)[0]["answered_in_limit"] == 1
    ledger.close()


def test_a_batch_that_fails_leaves_nothing(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    ledger.apply(answered("T1", NOON))
    before = digest(ledger)
    broken = answered("T2", NOON + HOUR)
    broken[-1].data.append((r.TRANSFERS, "not a number of any column type" * 9_000_000))
    with pytest.raises(Exception):  # noqa: B017 - whatever the driver makes of it
        broken[0].body = None  # type: ignore[assignment]
        ledger.apply(broken)
    assert digest(ledger) == before


def test_cases_and_calls_of_one_batch_do_not_meet(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    ledger.apply([event("X1", 1, NOON, "report"), *answered("X1", NOON)])
    assert len(call_history(ledger, "X1")) == 4
    assert reconcile(ledger, 0, 100_000).records == 2
    assert all(quarter == WHOLE_DAY or quarter > 0 for _, quarter, _ in tally(ledger, 0, 99_999))


def test_no_telephone_number_is_kept(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    body = orjson.dumps(
        {
            "id": "c1", "type": "call", "call": "20260105-13812345678", "at": NOON, "rev": 7,
            "step": "offered", "caller": "13812345678", "remark": {"back": ["0371-67181234", 5]},
            "number": 13812345678, "sent_by": "pbx", "set": {"line": "037112345678"},
        }
    )  # fmt: skip
    found = read_event(body, NOW)
    assert isinstance(found, OtherEvent)
    ledger.apply([found])
    assert found.subject.startswith("#")
    (kept,) = call_history(ledger, found.subject)
    assert b"13812345678" not in kept and b"67181234" not in kept and b"12345678" not in kept
    assert orjson.loads(kept)["caller"] == "****5678"
    assert orjson.loads(kept)["remark"] == {"back": ["****1234", 5]}
    assert orjson.loads(kept)["at"] == NOON
    row = call_record(ledger, found.subject)
    assert row is not None and row[r.LINE] == "****5678"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (call_line("T1", 1, NOON, "picked_up"), "step: 'picked_up', expected one of offered"),
        (call_line("T1", 1, NOON), "nothing to update"),
        (call_line("T1", 1, NOON, satisfaction=6), "expected a whole number 1 … 5"),
        (call_line("T1", 1, NOON, wait_s=-1), "expected seconds 0 … 86400"),
        (call_line("T1", 1, NOON, outcome="lost"), "expected one of answered"),
        (call_line("T1", 1, NOON, answered_at="2026-01-05T12:00:00"), "no offset"),
        (call_line("T1", 1, NOON, agent=7), "expected text"),
        (b'{"id":"1","type":"call","at":1767585600000,"step":"offered"}', "call"),
        (b'{"id":"1","type":"agent","agent":"A","at":1767585600000,"state":"asleep"}', "'asleep'"),
        (b'{"id":"1","type":"agent","at":1767585600000,"state":"idle"}', "agent"),
    ],
)
def test_bad_events_say_what_is_wrong(body: bytes, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        read_event(body, NOW)
