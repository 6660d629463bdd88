"""Local times: formats, zones, and the hours that come twice or not at all."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.sources.times import LocalClock, TimeError, check_format, time_reader

NOON_BEIJING = 1_637_640_000_000  # 2021-11-23 12:00 +08:00


def read(value: object, *formats: str, zone: str = "Asia/Shanghai") -> int:
    return time_reader(formats or ("iso",), LocalClock(zone))(value)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2021-11-23 12:00:00", "%Y-%m-%d %H:%M:%S"),
        ("2021/11/23 12:00", "%Y/%m/%d %H:%M"),
        ("2021年11月23日12时00分", "%Y年%m月%d日%H时%M分"),
        ("20211123120000", "%Y%m%d%H%M%S"),
        (20211123120000, "%Y%m%d%H%M%S"),
        (20211123120000.0, "%Y%m%d%H%M%S"),
        ("2021-11-23T12:00:00", "iso"),
        ("2021-11-23T04:00:00Z", "iso"),
        ("2021-11-23 13:00:00+09:00", "%Y-%m-%d %H:%M:%S%z"),
        ("1637640000", "epoch_s"),
        (1637640000.0, "epoch_s"),
        (1637640000000, "epoch_ms"),
        (44523.5, "excel"),
        ("44523.5", "excel"),
        (datetime(2021, 11, 23, 12), "epoch_ms"),
        (datetime(2021, 11, 23, 4, tzinfo=UTC), "iso"),
    ],
)
def test_every_format_reads_the_same_noon(value: object, form: str) -> None:
    assert read(value, form) == NOON_BEIJING


def test_a_date_is_its_midnight() -> None:
    assert read(date(2021, 11, 23)) == NOON_BEIJING - 12 * 3_600_000


def test_formats_are_tried_in_order() -> None:
    assert read("2021/11/23 12:00", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M") == NOON_BEIJING


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("23.11.2021", "%Y-%m-%d %H:%M:%S"),
        ("2021-11-23 25:00:00", "%Y-%m-%d %H:%M:%S"),
        ("2021-11-23T12:00:00", "%Y-%m-%d %H:%M:%S"),
        ("2021-11-23 12:00+08", "%Y-%m-%d %H:%M:%S"),
        ("1637640000", "epoch_ms"),
        ("1637640000000", "epoch_s"),
        ("nan", "epoch_s"),
        (True, "epoch_s"),
        (b"2021", "iso"),
        ("", "excel"),
    ],
)
def test_another_format_is_refused_with_the_one_expected(value: object, form: str) -> None:
    with pytest.raises(TimeError, match=re.escape(form)):
        read(value, form)


def test_an_hour_that_comes_twice_is_the_earlier_one_unless_said_otherwise() -> None:
    twice = datetime(2015, 11, 1, 1, 30)
    earlier = datetime(2015, 11, 1, 5, 30, tzinfo=UTC).timestamp() * 1000
    assert LocalClock("America/New_York").ms(twice) == earlier
    assert LocalClock("America/New_York", "later").ms(twice) == earlier + 3_600_000
    with pytest.raises(TimeError, match="两次"):
        LocalClock("America/New_York", "reject").ms(twice)


def test_an_hour_that_never_was_is_shifted_by_the_gap_unless_said_otherwise() -> None:
    never = datetime(2015, 3, 8, 2, 30)
    shifted = datetime(2015, 3, 8, 7, 30, tzinfo=UTC).timestamp() * 1000
    assert LocalClock("America/New_York").ms(never) == shifted
    with pytest.raises(TimeError, match="不存在"):
        LocalClock("America/New_York", nonexistent="reject").ms(never)


@settings(deadline=None)
@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30)),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin"]),
)
def test_the_clock_agrees_with_zoneinfo(local: datetime, zone: str) -> None:
    local = local.replace(microsecond=local.microsecond // 1000 * 1000)
    aware = local.replace(tzinfo=ZoneInfo(zone))
    expected = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    clock = LocalClock(zone)
    assert clock.ms(local) == expected
    assert clock.ms(local) == expected  # once more, from memory


@pytest.mark.parametrize("form", ["iso", "epoch_s", "epoch_ms", "excel", "%Y-%m-%d", "%d.%m.%y %H"])
def test_usable_formats(form: str) -> None:
    assert check_format(form) is None


@pytest.mark.parametrize("form", ["", "ISO8601", "%H:%M", "%Y-%m", "%Q"])
def test_unusable_formats_are_told(form: str) -> None:
    assert check_format(form) is not None
