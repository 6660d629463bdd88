"""Ranks: the order of arrival is nothing, ties share a rank, no score is no rank."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dashboard.assessment.ranking import ranks, standings
from dashboard.assessment.scoring import Score


def scored(total: str | None) -> Score:
    return Score(None if total is None else Decimal(total), None, (), Decimal(100))  # type: ignore[arg-type]


totals = st.one_of(
    st.none(), st.decimals(0, 100, places=2).map(str), st.sampled_from(["90.00", "85.5"])
)
cities = st.dictionaries(st.text("abc", min_size=1, max_size=3), totals.map(scored), max_size=12)


def test_ties_share_a_rank_and_the_next_one_is_left_out() -> None:
    found = ranks({"a": scored("90"), "b": scored("95"), "c": scored("90.00"), "d": scored("80")})
    assert found == {"b": 1, "a": 2, "c": 2, "d": 4}


def test_changes_of_rank_and_score() -> None:
    now = {"a": scored("90.00"), "b": scored("95.00"), "c": scored("99.00"), "d": scored(None)}
    before = {"a": scored("91.50"), "b": scored("80.00"), "d": scored("70.00")}
    c, b, a, d = standings(now, before)
    assert [one.member for one in (c, b, a, d)] == ["c", "b", "a", "d"]
    assert (b.rank_change, b.score_change) == (0, Decimal("15.00"))
    assert (a.rank_change, a.score_change) == (-2, Decimal("-1.50"))
    assert (c.rank_change, c.score_change) == (None, None), "new: nothing to compare with"
    assert (d.rank, d.rank_change, d.score_change) == (None, None, None)


def test_posts_are_not_ranked_among_each_other() -> None:
    found = standings({"x": scored("10"), "y": scored("90")}, {}, ranked=False)
    assert [(one.member, one.rank) for one in found] == [("x", None), ("y", None)]


@given(cities, st.randoms(use_true_random=False))
def test_the_order_of_members_is_nothing(city: dict[str, Score], chance: object) -> None:
    members = list(city.items())
    chance.shuffle(members)  # type: ignore[attr-defined]
    assert standings(dict(members), {}) == standings(city, {})


@given(cities)
def test_a_rank_is_one_more_than_those_who_are_better(city: dict[str, Score]) -> None:
    found = ranks(city)
    scores = {m: one.total for m, one in city.items() if one.total is not None}
    assert set(found) == set(scores)
    for member, rank in found.items():
        assert rank == 1 + sum(total > scores[member] for total in scores.values())
    order = [one.rank for one in standings(city, {})]
    known = [rank for rank in order if rank is not None]
    assert known == sorted(known) and order[len(known) :] == [None] * (len(order) - len(known))
