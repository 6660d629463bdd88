"""The least 24 hours: against looking at every millisecond that could matter, one by one."""

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.calls.counting import FLAG_ANSWERED, FLAG_PERSON, FLAG_SHORT, FLAG_UNDECIDED
from dashboard.calls.rolling import SPAN_MS, Calls, Rolled, at_moment, least, minima

HOUR = 3_600_000
FLAGS = (
    FLAG_PERSON,
    FLAG_PERSON | FLAG_ANSWERED,
    FLAG_SHORT,
    FLAG_PERSON | FLAG_SHORT,
    FLAG_UNDECIDED,
    FLAG_PERSON | FLAG_UNDECIDED,
)
grid = st.integers(0, 12).map(lambda n: n * 8 * HOUR)
"""Instants that meet: calls offered together, and others exactly 24 hours later."""
calls = st.lists(
    st.tuples(
        grid | st.integers(0, 4 * SPAN_MS),
        st.sampled_from(FLAGS),
    ),
    max_size=14,
)


def as_calls(found: list[tuple[int, int]]) -> Calls:
    at, flags = [a for a, _ in found], [f for _, f in found]
    return Calls.of(np.array(at, np.int64), np.array(flags, np.uint8))


def counts(flag: int, variant: str, at: int, lost_before: int) -> bool:
    if flag & FLAG_UNDECIDED and at >= lost_before:
        return False
    if variant == "without_short":
        return not flag & FLAG_SHORT
    return variant == "offered" or bool(flag & FLAG_PERSON)


def window(
    found: list[tuple[int, int]], variant: str, end: Fraction, lost_before: int
) -> tuple[int, int]:
    """(answered, counted) of the real window [end − 24 h, end), from its definition."""
    inside = [
        (at, flag)
        for at, flag in found
        if end - SPAN_MS <= at < end and counts(flag, variant, at, lost_before)
    ]
    return sum(bool(flag & FLAG_ANSWERED) for _, flag in inside), len(inside)


def brute(
    found: list[tuple[int, int]], variant: str, start: int, end: int, sample: int, lost: int
) -> Fraction | None:
    """The least rate over real window ends in (start, end]: at and between all places where any
    call enters or leaves. Between two neighbours of these nothing changes, so their middle stands
    for the whole open interval."""
    edges = {start, end}
    for at, _ in found:
        edges |= {at, at + SPAN_MS}
    inside = sorted(edge for edge in edges if start <= edge <= end)
    ends = [Fraction(edge) for edge in inside if edge > start]
    ends += [Fraction(a + b, 2) for a, b in itertools.pairwise(inside)]
    rates = []
    for one in ends:
        num, den = window(found, variant, one, lost)
        if den >= max(1, sample):
            rates.append(Fraction(num, den))
    return min(rates, default=None)


@given(
    calls,
    grid | st.integers(0, 4 * SPAN_MS),
    grid | st.integers(0, 4 * SPAN_MS),
    st.integers(1, 4),
    grid | st.integers(0, 5 * SPAN_MS),
)
def test_the_minimum_is_that_of_every_real_position(
    found: list[tuple[int, int]], start: int, end: int, sample: int, lost: int
) -> None:
    got = minima(as_calls(found), start, end, sample, lost)
    for variant, least_one in got.items():
        expected = brute(found, variant, start, end, sample, lost) if start < end else None
        if expected is None:
            assert least_one is None
            continue
        assert least_one is not None
        assert Fraction(least_one.num, least_one.den) == expected
        just_after = Fraction(least_one.at) + Fraction(1, 2)
        num_den = window(found, variant, just_after, lost)
        assert num_den == (least_one.num, least_one.den)
        assert start <= least_one.at < end


@given(calls, st.lists(st.integers(0, 4 * SPAN_MS), min_size=2, max_size=5), st.integers(1, 3))
def test_a_period_is_the_least_of_its_parts(
    found: list[tuple[int, int]], edges: list[int], sample: int
) -> None:
    edges.sort()
    every = as_calls(found)
    whole = minima(every, edges[0], edges[-1], sample, 0)
    parts = [minima(every, a, b, sample, 0) for a, b in itertools.pairwise(edges)]
    for variant, one in whole.items():
        assert least(part[variant] for part in parts) == one


@given(calls, grid | st.integers(0, 5 * SPAN_MS), grid | st.integers(0, 5 * SPAN_MS))
def test_the_window_before_a_moment(found: list[tuple[int, int]], end: int, lost: int) -> None:
    for variant in ("offered", "without_short", "person"):
        num, den = window(found, variant, Fraction(end), lost)
        assert at_moment(as_calls(found), variant, end, lost) == Rolled(num, den, end)


def test_a_bad_hour_is_found_where_no_day_shows_it() -> None:
    """Two calls an hour, all answered, but a dozen lost around midnight: either day has six of
    54, the 24 hours from noon to noon have all twelve of 60."""
    lost = [SPAN_MS + minutes * 60_000 for minutes in range(-30, 30, 5)]
    good = [minutes * 60_000 for minutes in range(7, 2 * 24 * 60, 30)]
    found = [(at, FLAG_PERSON) for at in lost]
    found += [(at, FLAG_PERSON | FLAG_ANSWERED) for at in good]
    got = minima(as_calls(found), SPAN_MS, 2 * SPAN_MS, 10, 0)["offered"]
    assert got is not None
    assert (got.num, got.den) == (48, 60)
    assert at_moment(as_calls(found), "offered", SPAN_MS, 0) == Rolled(48, 54, SPAN_MS)


def test_a_call_that_leaves_as_another_comes_is_never_seen_beside_it() -> None:
    lost, good = FLAG_PERSON, FLAG_PERSON | FLAG_ANSWERED
    found = [(0, lost), (HOUR, good), (2 * HOUR, good), (SPAN_MS, lost)]
    got = minima(as_calls(found), 0, 2 * SPAN_MS, 3, 0)["offered"]
    assert got is not None
    assert (got.num, got.den) == (2, 3)


def test_an_undecided_call_is_judged_once_it_is_taken_for_lost() -> None:
    one = as_calls([(HOUR, FLAG_PERSON | FLAG_UNDECIDED)])
    assert at_moment(one, "offered", 2 * HOUR, HOUR) == Rolled(0, 0, 2 * HOUR)
    assert at_moment(one, "offered", 2 * HOUR, HOUR + 1) == Rolled(0, 1, 2 * HOUR)
