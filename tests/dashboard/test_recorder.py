"""Recording with a real database: every minute the bytes shown last, through gaps and trouble."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.ledger import LedgerAway
from dashboard.ledger.database import Database
from dashboard.ledger.minutes import Minute, Minutes
from dashboard.recorder import BACKLOG, Recorder, recorder_of
from dashboard.replay.coding import decode
from dashboard.replay.heatshot import Shot
from dashboard.replay.moment import DAY_MINUTES, MINUTE_MS

START = 29_926_440  # 2026-11-25 14:00 in Shanghai, a whole hour
TEXT = b'{"v":1,"m":{"today.cases.reported":{"v":%d}},"pad":"' + b"0123456789" * 300 + b'"}'


def now_(act: Callable[..., Any], *args: Any) -> Future[Any]:
    """Does a task at once."""
    done: Future[Any] = Future()
    done.set_result(act(*args))
    return done


@pytest.fixture(params=["sqlite", "postgresql"])
def minutes(request: pytest.FixtureRequest, tmp_path: Path) -> Minutes:
    if request.param == "sqlite":
        return Minutes(Database(f"sqlite:///{tmp_path}/l.db"))
    server = request.getfixturevalue("postgres_server")
    url = str(server.create_database()).replace("postgresql:", "postgresql+psycopg:")
    return Minutes(Database(url))


def body_of(minutes: Minutes, minute: int) -> bytes | None:
    found = minutes.find(minute)
    if found is None:
        return None
    own, key = found
    whole = decode(key.frame)
    return whole if own.minute == key.minute else decode(own.frame, whole)


def show(recorder: Recorder, minute: int, n: int, at: int = 59_800) -> None:
    recorder.shown(TEXT % n, minute * MINUTE_MS + at)


def test_of_each_minute_the_last_frame_is_kept_exactly(minutes: Minutes) -> None:
    recorder = Recorder(minutes, 7, now_)
    for minute in range(START - 2, START + 3):
        for n, at in enumerate((100, 20_000, 59_999)):
            show(recorder, minute, minute * 10 + n, at)
    assert minutes.kept() == list(range(START - 2, START + 2))  # the last one is still open
    recorder.close()
    assert minutes.kept() == list(range(START - 2, START + 3))
    for minute in minutes.kept():
        assert body_of(minutes, minute) == TEXT % (minute * 10 + 2)
    keys = {minute: found[1].minute for minute in minutes.kept() if (found := minutes.find(minute))}
    assert keys == {m: START - 2 if m < START else START for m in keys}  # a new key each hour
    own = minutes.find(START + 1)
    assert own and own[0].shown_at == (START + 1) * MINUTE_MS + 59_999
    assert len(own[0].frame) < len(own[1].frame) and own[0].size == len(TEXT % (START * 10))


def test_nothing_shown_is_a_gap_and_no_neighbour_stands_in(minutes: Minutes) -> None:
    recorder = Recorder(minutes, 7, now_)
    for minute in (START, START + 5, START + 6):
        show(recorder, minute, minute)
    assert minutes.kept() == [START, START + 5]
    assert body_of(minutes, START + 3) is None


def test_a_worker_started_again_goes_on(minutes: Minutes) -> None:
    first = Recorder(minutes, 7, now_)
    for minute in range(START, START + 4):
        show(first, minute, minute)
    first.close()  # the minute START + 3 is half over
    second = Recorder(minutes, 7, now_)
    for minute in range(START + 3, START + 6):
        show(second, minute, minute + 1_000)
    expected = {START + n: START + n for n in range(3)}
    expected |= {START + n: START + n + 1_000 for n in (3, 4)}
    assert {m: body_of(minutes, m) for m in minutes.kept()} == {
        m: TEXT % n for m, n in expected.items()
    }


def test_of_two_workers_the_later_picture_of_a_minute_stays(minutes: Minutes) -> None:
    slow, quick = Recorder(minutes, 7, now_), Recorder(minutes, 7, now_)
    show(slow, START, 1, at=20_000)  # then it is superseded, and ends late
    show(quick, START, 2, at=59_000)
    show(quick, START + 60, 3)
    slow.close()
    quick.close()
    assert [body_of(minutes, m) for m in minutes.kept()] == [TEXT % 2, TEXT % 3]


def test_a_clock_that_is_set_back_spoils_nothing(minutes: Minutes) -> None:
    recorder = Recorder(minutes, 7, now_)
    for minute in (START, START + 1, START + 2, START, START + 1, START + 9, START + 10):
        show(recorder, minute, minute)
    recorder.close()
    assert minutes.kept() == [START, START + 1, START + 2, START + 9, START + 10]
    for minute in minutes.kept():
        assert body_of(minutes, minute) == TEXT % minute


def test_what_is_older_than_the_setting_goes_by_whole_hours(minutes: Minutes) -> None:
    recorder = Recorder(minutes, 2, now_)
    days = [START + n * 30 for n in range(0, 3 * 48)]
    for minute in days:
        show(recorder, minute, minute)
    recorder.close()
    kept, last = minutes.kept(), days[-1]
    assert [m for m in days if m >= last - 2 * DAY_MINUTES] == kept[-97:]
    assert kept[0] >= last - 2 * DAY_MINUTES - 120
    assert all(body_of(minutes, minute) == TEXT % minute for minute in kept)
    extent = minutes.extent()
    assert (extent.minutes, extent.first, extent.last) == (len(kept), kept[0], kept[-1])
    assert extent.bytes_a_day == round(extent.bytes / len(kept) * 1_440)
    assert recorder_of(minutes, 0, now_, lambda: None) is None
    assert minutes.kept() == []


class Away(Minutes):
    """A database that goes away."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.gone = False

    def keep(self, row: Minute, before: int) -> bool:
        if self.gone:
            raise LedgerAway("台账数据库不可用：test")
        return super().keep(row, before)


