"""Moments by the city's clock, and what is said of one that is not kept."""

from __future__ import annotations

import datetime
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.replay.moment import BadMoment, asked, read_moment, runs, written

CITY = "Asia/Shanghai"
HALF_PAST_TWO = 29_926_470  # 2026-11-25 14:30 in Shanghai
LATEST = 253_402_214_400 // 60  # the year 10000 cannot be written


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25T14:30",
        "2026-11-25 14:30",
        "2026-11-25T14:30:59",
        "2026-11-25T06:30Z",
        "2026-11-25T14:30+08:00",
        "2026-11-25T14:30 08:00",  # a plus sign nobody escaped
        "2026-11-25T01:30-0500",
        "1795588200000",
        "1795588259999",
    ],
)
def test_one_minute_has_many_names(text: str) -> None:
    assert read_moment(text, CITY) == HALF_PAST_TWO


@pytest.mark.parametrize(
    "text",
    ["", "昨天", "2026-11-25", "14:30", "2026-13-01T00:00", "2026-02-30T10:00", "2026-11-25T24:00",
     "2026-11-25T14:30+99:00", "0000-01-01T00:00", "1795588", "<script>", "2026-11-25T14:30; drop"],
)  # fmt: skip
def test_what_is_no_moment_is_said(text: str) -> None:
    with pytest.raises(BadMoment, match="应为城市时间，如 2026-11-25T14:30"):
        read_moment(text, CITY)


def test_an_hour_that_the_clocks_left_out_does_not_exist() -> None:
    with pytest.raises(BadMoment, match="不存在"):
        read_moment("2026-03-29T02:30", "Europe/Berlin")
    twice = read_moment("2026-10-25T02:30", "Europe/Berlin")
    assert twice == read_moment("2026-10-25T02:30+02:00", "Europe/Berlin")  # the first of the two


@given(st.integers(0, LATEST), st.sampled_from([CITY, "UTC", "America/St_Johns"]))
def test_writing_and_reading_are_inverse(minute: int, zone: str) -> None:
    text = written(minute, zone)
    moment = datetime.datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
    if moment.fold or (zone != "UTC" and moment.year < 1992):
        return  # the second of two same readings, and offsets with seconds
    assert read_moment(text.replace(" ", "T"), zone) == minute


@given(st.sets(st.integers(0, 300)))
def test_runs_are_the_minutes(minutes: set[int]) -> None:
    found = runs(sorted(minutes))
    assert {m for first, n in found for m in range(first, first + n)} == minutes
    assert all(a + n < b for (a, n), (b, _) in itertools.pairwise(found))


def test_what_is_asked_is_looked_up() -> None:
    kept = runs(
        [*range(HALF_PAST_TWO - 10, HALF_PAST_TWO), *range(HALF_PAST_TWO + 5, HALF_PAST_TWO + 9)]
    )
    told = {text: asked(text, kept, CITY, 7) for text in
            ("2026-11-25T14:29", "2026-11-25T14:30", "2026-11-26T14:30", "soon")}  # fmt: skip
    assert [one.state for one in told.values()] == ["kept", "gap", "outside", "malformed"]
    span = "可回放 2026-11-25 14:20 至 2026-11-25 14:38"
    assert told["2026-11-25T14:30"].text == "2026-11-25 14:30 没有记录。"
    assert span in told["2026-11-26T14:30"].text and span in told["soon"].text
    assert "还没有任何记录" in asked("2026-11-25T14:30", [], CITY, 7).text
    assert "replay_days = 0" in asked("2026-11-25T14:30", [], CITY, 0).text
