"""The worker with a real Redis and a real ledger: exact, patient, and never stopped by an event."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from dashboard.bus import BusFull, events_key, rejected_key
from dashboard.events import MAX_BYTES, decode
from dashboard.ledger import CursorMoved
from dashboard.ledger.digest import digest
from dashboard.worker import RELOAD_MS, STREAM, Worker
from tests.dashboard.hall import DAY, HOUR, MEIXIAN, NOON, Hall
from tests.servers import PostgresServer, RedisServer, wait_until
from tests.town import line


@pytest.fixture
def hall(redis_server: RedisServer, tmp_path: Path) -> Iterator[Hall]:
    made = Hall(redis_server, f"sqlite:///{tmp_path}/ledger.db")
    yield made
    made.bus.close()


@contextmanager
def running(worker: Worker) -> Iterator[threading.Thread]:
    """The worker's own loop in a thread, stopped at the end."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop.is_set,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the worker did not stop"


def test_an_event_reaches_the_frame_in_one_turn(hall: Hall) -> None:
    worker = hall.worker()
    hall.report("C1")
    worker.turn()
    assert hall.shown() == 1
    hall.report("C2", "C3")
    hall.clock.now += 200
    worker.turn()
    assert (hall.shown(), hall.frame["seq"]) == (3, 2)


def test_a_restart_goes_on_where_the_ledger_stands(hall: Hall) -> None:
    hall.report("C1", "C2")
    hall.turns(hall.worker())
    before = hall.frame["seq"]
    hall.report("C3")
    frame = hall.turns(hall.worker(), 1)
    assert (hall.shown(), frame["seq"]) == (3, before + 1)


def test_what_comes_twice_counts_once(hall: Hall) -> None:
    worker = hall.worker()
    hall.report("C1", "C2")
    hall.turns(worker)
    hall.report("C1", "C2")
    hall.turns(worker)
    assert hall.shown() == 2


def test_bad_events_are_put_aside_with_their_reason(hall: Hall) -> None:
    worker = hall.worker()
    hall.report("C1")
    hall.send(b"{", b'{"id":"x"}', line("C9", 1, NOON - HOUR, "fly"), b"x" * (MAX_BYTES + 1))
    hall.redis.client().xadd(events_key(MEIXIAN.id), {"wrong": "field"})
    hall.report("C2")
    frame = hall.turns(worker)
    assert (hall.shown(), frame["health"]["rejected"]) == (2, 5)
    rejected = hall.redis.client().xrange(rejected_key(MEIXIAN.id))
    assert len(rejected) == 5
    assert "fly" in rejected[2][1][b"reason"].decode()
    assert hall.turns(hall.worker())["health"]["rejected"] == 5
    hall.clock.now += DAY
    assert hall.turns(worker)["health"]["rejected"] == 0


def noise(rng: random.Random) -> bytes:
    """Something that is not an event: cut, mixed up, hostile."""
    kind = rng.randrange(8)
    good = line("C1", 9, NOON - HOUR, "close", district="x")
    if kind == 0:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(80)))
    if kind == 1:
        return good[: rng.randrange(len(good))]
    if kind == 2:
        return good.replace(b'"close"', rng.choice([b"7", b'"fly"', b'"\\ud800"', b"[]", b"{}"]))
    if kind == 3:
        return good.replace(str(NOON - HOUR).encode(), rng.choice([b"-1", b"1e99", b'"soon"']))
    if kind == 4:
        return good.replace(str(NOON - HOUR).encode(), str(NOON + DAY).encode())
    if kind == 5:
        return b"[" * rng.randrange(1, 5_000)
    if kind == 6:
        values: list[object] = [-1, 1e300, "", "x" * 1_000, [], {}, True, "a\u0000b"]
        name = rng.choice(["district", "rework_count", "filed_at", "lon", "satisfaction"])
        return orjson.dumps({**orjson.loads(good), "set": {name: rng.choice(values)}, "at": 5})
    return b'{"id":"x","type":"case","at":1,"case":"C1","set":{"place":"' + b"y" * 70_000 + b'"}}'


