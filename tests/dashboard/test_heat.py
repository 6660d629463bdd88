"""The heat map's vectors: whatever happens in whatever order, they equal a recount."""

from __future__ import annotations

import base64
import datetime
import gzip
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import cases as c
from dashboard.cases import COLUMNS, Row, blank, derive
from dashboard.city import load_profile
from dashboard.cityparts import RepeatRule
from dashboard.counters import COUNTERS, points
from dashboard.heat.deltas import pack, unpack
from dashboard.heat.desk import TICK_MS, HeatDesk
from dashboard.heat.ground import Ground
from dashboard.heat.keys import MEASURES, NO_DATA, SLIDING_MS, WINDOWS, Key, UnknownKey, read_key
from dashboard.ledger.spots import OPEN_STAGES

MEIXIAN = load_profile("meixian")
NOON = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai
HOUR, DAY = 3_600_000, 86_400_000
CODES = ["441403001001001", "441403001001002", "441403001002001"]


def no_finder() -> Any:
    raise AssertionError("no record of these tests is found by its coordinates")


def ground() -> Ground:
    """Three cells: two of the first street's community, one of another; the last has no duty."""
    one = np.zeros(3, np.int32)
    return Ground(
        "v1",
        CODES,
        np.array([[116.1, 24.2], [116.2, 24.2], [116.3, 24.2]]),
        {
            "district": one,
            "street": one,
            "community": np.array([0, 0, 1], np.int32),
            "duty_grid": np.array([0, 1, -1], np.int32),
        },
        {
            "district": ["441403"],
            "street": ["441403001"],
            "community": ["441403001001", "441403001002"],
            "duty_grid": ["d1", "d2"],
        },
        {
            "district": ["梅县区"],
            "street": ["新城"],
            "community": ["一社区", "二社区"],
            "duty_grid": ["甲", "乙"],
        },
        no_finder,
    )


def test_a_street_of_its_district_s_name_is_said_once() -> None:
    there = ground()
    assert there.place_name("unit_cell", 0) == "梅县区新城"
    there.names = {**there.names, "street": ["梅县区"]}
    assert there.place_name("unit_cell", 0) == "梅县区"


