"""Periods as days of 青石镇, and the windows they are compared with."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.periods import (
    RUNNING,
    BadPeriod,
    Period,
    before,
    date_of,
    day_of,
    days_between,
    period,
    span,
    year_ago,
)
from dashboard.windows import Window
from tests.town import DAY, HOUR, Town

D = datetime.date
TOWN = Town()
dates = st.dates(D(2001, 1, 1), D(2099, 12, 31))


def at(date: D, hours: float = 0) -> int:
    return TOWN.day_start(day_of(date)) + round(hours * HOUR)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", D(2026, 11, 26), D(2026, 11, 26)),
        ("yesterday", D(2026, 11, 25), D(2026, 11, 25)),
        ("week", D(2026, 11, 23), D(2026, 11, 29)),
        ("month", D(2026, 11, 1), D(2026, 11, 30)),
        ("quarter", D(2026, 10, 1), D(2026, 12, 31)),
        ("year", D(2026, 1, 1), D(2026, 12, 31)),
        ("2021", D(2021, 1, 1), D(2021, 12, 31)),
        ("2021-Q1", D(2021, 1, 1), D(2021, 3, 31)),
        ("2024-02", D(2024, 2, 1), D(2024, 2, 29)),
        ("2021-03-05", D(2021, 3, 5), D(2021, 3, 5)),
        ("2021-03-05~2021-04-02", D(2021, 3, 5), D(2021, 4, 2)),
    ],
)
def test_a_period_is_these_days(text: str, first: D, last: D) -> None:
    assert period(text).days(D(2026, 11, 26)) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2021-13", "2021-Q5", "20210305", "1999", "2101", "2021-02-30", "２０２１"],
)
def test_what_names_no_period_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(BadPeriod, match="应为"):
        period(text)


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(BadPeriod, match="止日在起日之前"):
        days_between("2021-03-05", "2021-03-04")


@given(dates)
def test_every_named_period_contains_its_day(today: D) -> None:
    for text in RUNNING:
        first, last = Period(text).days(today)
        day = today - datetime.timedelta(text == "yesterday")
        assert first <= day <= last


def test_today_at_eleven_twenty_is_compared_with_yesterday_at_eleven_twenty() -> None:
    now = span(TOWN, Period("today"), at(D(2026, 11, 26), 11 + 1 / 3))
    assert now.running
    yesterday = day_of(D(2026, 11, 25))
    expected = Window(yesterday, yesterday + 1, at(D(2026, 11, 25), 11 + 1 / 3))
    assert before(TOWN, now).window == expected
    assert year_ago(TOWN, now).window.as_of == at(D(2025, 11, 26), 11 + 1 / 3)


def test_a_running_month_is_compared_with_the_beginning_of_the_last() -> None:
    now = span(TOWN, Period("month"), at(D(2026, 11, 26), 9))
    base = before(TOWN, now)
    assert base.label() == "2026-10-01 至 2026-10-26"
    assert base.window.as_of == at(D(2026, 10, 26), 9)


def test_where_the_month_before_is_shorter_the_days_just_before_are_taken() -> None:
    now = span(TOWN, Period("month"), at(D(2026, 3, 31), 9))
    base = before(TOWN, now)
    assert base.label() == "2026-01-29 至 2026-02-28"
    assert base.window.as_of == at(D(2026, 2, 28), 9)


def test_a_month_that_is_over_is_compared_with_as_many_days_before_it() -> None:
    now = span(TOWN, Period("2026-03"), at(D(2026, 11, 26)))
    assert not now.running
    assert before(TOWN, now).label() == "2026-01-29 至 2026-02-28"
    assert year_ago(TOWN, now).label() == "2025-03-01 至 2025-03-31"


def test_the_leap_day_is_said() -> None:
    leap = span(TOWN, Period("2024-02"), at(D(2026, 1, 1)))
    assert year_ago(TOWN, leap).label() == "2023-02-01 至 2023-02-28（少一天）"
    day = span(TOWN, Period("2024-02-29"), at(D(2026, 1, 1)))
    assert year_ago(TOWN, day).label() == "2023-02-28"
    year = span(TOWN, Period("2025"), at(D(2026, 1, 1)))
    assert year_ago(TOWN, year).label() == "2024-01-01 至 2024-12-31（多一天）"


def test_a_period_that_has_not_begun_has_an_empty_window() -> None:
    ahead = span(TOWN, Period("2027"), at(D(2026, 11, 26)))
    assert ahead.running
    assert not ahead.begun
    assert ahead.window.as_of == at(D(2027, 1, 1))


asked = st.sampled_from([*RUNNING]).map(Period) | st.tuples(dates, dates).map(
    lambda ends: days_between(str(min(ends)), str(max(ends)))
)


@given(asked, dates, st.integers(0, DAY - 1))
def test_a_base_is_as_long_as_the_span_has_run_and_ends_before_it(
    one: Period, today: D, into: int
) -> None:
    now = span(TOWN, one, at(today) + into)
    run = now.window.as_of - TOWN.day_start(now.window.first_day)
    earlier, ago = before(TOWN, now), year_ago(TOWN, now)
    assert earlier.window.as_of - TOWN.day_start(earlier.window.first_day) == run
    assert earlier.window.end_day <= now.window.first_day
    assert ago.window.as_of - TOWN.day_start(ago.window.first_day) == run + ago.days * DAY
    leaps = (now.last - now.first).days // 1461 + 1
    assert abs(ago.days) <= leaps
    first = date_of(ago.window.first_day)
    assert (now.first.year - first.year, first.month) == (1, now.first.month)