def test_a_database_away_costs_its_minutes_and_no_more(tmp_path: Path) -> None:
    store = Away(Database(f"sqlite:///{tmp_path}/l.db"))
    recorder = Recorder(store, 7, now_)
    for minute in range(START, START + 10):
        store.gone = START + 3 < minute < START + 7
        show(recorder, minute, minute)
    store.gone = False
    recorder.close()
    assert [m - START for m in store.kept()] == [0, 1, 2, 6, 7, 8, 9]
    assert all(body_of(store, minute) == TEXT % minute for minute in store.kept())


def test_a_database_that_answers_nothing_does_not_fill_the_memory(tmp_path: Path) -> None:
    waiting: list[Future[Any]] = []

    def never(*_: Any) -> Future[Any]:
        waiting.append(Future())
        return waiting[-1]

    recorder = Recorder(Minutes(Database(f"sqlite:///{tmp_path}/l.db")), 7, never)
    for minute in range(START, START + 40):
        show(recorder, minute, minute)
    assert len(waiting) == BACKLOG


def test_a_key_is_begun_anew_when_more_is_looked_at(minutes: Minutes) -> None:
    one = {"reported.30d": (np.arange(5, dtype=np.int32), None)}
    two = {**one, "open.30d": (np.arange(5, dtype=np.int32), None)}
    shots = iter([None, one, one, two, one, two, None])

    def heat() -> Shot | None:
        bases = next(shots)
        return None if bases is None else Shot("v1", 1, bases)

    recorder = Recorder(minutes, 7, now_, heat)
    for minute in range(START, START + 8):
        show(recorder, minute, minute)
    keys = [found[1].minute - START for m in minutes.kept() if (found := minutes.find(m))]
    assert keys == [0, 1, 1, 3, 3, 3, 3]
    assert all(body_of(minutes, minute) == TEXT % minute for minute in minutes.kept())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=40))
def test_whatever_the_clock_does_what_is_kept_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool]]
) -> None:
    store = Minutes(Database(f"sqlite:///{tmp_path_factory.mktemp('r')}/l.db"))
    recorder, shown = Recorder(store, 7, now_), set()
    for n, (minute, restart) in enumerate(steps):
        if restart:
            recorder = Recorder(store, 7, now_)
        shown.add((START + minute, TEXT % n))
        show(recorder, START + minute, n)
    recorder.close()
    assert {(m, body_of(store, m)) for m in store.kept()} <= shown