class Book:
    """Records in memory, asked as the ledger is."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def _values(self, row: Row, columns: Sequence[str]) -> tuple[Any, ...]:
        names = ("unit_cell", "lon", "lat", *columns)
        return tuple(row[COLUMNS.index(name)] for name in names)

    def since(self, columns: Sequence[str], by: str, start: int) -> Iterable[tuple[Any, ...]]:
        place = COLUMNS.index(by)
        for row in self.rows.values():
            if row[place] is not None and row[place] >= start:
                yield self._values(row, columns)

    def unfinished(self, columns: Sequence[str], now: int) -> Iterable[tuple[Any, ...]]:
        ends = (c.CLOSED, c.CANCELLED, c.REFUSED, c.REJECTED, c.DISPOSED, c.RESUMED, c.SUSPENDED)
        for row in self.rows.values():
            ahead = any(row[i] is not None and row[i] >= now for i in ends)
            if row[c.STAGE] in OPEN_STAGES or ahead:
                yield self._values(row, columns)


class Box:
    """The post: what a web process would have after hearing everything."""

    def __init__(self) -> None:
        self.wants: dict[str, str] = {}
        self.asks: set[str] = set()
        self.heard: dict[str, list[Any]] = {}
        self.vectors: dict[str, Any] = {}
        self.seqs: dict[str, int] = {}
        self.whole: dict[str, Any] = {}
        self.points: list[Any] = []

    def asked(self) -> tuple[Mapping[str, str], set[str]]:
        asks, self.asks = self.asks, set()
        return dict(self.wants), asks

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.wants.pop(key, None)

    def announce(
        self,
        whole: Mapping[str, bytes],
        deltas: Sequence[tuple[str, bytes]],
        seqs: Mapping[str, int],
    ) -> None:
        for key, body in deltas:
            said = orjson.loads(body)
            if key == "points":
                self.points += said
                continue
            self.heard.setdefault(key, []).append(said)
            if key in self.vectors:
                assert said["base"] == self.seqs[key]
                index, value = unpack(base64.b64decode(said["d"]))
                self.vectors[key][index] = value
                self.seqs[key] = said["seq"]
        for key, body in whole.items():
            said = self.whole[key] = orjson.loads(body)
            found = np.frombuffer(gzip.decompress(base64.b64decode(said["values"])), "<i4")
            if key in self.vectors:
                assert np.array_equal(found, self.vectors[key])
            self.vectors[key], self.seqs[key] = found.copy(), said["seq"]


class Hall:
    def __init__(self, now: int = NOON) -> None:
        self.book, self.box, self.now = Book(), Box(), now
        self.desk = HeatDesk(MEIXIAN, ground(), self.book, self.box, RepeatRule(3, 30))

    def want(self, *keys: str) -> None:
        for key in keys:
            self.box.wants[key] = str(self.now)

    def put(self, case: str, **fields: Any) -> None:
        row = blank()[1]
        for name, value in fields.items():
            row[COLUMNS.index(name)] = value
        derive(row, MEIXIAN.due_at)
        for name, value in fields.items():
            row[COLUMNS.index(name)] = value
        old = self.book.rows.get(case)
        self.book.rows[case] = row
        self.desk.apply([(case, old, row)])

    def turns(self, n: int = 1, ms: int = 0) -> None:
        self.now += ms
        for _ in range(n):
            self.desk.turn(self.now)
            self.now += TICK_MS

    def vector(self, key: str) -> list[int]:
        return self.box.vectors[key].tolist()  # type: ignore[no-any-return]


def expected(rows: Iterable[Row], measure: str, window: str, now: int) -> list[int]:
    """Per cell, from the definitions alone."""
    start = {"today": MEIXIAN.day_start(MEIXIAN.day(now))}
    start["yesterday"] = MEIXIAN.day_start(MEIXIAN.day(now) - 1)
    year = datetime.datetime.fromtimestamp(now / 1000 + 8 * 3600, datetime.UTC).year
    first = datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)
    start["year"] = int(first.timestamp() * 1000) - 8 * HOUR
    low = now - SLIDING_MS[window] if window in SLIDING_MS else start[window]
    high = start["today"] if window == "yesterday" else now
    num, den = [0] * 3, [0] * 3
    for row in rows:
        if row[c.UNIT_CELL] not in CODES:
            continue
        cell = CODES.index(row[c.UNIT_CELL])
        found = {COUNTERS[bit]: at for at, bit in points(row)}
        switches = MEIXIAN.self_handled_counts_as
        own = {"reported": "reported", "filed": "filed", "on_time_rate": "closed"}

        def inside(at: int | None) -> bool:
            return at is not None and low <= at < high

        if measure in own:
            name = own[measure]
            for each in (name, *((f"self_{name}",) if name in switches else ())):
                if inside(found.get(each)):
                    den[cell] += 1
                    good = name != "closed" or f"{each}_on_time" in found
                    num[cell] += good
        elif measure == "hotline":
            called = row[c.CHANNEL] in ("hotline_12319", "transfer_12345")
            num[cell] += called and inside(row[c.REPORTED])
        elif _alive(row, now):
            begun = [row[i] for i in (c.REPORTED, c.ACCEPTED, c.FILED, c.DISPATCHED) if row[i]]
            if measure == "open":
                num[cell] += inside(min(begun, default=None))
            else:
                num[cell] += _late(row, now) and inside(row[c.DUE_AT])
    if measure == "on_time_rate":
        pairs = zip(num, den, strict=True)
        return [int(1000 * n / d + 0.5) if d else NO_DATA for n, d in pairs]
    return num


def _alive(row: Row, now: int) -> bool:
    ends = (row[c.CANCELLED], row[c.CLOSED], row[c.REFUSED], row[c.REJECTED])
    return all(at is None or at > now for at in ends)


def _late(row: Row, now: int) -> bool:
    if row[c.DISPATCHED] is None or row[c.DISPATCHED] > now or row[c.DUE_AT] is None:
        return False
    if row[c.DISPOSED] is not None and row[c.DISPOSED] <= now:
        return False
    suspended, resumed = row[c.SUSPENDED], row[c.RESUMED]
    waits = suspended is not None and suspended <= now and (resumed is None or resumed > now)
    return not waits and bool(row[c.DUE_AT] < now)


EDGES = [0, 1, -1, HOUR, 12 * HOUR, DAY, 36 * HOUR, 7 * DAY, 30 * DAY, 324 * DAY]
times = st.none() | st.builds(
    lambda edge, off: NOON - edge + off,
    st.sampled_from(EDGES),
    st.integers(-3, 3) | st.integers(-9_000_000, 299_000),
)
records = st.fixed_dictionaries(
    {
        "unit_cell": st.sampled_from([*CODES, "999999999999999", None]),
        "channel": st.sampled_from(["collector", "self_handled", "hotline_12319"]),
        "category": st.sampled_from(["E0102", "B0102"]),
        "self_handled": st.none() | st.just(1),
        **{
            name: times
            for name in (
                "reported_at",
                "accepted_at",
                "filed_at",
                "dispatched_at",
                "disposed_at",
                "closed_at",
                "suspended_at",
                "resumed_at",
                "deadline",
            )
        },
        "cancelled_at": st.none() | st.none() | times,
    }
)
moves = st.lists(
    st.tuples(st.sampled_from("ABCD"), records)
    | st.sampled_from([0, 1, 2, 999, HOUR, 11 * HOUR, 12 * HOUR, DAY, 8 * DAY, 41 * DAY]),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(before=st.lists(records, max_size=4), what=moves, window=st.sampled_from(list(WINDOWS)))
def test_vectors_equal_a_recount_at_every_moment(
    before: list[dict[str, Any]], what: list[Any], window: str
) -> None:
    hall = Hall()
    for number, fields in enumerate(before):
        hall.put(f"P{number}", **fields)
    keys = [f"{measure}.{window}.unit_cell" for measure in MEASURES]
    hall.want(*keys)
    hall.turns(8)
    for move in (*what, 0):
        if isinstance(move, int):
            hall.now += move
        else:
            hall.put(move[0], **move[1])
        hall.want(*keys)
        at = hall.now
        hall.turns(2)
        hall.now = hall.now - TICK_MS
        for measure, key in zip(MEASURES, keys, strict=True):
            wanted = expected(hall.book.rows.values(), measure, window, hall.now)
            got = hall.desk.values(read_key(key))
            assert got is not None, (key, at)
            assert got.tolist() == wanted, (key, at)
            assert hall.vector(key) == wanted, key


@given(
    st.dictionaries(st.integers(0, 200_000), st.integers(-1, 2**31 - 1), max_size=50).map(
        lambda found: dict(sorted(found.items()))
    )
)
def test_a_packed_delta_is_read_back(found: dict[int, int]) -> None:
    index = np.array(list(found), np.int64)
    value = np.array(list(found.values()), np.int64)
    back, values = unpack(pack(index, value))
    assert (back.tolist(), values.tolist()) == (list(found), list(found.values()))


@pytest.mark.parametrize("broken", [b"\x80", b"\x01", b"\x01\x02\x83", b"\xff" * 11 + b"\x01\x01"])
def test_a_broken_delta_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="delta"):
        unpack(broken)


def test_the_bytes_of_a_delta_are_as_documented() -> None:
    assert pack(np.array([5, 305]), np.array([3, -1])) == bytes([5, 6, 0xAC, 0x02, 1])


def test_three_hundred_changed_cells_are_at_most_two_kilobytes() -> None:
    rng = np.random.default_rng(7)
    index = np.sort(rng.choice(139_400, 300, replace=False))
    assert len(pack(index, rng.integers(0, 60, 300))) * 4 / 3 < 1_500


def test_levels_are_sums_by_parent_and_a_cell_without_parent_is_in_none() -> None:
    hall = Hall()
    hall.want("reported.7d.community", "reported.7d.duty_grid", "reported.7d.district")
    hall.turns(3)
    for number, code in enumerate([*CODES, CODES[2], "888888888888888", None]):
        hall.put(f"C{number}", reported_at=NOON - HOUR, unit_cell=code)
    hall.turns(2)
    assert hall.vector("reported.7d.community") == [2, 2]
    assert hall.vector("reported.7d.duty_grid") == [1, 1]
    assert hall.vector("reported.7d.district") == [4]
    said = hall.box.heard["reported.7d.district"][-1]
    assert (said["total"], said["outside"], said["unlocated"]) == (6, 1, 1)
    assert said["top"] == [{"i": 0, "code": "441403", "name": "梅县区", "place": "", "n": 4}]


def test_the_default_is_kept_without_anybody_asking_and_others_only_while_wanted() -> None:
    hall = Hall()
    hall.turns(2)
    assert list(hall.box.vectors) == ["reported.30d.unit_cell"]
    hall.want("open.year.street")
    hall.turns(2)
    assert hall.desk.values(read_key("open.year.street")) is not None
    hall.turns(2, 61_000)
    assert hall.box.wants == {}
    hall.turns(2, 16 * 60_000)
    assert hall.desk.values(read_key("open.year.street")) is None


def test_repeats_are_told_when_they_become_so_and_when_they_end() -> None:
    hall = Hall()
    hall.turns(2)
    for number in range(3):
        hall.put(
            f"C{number}", reported_at=NOON - number * DAY, unit_cell=CODES[1], category="E0102"
        )
    hall.turns(2)
    said = hall.box.heard["reported.30d.unit_cell"][-1]
    assert [(row["i"], row["category"], row["n"]) for row in said["repeat"]] == [(1, "暴露垃圾", 3)]
    hall.turns(2, 28 * DAY)
    assert hall.box.heard["reported.30d.unit_cell"][-1]["repeat"] == []


def test_new_steps_become_points_once() -> None:
    hall = Hall()
    hall.turns(2)
    hall.put("C1", reported_at=hall.now, unit_cell=CODES[0], category="E0102", lon=116.1, lat=24.2)
    hall.turns(2)
    hall.put("C1", reported_at=NOON, unit_cell=CODES[0], category="E0103", lon=116.1, lat=24.2)
    hall.turns(2)
    assert [(p["i"], p["step"], p["lon"]) for p in hall.box.points[:1]] == [(0, "上报", 116.1)]


def test_after_a_reload_the_deltas_lead_on() -> None:
    hall = Hall()
    hall.put("C1", reported_at=NOON - HOUR, unit_cell=CODES[0])
    hall.turns(2)
    seq = hall.box.seqs["reported.30d.unit_cell"]
    hall.desk.reset()
    hall.book.rows["C2"] = [*hall.book.rows["C1"]]
    hall.turns(3)
    assert hall.vector("reported.30d.unit_cell") == [2, 0, 0]
    assert hall.box.heard["reported.30d.unit_cell"][-1]["base"] == seq


def test_a_whole_vector_comes_when_asked_for() -> None:
    hall = Hall()
    hall.turns(3)
    del hall.box.whole["reported.30d.unit_cell"]
    hall.box.asks.add("reported.30d.unit_cell")
    hall.turns(2)
    assert hall.box.whole["reported.30d.unit_cell"]["grid"] == "v1"


@pytest.mark.parametrize("text", ["reported", "reported.30d", "a.30d.street", "reported.2d.street"])
def test_unknown_keys_say_what_was_expected(text: str) -> None:
    with pytest.raises(UnknownKey, match="应为"):
        read_key(text)
    assert str(read_key("open.1h.street")) == str(Key("open", "1h", "street"))
