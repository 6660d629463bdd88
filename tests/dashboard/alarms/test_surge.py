"""What is usual at this hour: a median that one wild week does not move."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from dashboard.alarms.surge import NEEDED, baseline, usual


def test_hand_computed() -> None:
    found = usual([4, 6, 5, 7, 40, 5, 6, 5])
    assert found is not None
    assert found.median == 5.5  # 4 5 5 5 | 6 6 7 40
    assert found.scale == 5.5**0.5  # deviations 1.5 .5 .5 1.5 34.5 .5 .5 .5: 1.4826 × 0.5 is less
    assert round(found.score(23), 2) == 7.46


def test_too_few_weeks_are_no_basis() -> None:
    assert usual([5] * (NEEDED - 1)) is None
    assert baseline([{"a": 3}, {}, {}, {}, {}, {"a": 1}, {}, {"a": 2}]) == ([0, 5, 7], {})


def test_weeks_without_any_report_were_not_recorded_and_absence_in_others_is_zero() -> None:
    weeks: list[Counter[str]] = [
        Counter("aab"),
        Counter("ab"),
        Counter(),
        Counter("aa"),
        Counter("ab"),
    ]
    recorded, members = baseline(weeks)
    assert recorded == [0, 1, 3, 4]
    assert (members["a"].median, members["b"].median) == (1.5, 1.0)


@given(st.lists(st.integers(0, 50), min_size=NEEDED, max_size=8))
def test_order_of_weeks_does_not_matter_and_one_wild_week_moves_little(
    counts: list[int],
) -> None:
    found = usual(counts)
    assert found is not None and found == usual(sorted(counts))
    assert min(counts) <= found.median <= max(counts) and found.scale >= 1
    wild = usual([*sorted(counts)[:-1], 10_000])
    assert wild is not None and wild.median <= max(counts)
