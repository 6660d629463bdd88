"""The city behind a demo: its past is exact, it goes on where it stopped, it waits for Redis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from dashboard.bus import BusDown, BusFull
from dashboard.city import load_profile
from dashboard.ingest import ingest
from dashboard.ledger import Ledger, reading
from dashboard.rehearsal import (
    Progress,
    deliver,
    feed,
    fill,
    fill_older,
    first_day,
    recent_day,
)
from dashboard.sources.simulator import LiveCity, LiveTown, history
from dashboard.worktime import HOUR

MEIXIAN = load_profile("meixian")


def instant(text: str) -> int:
    """Epoch ms of a time in 梅县."""
    when = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(MEIXIAN.timezone))
    return int(when.timestamp()) * 1000


@pytest.fixture
def ledgers(tmp_path: Path) -> Iterator[tuple[Ledger, Ledger]]:
    pair = tuple(
        Ledger.open(f"sqlite:///{tmp_path}/{name}.db", MEIXIAN.rules, "meixian") for name in "ab"
    )
    yield pair[0], pair[1]
    for ledger in pair:
        ledger.close()


def tally(ledger: Ledger) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in reading.tally_rows(ledger, ["all"], 0, 1 << 30))


def unbroken(folder: Path) -> Progress:
    """Of a demo that has never run before."""
    (folder / "unbroken").mkdir()
    return Progress(folder / "unbroken")


def test_the_past_begins_before_last_month() -> None:
    for today, begin in (
        ("2026-11-21T12:00", "2026-09-26"),
        ("2026-03-31T23:59", "2026-01-27"),
        ("2026-01-01T00:00", "2025-11-26"),
    ):
        day = first_day(MEIXIAN, instant(today))
        assert MEIXIAN.day_start(day) == instant(f"{begin}T00:00")


def test_one_record_a_case_amounts_to_the_same_as_every_event(
    ledgers: tuple[Ledger, Ledger],
) -> None:
    now = instant("2026-11-21T15:00")
    start = MEIXIAN.day(now) - 20
    every = list(history(MEIXIAN, start, now))
    one_each = list(LiveCity(MEIXIAN).records(start, now))
    assert len(one_each) == len({event["case"] for event in every}) < len(every) / 4
    for ledger, events in zip(ledgers, (every, one_each), strict=True):
        lines = [orjson.dumps(event) for event in events]
        assert ingest(ledger, lines.copy, lambda: now).rejected == 0
    assert tally(ledgers[0]) == tally(ledgers[1])


def test_catching_up_leads_to_where_an_unbroken_run_would_be(
    ledgers: tuple[Ledger, Ledger], tmp_path: Path
) -> None:
    stopped, now = instant("2026-11-19T10:00"), instant("2026-11-21T15:30")
    progress = Progress(tmp_path)
    assert progress.until() is None
    fill(MEIXIAN, ledgers[0], progress, None, lambda: stopped)
    assert progress.until() == stopped
    fill(MEIXIAN, ledgers[0], progress, None, lambda: now)
    assert progress.until() == now
    fill(MEIXIAN, ledgers[1], unbroken(tmp_path), None, lambda: now)
    assert tally(ledgers[0]) == tally(ledgers[1])


def test_recent_days_first_and_the_older_ones_afterwards_make_the_whole_past(
    ledgers: tuple[Ledger, Ledger], tmp_path: Path
) -> None:
    now, later = instant("2026-11-21T15:00"), instant("2026-11-21T15:02")
    progress = Progress(tmp_path)
    fill(MEIXIAN, ledgers[0], progress, None, lambda: now)
    assert progress.older() == recent_day(MEIXIAN, now)
    soon = reading.size(ledgers[0]).cases
    for _ in range(2):  # a demo that was killed on the way tells them again
        progress.owe(recent_day(MEIXIAN, now))
        assert fill_older(MEIXIAN, ledgers[0], progress, lambda: later) is not None
    assert fill_older(MEIXIAN, ledgers[0], progress, lambda: later) is None
    fill(MEIXIAN, ledgers[0], progress, None, lambda: later)
    whole = LiveTown(MEIXIAN).records(first_day(MEIXIAN, later), later)
    ingest(ledgers[1], lambda: map(orjson.dumps, whole), lambda: later)
    assert soon < reading.size(ledgers[0]).cases == reading.size(ledgers[1]).cases
    assert tally(ledgers[0]) == tally(ledgers[1])


def test_after_a_long_absence_the_past_is_told_anew(
    ledgers: tuple[Ledger, Ledger], tmp_path: Path
) -> None:
    progress = Progress(tmp_path)
    fill(MEIXIAN, ledgers[0], progress, None, lambda: instant("2026-06-01T09:00"))
    now = instant("2026-11-21T15:30")
    done = fill(MEIXIAN, ledgers[0], progress, None, lambda: now)
    assert done.rejected == 0
    fill(MEIXIAN, ledgers[1], unbroken(tmp_path), None, lambda: now)
    since = first_day(MEIXIAN, now)
    recent = [[row for row in tally(one) if int(str(row[1])) >= since + 5] for one in ledgers]
    assert recent[0] == recent[1]


class Stop(Exception):
    """Ends the endless."""


def test_the_feed_sends_what_happens_and_notes_how_far(tmp_path: Path) -> None:
    clock = [instant("2026-11-20T10:00")]
    progress, sent = Progress(tmp_path), list[bytes]()

    def sleep(seconds: float) -> None:
        clock[0] += HOUR
        if clock[0] > instant("2026-11-20T16:00"):
            raise Stop

    city = LiveCity(MEIXIAN)
    city.resume(clock[0])
    with pytest.raises(Stop):
        feed(city, sent.extend, progress, lambda: clock[0], sleep)
    assert progress.until() == instant("2026-11-20T16:00")
    times = [orjson.loads(line)["at"] for line in sent]
    assert len(times) > 20 and max(times) <= instant("2026-11-20T16:00")


def test_nothing_is_dropped_while_redis_is_full_or_away() -> None:
    moods = iter([BusDown("away"), BusFull("full", 2), BusFull("full", 0), None])
    taken: list[bytes] = []
    waits: list[float] = []

    def send(events: list[bytes]) -> None:
        mood = next(moods)
        if isinstance(mood, BusFull):
            taken.extend(events[: mood.accepted])
        if mood is not None:
            raise mood
        taken.extend(events)

    deliver([b"1", b"2", b"3"], send, waits.append)
    assert taken == [b"1", b"2", b"3"]
    assert waits == [1.0, 1.0, 1.0]
