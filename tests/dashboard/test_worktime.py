from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.worktime import DAY, HOUR, UNITS, WorkCalendar

CHINA = WorkCalendar()
BOSTON = WorkCalendar("America/New_York", (("09:00", "17:00"),), "weekends")
LISBON = WorkCalendar("Atlantic/Azores", (("00:00", "01:30"), ("22:00", "24:00")), "none")
CALENDARS = st.sampled_from([CHINA, BOSTON, LISBON])
INSTANTS = st.integers(946_656_000_000, 1_830_000_000_000)  # 2000 … 2027
AMOUNTS = st.integers(0, 4000).map(lambda n: n / 16)
ANY_UNIT = st.sampled_from(list(UNITS))


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2021-05-06 09:00", 2, "urgent_hours", "2021-05-06 11:00"),
        ("2021-05-06 23:30", 2, "urgent_hours", "2021-05-07 01:30"),
        ("2021-05-06 09:00", 4, "work_hours", "2021-05-06 15:00"),  # noon break of two hours
        ("2021-05-06 17:00", 4, "work_hours", "2021-05-07 11:00"),
        ("2021-05-06 12:30", 1, "work_hours", "2021-05-06 15:00"),
        ("2021-05-06 08:00", 4, "work_hours", "2021-05-06 12:00"),  # the end of a session is in it
        ("2021-05-06 20:00", 8, "work_hours", "2021-05-07 18:00"),
        ("2021-05-07 10:00", 1, "work_days", "2021-05-08 10:00"),  # make-up workday 调休, Saturday
        ("2021-05-08 10:00", 1, "work_days", "2021-05-10 10:00"),
        ("2021-04-30 10:00", 1, "work_days", "2021-05-06 10:00"),  # 劳动节, five days
        ("2021-05-01 10:00", 1, "work_days", "2021-05-07 00:00"),  # holiday: the end of 6 May
        ("2021-12-31 16:00", 5, "work_days", "2022-01-10 16:00"),  # 元旦 over the year's end
        ("2020-12-31 17:00", 2, "work_hours", "2021-01-04 09:00"),
        ("2021-05-01 10:00", 5, "calendar_days", "2021-05-06 10:00"),
    ],
)
def test_deadlines_of_a_chinese_city(start: str, amount: float, unit: str, due: str) -> None:
    assert CHINA.deadline(at(start), amount, unit) == at(due)


def test_half_units_and_zero() -> None:
    assert CHINA.deadline(at("2021-05-06 11:45"), 0.5, "work_hours") == at("2021-05-06 14:15")
    assert CHINA.deadline(at("2021-05-06 13:00"), 0, "work_hours") == at("2021-05-06 14:00")
    assert CHINA.deadline(at("2021-05-06 11:00"), 0, "work_hours") == at("2021-05-06 11:00")
    assert CHINA.deadline(at("2021-12-31 18:01"), 0, "work_hours") == at("2022-01-04 08:00")


def test_sessions_follow_the_local_clock_over_a_clock_change() -> None:
    # Clocks went forward on Sunday 8 March 2015; Friday 16:00 plus 2 h is Monday 10:00 local.
    zone = "America/New_York"
    due = BOSTON.deadline(at("2015-03-06 16:00", zone), 2, "work_hours")
    assert due == at("2015-03-09 10:00", zone)


def test_elapsed_counts_only_working_time() -> None:
    start, end = at("2021-04-30 17:00"), at("2021-05-06 09:00")
    assert CHINA.elapsed_ms(start, end, "work_hours") == 2 * HOUR
    assert CHINA.elapsed_ms(end, start, "work_hours") == -2 * HOUR
    assert CHINA.elapsed_ms(start, end, "work_days") == 16 * HOUR
    assert CHINA.elapsed_ms(start, end, "urgent_hours") == end - start
    year = CHINA.elapsed_ms(at("2020-07-01 00:00"), at("2022-07-01 00:00"), "work_days")
    assert year == sum(map(CHINA.is_workday, range(18444, 18444 + 730))) * DAY


