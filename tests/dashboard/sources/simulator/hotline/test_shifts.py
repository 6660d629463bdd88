from __future__ import annotations

import pytest

from dashboard.sources.simulator.hotline.shifts import MINUTE, pieces, stints, strengths

HOUR = 60 * MINUTE


def on_duty(agents: int, day: int, hour: float) -> int:
    """How many work at an hour after 07:00 of a calling day, breaks left out."""
    at = round(hour * HOUR)
    return sum(piece.begin <= at < piece.end for piece in pieces(stints(agents, day)))


@pytest.mark.parametrize("agents", [1, 9, 50, 300])
def test_somebody_is_there_all_day_and_night(agents: int) -> None:
    for day in range(10):
        found = [on_duty(agents, day, hour / 4) for hour in range(96)]
        if agents >= 9:
            assert min(found) >= 1
        assert max(found) <= agents


def test_fifty_agents_work_where_the_calls_are() -> None:
    assert strengths(50) == [8, 9, 11, 5]
    assert on_duty(50, 3, 3) == 15  # ten in the morning, two on a break
    assert on_duty(50, 3, 19) == 4


def test_nobody_works_two_shifts_or_goes_from_the_night_into_the_morning() -> None:
    for day in range(60):
        today, next_day = stints(50, day), stints(50, day + 1)
        assert len({one.agent for one in today}) == len(today)
        ends = {one.agent: one.logout for one in today}
        for one in next_day:
            rest = one.login + 24 * HOUR - ends.get(one.agent, 0)
            assert rest >= 9 * HOUR


def test_over_time_everybody_works_alike() -> None:
    days = 200
    worked = [0] * 50
    for day in range(days):
        for one in stints(50, day):
            worked[one.agent] += 1
    assert min(worked) > 0.6 * days and max(worked) < 0.72 * days
