"""The places of a time series: what they are called, cover, and which of them is not over."""

from __future__ import annotations

import datetime

from dashboard.buckets import buckets, step_of
from dashboard.periods import day_of
from dashboard.windows import Window, window
from tests.town import HOUR, Town

TOWN = Town()
D = datetime.date


def during(first: D, last: D, at: D, hours: float) -> Window:
    return window(TOWN, first, last, TOWN.day_start(day_of(at)) + round(hours * HOUR))


def test_a_day_has_hours_a_season_days_a_year_months() -> None:
    day, season, year = D(2026, 3, 5), D(2026, 3, 31), D(2026, 12, 31)
    assert step_of(during(day, day, day, 24)) == "hour"
    assert step_of(during(D(2026, 1, 1), season, year, 24)) == "day"
    assert step_of(during(D(2026, 1, 1), year, year, 24)) == "month"


def test_days_are_called_by_their_month_where_it_begins() -> None:
    axis = buckets(TOWN, during(D(2026, 2, 27), D(2026, 3, 2), D(2026, 3, 1), 6), "day")
    assert axis.labels == ("2月27日", "2-28", "3月1日", "3-2")
    assert axis.members[2] == "2026-03-01"
    assert (axis.begun, axis.partial) == (3, 2)


def test_months_say_their_year_where_it_begins() -> None:
    axis = buckets(TOWN, during(D(2025, 11, 1), D(2026, 2, 28), D(2026, 12, 1), 0), "month")
    assert axis.labels == ("2025年11月", "12月", "2026年1月", "2月")
    assert axis.partial is None
    assert [end - first for first, end in axis.days] == [30, 31, 31, 28]


def test_an_hour_that_has_just_begun_is_the_partial_one() -> None:
    day = D(2026, 3, 5)
    axis = buckets(TOWN, during(day, day, day, 8.5), "hour")
    assert (len(axis.labels), axis.begun, axis.partial) == (24, 9, 8)
    assert axis.heads[8] == "8:00–9:00"
    assert buckets(TOWN, during(day, day, day, 8), "hour").partial is None


def test_what_is_not_known_is_no_zero() -> None:
    axis = buckets(TOWN, during(D(2026, 3, 1), D(2026, 3, 4), D(2026, 3, 3), 6), "day")
    counts = {"2026-03-02": {"offered": 5}, "2026-03-03": {"offered": 1}}
    first = day_of(D(2026, 3, 1))
    known = (first, first + 2)
    assert axis.place(counts, known) == ({}, {"offered": 5}, {"offered": 1}, None)
    assert axis.place(counts, known, whole=True) == ({}, {"offered": 5}, None, None)
    assert axis.place(counts, (first + 1, first + 1)) == (None, {"offered": 5}, None, None)
    assert axis.place(counts, None) == (None,) * 4