def test_a_year_without_published_holidays_is_provisional_and_works_by_weekends() -> None:
    far = at("2031-10-01 09:00")  # a Wednesday, 国庆节
    assert CHINA.is_provisional(far) and not CHINA.is_provisional(at("2021-10-01 09:00"))
    assert CHINA.deadline(far, 2, "work_hours") == at("2031-10-01 11:00")
    assert not BOSTON.is_provisional(far)


def test_holidays_none_works_every_day() -> None:
    calendar = WorkCalendar(holidays="none")
    assert calendar.deadline(at("2021-10-02 10:00"), 1, "work_days") == at("2021-10-03 10:00")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"timezone": "../etc"}, "etc"),
        ({"holidays": "france"}, "france"),
        ({"sessions": ()}, "sessions"),
        ({"sessions": (("08:00", "12:00"), ("11:00", "15:00"))}, "11:00"),
        ({"sessions": (("12:00", "08:00"),)}, "12:00"),
        ({"sessions": (("8", "12:00"),)}, "'8'"),
        ({"sessions": (("08:00", "24:30"),)}, "24:30"),
    ],
)
def test_a_wrong_calendar_names_what_is_wrong(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        WorkCalendar(**arguments)


def test_a_wrong_amount_or_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="fortnights"):
        CHINA.deadline(at("2021-05-06 09:00"), 1, "fortnights")
    with pytest.raises(ValueError, match="fortnights"):
        CHINA.elapsed_ms(0, 1, "fortnights")
    with pytest.raises(ValueError, match="-1"):
        CHINA.deadline(at("2021-05-06 09:00"), -1, "work_days")
    with pytest.raises(ValueError, match="outside the calendar"):
        CHINA.deadline(at("2021-05-06 09:00"), 100_000, "work_days")


def test_days_of_fixed_and_moving_zones() -> None:
    assert CHINA.day(at("2021-05-06 00:00")) == 18753
    assert CHINA.day(at("2021-05-06 00:00") - 1) == 18752
    zone = "America/New_York"
    assert BOSTON.day_start(BOSTON.day(at("2015-03-08 23:00", zone))) == at("2015-03-08", zone)
    assert BOSTON.day_start(16503) - BOSTON.day_start(16502) == 23 * HOUR  # 8 March 2015


@given(CALENDARS, INSTANTS)
def test_a_day_holds_its_instants(calendar: WorkCalendar, ms: int) -> None:
    day = calendar.day(ms)
    assert calendar.day_start(day) <= ms < calendar.day_start(day + 1)


@given(CALENDARS, INSTANTS, st.integers(0, 10 * DAY), AMOUNTS, ANY_UNIT)
def test_a_later_start_is_never_due_earlier(
    calendar: WorkCalendar, start: int, later: int, amount: float, unit: str
) -> None:
    due = calendar.deadline(start, amount, unit)
    assert due >= start
    assert calendar.deadline(start + later, amount, unit) >= due


@given(CALENDARS, INSTANTS, AMOUNTS, AMOUNTS, ANY_UNIT)
def test_more_time_is_never_due_earlier_and_amounts_add_up(
    calendar: WorkCalendar, start: int, first: float, second: float, unit: str
) -> None:
    half_way = calendar.deadline(start, first, unit)
    due = calendar.deadline(start, first + second, unit)
    assert due >= half_way
    assert calendar.deadline(half_way, second, unit) == due


@given(CALENDARS, INSTANTS, AMOUNTS)
def test_work_hours_end_inside_a_session(calendar: WorkCalendar, start: int, amount: float) -> None:
    due = calendar.deadline(start, amount, "work_hours")
    day = calendar.day(due)
    zone = ZoneInfo(calendar.timezone)
    local = datetime.fromtimestamp(due / 1000, zone)
    if local.hour == local.minute == 0 and calendar.sessions[-1][1] == "24:00":
        return  # the end of yesterday's last session
    assert calendar.is_workday(day)
    clock = f"{local.hour:02}:{local.minute:02}"
    assert any(a <= clock <= b for a, b in calendar.sessions)


@given(CALENDARS, INSTANTS, AMOUNTS, ANY_UNIT)
def test_elapsed_inverts_deadline(
    calendar: WorkCalendar, start: int, amount: float, unit: str
) -> None:
    due = calendar.deadline(start, amount, unit)
    assert calendar.elapsed_ms(start, due, unit) == round(amount * UNITS[unit])
