"""The map of a past minute: the same JSON as on the day, whole or against the key minute."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.city import load_profile
from dashboard.cityparts import RepeatRule
from dashboard.heat.keys import Key, read_key
from dashboard.heat.moving import Moving
from dashboard.heat.painting import Painting
from dashboard.heat.repeats import Repeats
from dashboard.heatwork import HeatWork
from dashboard.replay.coding import Unreadable
from dashboard.replay.heatshot import Shot, decode_shot, encode_shot, whole_of
from geo.codes import LEVELS
from tests.dashboard.test_heat import CODES, HOUR, NOON, Hall, ground

MEIXIAN = load_profile("meixian")
PLACES = len(CODES) + 2
COUNT, RATE = "reported.30d", "on_time_rate.30d"
vectors = st.lists(st.integers(-1, 1 << 20), min_size=PLACES, max_size=PLACES).map(
    lambda values: np.array(values, np.int32)
)


def shot(num: list[int], den: list[int] | None = None, **more: object) -> Shot:
    bases = {COUNT: (np.array(num, np.int32), None)}
    if den:
        bases[RATE] = (np.array(num, np.int32), np.array(den, np.int32))
    return Shot("v1", NOON, bases, **more)  # type: ignore[arg-type]


def same(a: Shot, b: Shot) -> bool:
    def plain(one: Shot) -> object:
        arrays = {
            k: (n.tolist(), d if d is None else d.tolist()) for k, (n, d) in one.bases.items()
        }
        return one.grid, one.as_of, arrays, one.repeats

    return plain(a) == plain(b)


@given(vectors, vectors, vectors, st.booleans())
def test_what_goes_in_comes_out(num: object, den: object, old: object, keyed: bool) -> None:
    one = Shot("v1", NOON, {COUNT: (num, None), RATE: (num, den)}, [(2, "C1", 7)])  # type: ignore[dict-item]
    key = Shot("v1", 5, {COUNT: (old, None), RATE: (den, old)}) if keyed else None  # type: ignore[dict-item]
    assert same(decode_shot(encode_shot(one, key), key), one)


def test_a_past_map_is_the_map_of_the_day() -> None:
    kept = shot([3, 0, 5, 2, 1], [4, 0, 9, 2, 1], repeats=[(2, "01", 6), (0, "01", 5)])
    moving = Moving(PLACES, NOON, rate=True)
    repeats = Repeats(RepeatRule(times=5, days=30), NOON)
    repeats.load([(NOON - 9, 2, "01")] * 6 + [(NOON - 9, 0, "01")] * 5)
    for base, places in kept.bases.items():
        moving.num, moving.den = places
        for level in ("unit_cell", "street", "district"):
            key = Key(*base.split("."), level)
            live = Painting(key, ground(), MEIXIAN)
            live.delta(moving, repeats, NOON)
            again = whole_of(decode_shot(encode_shot(kept)), key, ground(), MEIXIAN)
            assert again is not None and orjson.loads(again) == orjson.loads(live.whole())


def test_what_was_not_looked_at_is_not_there() -> None:
    assert whole_of(shot([1] * PLACES), Key("open", "30d", "street"), ground(), MEIXIAN) is None


def test_a_key_must_cover() -> None:
    one, two = shot([1] * PLACES), shot([1] * PLACES, [2] * PLACES)
    assert one.covered(two) and not two.covered(one) and not one.covered(None)
    assert not one.covered(Shot("v2", NOON, two.bases))
    stored = encode_shot(shot([5] * PLACES), one)
    for wrong in (stored[:-3], b"", stored[::-1]):
        with pytest.raises(Unreadable):
            decode_shot(wrong, one)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(1, 50)), max_size=25))
def test_what_is_kept_of_a_minute_is_what_the_screens_had(
    reports: list[tuple[int, int, int]],
) -> None:
    hall = Hall()
    keys = [f"{base}.{level}" for base in (COUNT, RATE, "open.30d") for level in LEVELS]
    hall.want(*keys)
    work = HeatWork(MEIXIAN, None, None, Path("none"))  # type: ignore[arg-type]
    assert work.shot() is None  # no grid yet
    work._desk = hall.desk
    hall.turns(5)
    for case, place, ago in reports:
        at = hall.now - ago * HOUR
        closed = {"closed_at": at, "disposed_at": at, "due_at": at + ago % 3 - 1} if ago % 2 else {}
        cell = [*CODES, None][place]
        hall.put(f"C{case}", reported_at=at - 9, category="01", unit_cell=cell, **closed)
    hall.turns(3)
    kept = work.shot()
    assert kept is not None
    kept = decode_shot(encode_shot(kept))
    hall.box.asks = set(keys)
    hall.want(*keys)
    hall.turns(2)
    for key in keys:
        body = whole_of(kept, read_key(key), ground(), MEIXIAN)
        assert body is not None
        again, live = orjson.loads(body), hall.box.whole[key]
        for name in ("key", "grid", "total", "outside", "unlocated", "top", "repeat"):
            assert again[name] == live[name], (key, name)
        values = np.frombuffer(gzip.decompress(base64.b64decode(again["values"])), "<i4")
        assert values.tolist() == hall.vector(key)