def test_ten_thousand_pieces_of_noise_change_nothing(hall: Hall) -> None:
    hall.report("C1", "C2")
    worker = hall.worker()
    hall.turns(worker, 1)
    before = digest(hall.ledger)
    rng = random.Random(11)
    for _ in range(20):
        hall.send(*(noise(rng) for _ in range(500)))
    for _ in range(8):
        worker.turn()
        hall.clock.now += 1_000
    assert digest(hall.ledger) == before
    assert hall.frame["health"]["rejected"] == 10_000
    assert hall.shown() == 2
    hall.report("C3")
    hall.turns(worker)
    assert hall.shown() == 3


def test_a_stream_trimmed_past_the_cursor_is_a_declared_gap(hall: Hall) -> None:
    worker = hall.worker()
    hall.report("C1")
    assert hall.turns(worker)["health"]["gap"] is None
    hall.report("C2", "C3", "C4")
    hall.redis.client().xtrim(events_key(MEIXIAN.id), maxlen=1, approximate=False)
    began = hall.clock.now
    frame = hall.turns(hall.worker())
    gap = frame["health"]["gap"]
    assert gap is not None
    assert "截断" in gap["text"]
    assert began <= gap["since"] <= hall.clock.now
    assert hall.shown() == 2, "C4 is counted, C2 and C3 are missed and said to be"
    hall.report("C2", "C3")
    hall.turns(worker := hall.worker())
    assert hall.shown() == 4
    assert hall.frame["health"]["gap"] == gap, "a restart does not forget it"
    hall.clock.now += DAY
    assert hall.turns(worker)["health"]["gap"] is None


def test_a_new_redis_is_noticed_even_if_its_clock_is_behind(hall: Hall) -> None:
    worker = hall.worker()
    hall.report("C1", "C2")
    hall.turns(worker)
    hall.redis.kill()
    hall.redis.wipe()
    hall.redis.start()
    body = line("C3", 1, hall.clock.now - HOUR, "report")
    hall.redis.client().xadd(events_key(MEIXIAN.id), {"e": body}, id="5-0")
    hall.turns(worker, 12)
    assert hall.frame["health"]["gap"] is not None
    assert hall.shown() == 3
    hall.report("C4")
    hall.turns(worker)
    assert hall.shown() == 4
    assert hall.ledger.cursor(STREAM) == hall.bus.last_id()


