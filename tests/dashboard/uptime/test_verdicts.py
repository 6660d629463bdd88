"""Probes into spans: hand-computed, against an oracle that asks instant by instant, by repair."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.uptime.points import FAILED, NO_LATENCY, Points, decode, encode, merge, points
from dashboard.uptime.policy import Policy
from dashboard.uptime.spans import DEGRADED, DOWN, UP, replace, state_at
from dashboard.uptime.verdicts import known_spans, touched

OK, SLOW = 40, 900
POLICY = Policy(gap_ms=3, slow_ms=500, failures=2, successes=2)


def judged(text: str, policy: Policy = POLICY) -> str:
    """One letter a tick: probes `.` good, `s` slow, `x` failed, ` ` none, to the state of each
    tick: `u`p, `g` degraded, `d`own, ` ` unknown."""
    answers = {".": OK, "s": SLOW, "x": FAILED}
    found = points((at, answers[one]) for at, one in enumerate(text) if one != " ")
    spans = known_spans(found, policy)
    out = (state_at(spans, at) for at in range(len(text)))
    return "".join(" " if one is None else "ugd"[one[2]] for one in out)


@pytest.mark.parametrize(
    ("probes", "states"),
    [
        ("....", "uuuu"),
        (".ss.", "uggu"),
        ("..x..", "uuuuu"),  # one failure, refuted: passed over
        ("..xx..", "uudddu"),  # two: from the first; over at the second good answer
        ("..xx.x..", "uudddddu"),  # one good answer does not end it
        ("..xs", "uuug"),  # a slow answer is an answer
        ("..x", "uu "),  # neither confirmed nor refuted
        ("..x      ", "uu       "),
        ("..xx      ", "uudddd    "),  # holds for the allowed gap, then nobody knows
        (".     .", "uuu   u"),
        ("x.", " u"),  # nothing known before the first good answer
        ("xx", "dd"),
        (".  .", "uuuu"),
        ("xx    .", "dddd  u"),  # silence forgets the outage
        ("xx.    .", "ddddd  u"),
    ],
)  # fmt: skip
def test_by_hand(probes: str, states: str) -> None:
    assert judged(probes) == states


def oracle(probes: dict[int, int], policy: Policy, end: int) -> list[int | None]:
    """The state of every tick, by walking the probes one by one and looking ahead."""
    times = sorted(probes)
    said: dict[int, int | None] = {}
    state: int | None = None
    good = 0
    for index, at in enumerate(times):
        if index == 0 or at - times[index - 1] > policy.gap_ms:
            state, good = None, 0
        answer = probes[at]
        if answer == FAILED:
            good = 0
            row = index
            while row > 0 and _linked(times, row, policy) and probes[times[row - 1]] == FAILED:
                row -= 1
            ahead = index
            while (
                ahead + 1 < len(times)
                and _linked(times, ahead + 1, policy)
                and probes[times[ahead + 1]] == FAILED
            ):
                ahead += 1
            refuted = ahead + 1 < len(times) and _linked(times, ahead + 1, policy)
            if state == DOWN or ahead - row + 1 >= policy.failures:
                state = said[at] = DOWN
            else:
                said[at] = state if refuted else None
        else:
            good += 1
            if state == DOWN and good < policy.successes:
                said[at] = DOWN
            else:
                slow = policy.slow_ms is not None and answer > policy.slow_ms
                state = said[at] = DEGRADED if slow else UP
    return [_holds(times, said, at, policy) for at in range(end)]


def _linked(times: list[int], index: int, policy: Policy) -> bool:
    return times[index] - times[index - 1] <= policy.gap_ms


def _holds(times: list[int], said: dict[int, int | None], at: int, policy: Policy) -> int | None:
    last = max((one for one in times if one <= at), default=None)
    if last is None:
        return None
    index = times.index(last)
    reach = policy.gap_ms
    if index + 1 < len(times) and times[index + 1] - last <= policy.gap_ms:
        reach = times[index + 1] - last
    return said[last] if at - last < reach else None


POLICIES = st.builds(
    Policy,
    gap_ms=st.integers(1, 5),
    slow_ms=st.none() | st.just(500),
    failures=st.integers(1, 4),
    successes=st.integers(1, 4),
)
ANSWERS = st.sampled_from([OK, OK, SLOW, FAILED, FAILED, NO_LATENCY])
PROBES = st.dictionaries(st.integers(0, 59), ANSWERS, max_size=40)


@settings(max_examples=400)
@given(PROBES, POLICIES)
def test_spans_are_what_an_oracle_says_tick_by_tick(probes: dict[int, int], policy: Policy) -> None:
    spans = known_spans(points(probes.items()), policy)
    states = [state_at(spans, at) for at in range(70)]
    assert [None if one is None else one[2] for one in states] == oracle(probes, policy, 70)
    for one, other in pairwise(spans):
        assert one[1] < other[0] or (one[1] == other[0] and one[2] != other[2])


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 59), ANSWERS), max_size=40), st.randoms())
def test_order_repetition_and_parts_change_nothing(
    probes: list[tuple[int, int]], random: object
) -> None:
    whole = points(probes)
    shuffled = probes * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    cut = len(shuffled) // 3
    parts = merge(points(shuffled[:cut]), points(shuffled[cut:]), whole)
    assert parts.at.tolist() == whole.at.tolist()
    assert parts.answer.tolist() == whole.answer.tolist()


@settings(max_examples=600)
@given(PROBES, PROBES, POLICIES)
def test_repairing_what_new_probes_touch_is_as_good_as_starting_over(
    old: dict[int, int], new: dict[int, int], policy: Policy
) -> None:
    new = {at: answer for at, answer in new.items() if at not in old}
    if not new:
        return
    before = known_spans(points(old.items()), policy)
    found = points([*old.items(), *new.items()])
    after = known_spans(found, policy)
    low, high = touched(found, policy, min(new), max(new))
    start, end = -10 if low is None else low, 100 if high is None else high
    assert replace(before, start, end, after) == after


@given(st.lists(st.tuples(st.integers(0, 86_399_999), st.integers(-1, FAILED)), max_size=50))
def test_a_day_is_stored_and_read_back(probes: list[tuple[int, int]]) -> None:
    day = 20_000
    found = points((at + day * 86_400_000, answer) for at, answer in probes)
    back = decode(encode(found, day), day)
    assert isinstance(back, Points)
    assert back.at.tolist() == found.at.tolist() and back.answer.tolist() == found.answer.tolist()


def test_a_day_of_minutes_takes_few_bytes() -> None:
    found = points((20_000 * 86_400_000 + m * 60_000 + m % 37, 20 + m % 90) for m in range(1440))
    assert len(encode(found, 20_000)) < 1440 * 3
