"""A worker of a city in several streams, and a worker whose clock was set back."""

from __future__ import annotations

from dashboard.bus import Bus, events_key
from dashboard.streams import STREAM, shards_key, stream_name
from tests.dashboard.hall import HOUR, MEIXIAN, Hall
from tests.dashboard.test_worker import hall
from tests.town import line

__all__ = ["hall"]


def test_a_city_in_four_shards_is_counted_exactly(hall: Hall) -> None:
    """The worker has no such setting: a sender's word is enough; and a case stays whole."""
    worker = hall.worker()
    hall.report("C0")
    hall.turns(worker)
    hall.bus = Bus(hall.redis.url, MEIXIAN.id, shards=4)
    hall.report(*(f"C{n}" for n in range(1, 200)))
    hall.turns(worker, 12)
    assert hall.shown() == 200
    keys = [events_key(MEIXIAN.id, shard) for shard in range(4)]
    lengths = hall.redis.client().pipeline()
    assert sum(1 for key in keys if lengths.xlen(key)) == 4 and min(lengths.execute()) > 20
    hall.send(b"{", b'{"id":"x"}')
    assert hall.turns(hall.worker(), 8)["health"]["rejected"] == 2
    for shard in range(4):
        assert hall.ledger.cursor(stream_name(shard)) == hall.bus.last_id(shard)
    hall.bus = Bus(hall.redis.url, MEIXIAN.id)
    hall.redis.client().delete(shards_key(MEIXIAN.id))
    hall.redis.client().xadd(keys[3], {"e": line("L1", 1, hall.clock.now, "report")})
    hall.turns(hall.worker())
    assert hall.shown() == 201, "what a shard still holds is read though there is one stream again"


def test_a_shard_that_lost_events_is_a_gap_and_the_others_go_on(hall: Hall) -> None:
    hall.bus = Bus(hall.redis.url, MEIXIAN.id, shards=2)
    hall.report(*(f"C{n}" for n in range(20)))
    worker = hall.worker()
    assert hall.turns(worker, 8)["health"]["gap"] is None
    hall.redis.client().delete(events_key(MEIXIAN.id, 1))
    hall.report(*(f"D{n}" for n in range(20)))
    gap = hall.turns(worker, 8)["health"]["gap"]
    assert gap is not None and hall.shown() == 40


def test_a_clock_set_back_does_not_make_events_of_now_future_ones(hall: Hall) -> None:
    """The steady clock goes on: an hour after the clock on the wall was set back by an hour."""
    true = hall.clock.now
    worker = hall.worker()
    hall.turns(worker)
    hall.clock.now = true - HOUR
    worker._steady = lambda: true
    hall.report("C1", at=true)
    frame = hall.turns(worker)
    assert frame["health"]["rejected"] == 0
    assert hall.ledger.cursor(STREAM) == hall.bus.last_id()