def test_a_redis_that_comes_back_whole_is_no_gap(hall: Hall) -> None:
    with running(hall.worker(lambda: time.time_ns() // 1_000_000)):
        hall.report("C1", at=hall.clock.now)
        wait_until(
            lambda: hall.bus.last_frame() is not None and hall.shown("year.cases.reported") == 1
        )
        time.sleep(1.2)  # appendfsync everysec
        hall.redis.kill()
        time.sleep(0.5)
        hall.redis.start()
        hall.report("C2", at=hall.clock.now)
        wait_until(lambda: hall.shown("year.cases.reported") == 2)
        assert hall.frame["health"]["gap"] is None


def test_two_workers_of_one_city_do_not_both_write(hall: Hall) -> None:
    first, second = hall.worker(), hall.worker()
    first.turn()
    second.turn()
    hall.report("C1")
    first.turn()
    with pytest.raises(CursorMoved):
        hall.turns(second, 20)
    assert hall.turns(first)["m"]["today.cases.reported"]["v"] == 1


def test_what_another_program_wrote_to_the_ledger_appears(hall: Hall) -> None:
    worker = hall.worker()
    hall.report("C1")
    hall.turns(worker)
    now = hall.clock.now
    hall.ledger.apply([decode(line("X1", 1, now - HOUR, "report"), now)])
    hall.turns(worker, 20, RELOAD_MS // 10)
    assert hall.shown() == 2
    hall.report("C2")
    hall.turns(worker)
    assert hall.shown() == 3


def test_frames_keep_pace(hall: Hall) -> None:
    worker = hall.worker(frame_max_hz=5.0)
    worker.turn()
    first = hall.frame["seq"]
    for n in range(50):  # five seconds of an event every 100 ms
        hall.clock.now += 100
        hall.report(f"C{n}")
        worker.turn()
    assert 20 <= hall.frame["seq"] - first <= 26
    quiet = hall.frame["seq"]
    for _ in range(10):
        hall.clock.now += 500
        worker.turn()
    assert 4 <= hall.frame["seq"] - quiet <= 6, "a heartbeat a second while nothing happens"
    assert hall.clock.now - hall.frame["as_of"] <= 2_000


def test_a_deadline_passes_without_any_event(hall: Hall) -> None:
    worker = hall.worker()
    now = hall.clock.now
    hall.send(
        line("C1", 1, now - HOUR, "report"),
        line("C1", 2, now - HOUR, "dispatch", department="MX-01", deadline=now + 1_500),
    )
    hall.turns(worker, 1)
    assert hall.shown("open.cases.overdue") == 0
    hall.turns(worker, 2)
    assert hall.shown("open.cases.overdue") == 1


def test_midnight_and_new_year_need_no_restart(hall: Hall) -> None:
    hall.clock.now = 1_798_732_795_000  # 2026-12-31 23:59:55 in Shanghai
    worker = hall.worker()
    hall.report("C1")
    hall.turns(worker)
    assert (hall.shown(), hall.shown("year.cases.reported")) == (1, 1)
    hall.turns(worker, 3)
    hall.report("C2", at=hall.clock.now)
    frame = hall.turns(worker, 3)
    assert (hall.shown(), hall.shown("year.cases.reported")) == (1, 1)
    assert frame["m"]["today.cases.reported"]["tot"] == 1


def test_the_stream_is_trimmed_below_the_retention_only(hall: Hall) -> None:
    worker = hall.worker(retention_ms=10 * 60_000)
    stream, client = events_key(MEIXIAN.id), hall.redis.client()
    for minute in range(60):
        when = NOON - (60 - minute) * 60_000
        client.xadd(stream, {"e": line(f"C{minute}", 1, when, "report")}, id=f"{when}-0")
    hall.turns(worker, 2, 6_000)
    assert client.xlen(stream) == 9
    hall.clock.now += HOUR
    hall.turns(worker, 2, 6_000)
    assert client.xlen(stream) == 1, "the entry at the cursor stays"
    assert hall.frame["health"]["gap"] is None
    assert hall.shown() == 60


def test_a_full_redis_holds_senders_back_and_loses_nothing(
    make_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    hall = Hall(make_redis(maxmemory="6mb"), f"sqlite:///{tmp_path}/ledger.db")
    now = time.time_ns() // 1_000_000
    bodies = [
        line(f"C{n}", 1, now - HOUR, "report", note="x" * 600, district="441403001")
        for n in range(20_000)
    ]
    held_back = 0
    with running(hall.worker(lambda: time.time_ns() // 1_000_000)):
        position = 0
        while position < len(bodies):
            try:
                hall.bus.send(bodies[position : position + 500])
                position += 500
            except BusFull as full:
                held_back += 1
                position += full.accepted
                time.sleep(0.05)
        wait_until(lambda: hall.bus.last_frame() is not None)
        wait_until(lambda: hall.shown("year.cases.reported") == 20_000, 30)
        assert hall.frame["health"]["gap"] is None
    assert held_back > 0, "the limit was never reached"


def test_a_worker_that_is_behind_says_so(hall: Hall) -> None:
    worker = hall.worker(batch_max=10)
    client, old = hall.redis.client(), NOON - 2 * HOUR
    for n in range(100):
        body = line(f"C{n}", 1, old, "report")
        client.xadd(events_key(MEIXIAN.id), {"e": body}, id=f"{old + n}-0")
    worker.turn()
    frame = hall.frame
    assert (frame["as_of"], frame["health"]["lag_ms"]) == (old + 9, NOON - old - 9)
    worker.turn()
    hall.clock.now += 1_000
    worker.turn()
    frame = hall.frame
    assert (hall.shown(), frame["health"]["lag_ms"], frame["as_of"]) == (100, 0, hall.clock.now)


def test_postgres_may_die_and_come_back(
    redis_server: RedisServer, postgres_server: PostgresServer, postgres_url: str
) -> None:
    hall = Hall(redis_server, postgres_url)
    hall.clock.now = time.time_ns() // 1_000_000
    with running(hall.worker(lambda: time.time_ns() // 1_000_000)):
        hall.report("C1")
        wait_until(
            lambda: hall.bus.last_frame() is not None and hall.shown("year.cases.reported") == 1
        )
        postgres_server.kill()
        hall.report("C2")
        time.sleep(1.5)
        stopped = hall.frame["as_of"]
        time.sleep(1.0)
        assert hall.frame["as_of"] == stopped, "without its ledger the worker claims nothing new"
        postgres_server.restart()
        hall.report("C3")
        wait_until(lambda: hall.shown("year.cases.reported") == 3)
    assert hall.open_ledger().cursor(STREAM) == hall.bus.last_id()
