"""Shards of a city's stream: the same record, the same shard; places survive being written down."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.streams import (
    events_key,
    following,
    is_kept,
    order,
    read_place,
    shard_named,
    shard_of,
    stream_name,
    tag,
    write_place,
)

IDS = st.builds(lambda ms, n: f"{ms}-{n}", st.integers(0, 2**48), st.integers(0, 2**64 - 1))
PLACES = st.dictionaries(
    st.integers(0, 63), st.tuples(st.text("0123456789abcdef", min_size=1), IDS)
)


def test_the_first_shard_is_the_city_s_stream_as_it_always_was() -> None:
    assert (events_key("ny"), stream_name(0)) == ("{ny}:events", "events")
    assert (events_key("ny", 3), stream_name(3)) == ("{ny/3}:events", "events/3")
    assert [shard_named(name) for name in ("events", "events/12", "file:ab", "events/x")] == [
        0,
        12,
        None,
        None,
    ]
    assert len({tag("ny", shard) for shard in range(64)}) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "case", "case": "C1", "id": "a"}, {"id": "b", "case": "C1", "type": "case"}),
        ({"type": "call", "call": "T1", "id": "a"}, {"type": "call", "id": "b", "call": "T1"}),
        ({"type": "probe", "component": "c1", "id": "a"}, {"type": "probe", "component": "c1"}),
        (
            {"type": "outage", "outage": "O1", "component": "c1"},
            {"type": "outage", "outage": "O1", "component": "c2"},
        ),
    ],
)
def test_what_is_about_one_record_stays_together(
    one: dict[str, str], other: dict[str, str]
) -> None:
    for shards in (1, 2, 4, 64):
        assert shard_of(orjson.dumps(one), shards) == shard_of(orjson.dumps(other), shards)


def test_cases_spread_evenly() -> None:
    found = [shard_of(b'{"type":"case","case":"C%d"}' % n, 4) for n in range(4_000)]
    assert all(900 < found.count(shard) < 1_100 for shard in range(4))


@given(st.binary(max_size=60), st.integers(1, 64))
def test_anything_has_a_shard(body: bytes, shards: int) -> None:
    assert 0 <= shard_of(body, shards) < shards


def test_even_hostile_json_has_a_shard() -> None:
    for body in (b'{"type":[],"case":{}}', b'{"type":"__class__"}', b'{"case":"\\ud800"}', b"[1]"):
        assert 0 <= shard_of(body, 8) < 8


@given(PLACES)
def test_a_place_is_read_as_it_was_written(place: dict[int, tuple[str, str]]) -> None:
    assert read_place(write_place(place)) == place


def test_a_place_of_one_stream_reads_as_before_there_were_shards() -> None:
    assert write_place({0: ("ab", "7-1")}) == "ab/7-1"
    assert read_place("ab/7-1") == {0: ("ab", "7-1")}


@given(IDS)
def test_nothing_fits_between_an_id_and_the_following(id: str) -> None:
    left, right = order(id)
    assert order(following(id)) == ((left, right + 1) if right < 2**64 - 1 else (left + 1, 0))


def test_lost_is_what_something_older_outlived() -> None:
    older, newer = [(b"5-0", {})], [(b"9-0", {})]
    assert is_kept(("w", "7-0"), b"w", older, [(b"7-0", {})])
    assert not is_kept(("w", "7-0"), b"w", older, []), "the newest were forgotten"
    assert is_kept(("w", "7-0"), b"w", newer, []), "it was read and trimmed"
    assert not is_kept(("w", "7-0"), b"w", [], []), "an empty stream has lost it"
    assert not is_kept(("w", "7-0"), b"x", older, [(b"7-0", {})]), "another Redis"
