"""Which rows a frame carries when there are more than it has room for."""

from __future__ import annotations

from tests.browser import rankingscenery


def test_the_first_and_the_last_where_there_are_too_many() -> None:
    told = rankingscenery.crowded()
    ranks = [row["r"] for row in told["t.ranking.districts"]]
    assert ranks == [*range(1, 10), *range(16, 21)]
    assert [row["r"] for row in told["t.ranking.departments"]] == [*range(1, 8), *range(40, 45)]
    assert told["s.ranking.about"]["count"] == {"district": [20, 20], "department": [44, 44]}
    assert sum(told["s.ranking.city"]["grades"]) == 20


def test_those_without_a_score_give_way_first() -> None:
    told = rankingscenery.ranking()
    rows = told["t.ranking.departments"]
    assert len(rows) == 12 and all(row["r"] is not None for row in rows)
    assert told["s.ranking.about"]["count"]["department"] == [13, 14]


def test_nobody_scored_is_not_0() -> None:
    told = rankingscenery.empty()
    assert {row["v"] for row in told["t.ranking.districts"]} == {None}
    assert {row["why"] for row in told["t.ranking.districts"]} == {"期内没有可评的案卷"}
    assert told["s.ranking.city"]["v"] is None
