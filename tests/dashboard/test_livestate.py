"""The live state: whatever comes in whatever order, the wall shows what a query would answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dashboard import cases as c
from dashboard.city import load_profile
from dashboard.framing import health
from dashboard.livestate import LiveState
from dashboard.livestate.news import KEPT, News
from dashboard.livestate.running import Running
from dashboard.worktime import WorkCalendar
from tests.dashboard.livecity import City, check, local
from tests.town import line

HOUR, DAY = 3_600_000, 86_400_000
YUEYANG = load_profile("yueyang")
DISTRICTS = [YUEYANG.districts[0].code, YUEYANG.districts[1].code, "elsewhere"]


MOMENTS = {
    "an afternoon": local("2026-11-21T14:32:07"),
    "New Year": local("2026-01-01T00:00:03"),
    "last minute of a month": local("2026-10-31T23:59:30"),
    "the month before is shorter": local("2026-03-30T09:00:00"),
    "last day of February": local("2026-02-28T20:00:00"),
}
AGO = st.one_of(
    st.integers(-200_000, 3 * HOUR),
    st.integers(0, 3 * DAY),
    st.integers(28 * DAY, 34 * DAY),
    st.integers(0, 70 * DAY),
)
UPDATES = st.tuples(
    st.integers(0, 9),
    st.integers(1, 8),
    AGO,
    st.sampled_from(sorted(c.STEPS)),
    st.sampled_from(DISTRICTS),
    st.sampled_from(["collector", "self_handled", "hotline_12319", "transfer_12345"]),
    st.one_of(st.none(), st.integers(-40 * DAY, 2 * DAY)),
)


def told(now: int, update: tuple[Any, ...]) -> bytes:
    case, rev, ago, step, district, channel, due_in = update
    fields: dict[str, object] = {"district": district, "channel": channel, "category": "E0102"}
    fields |= {"department": "D1"}
    if due_in is not None:
        fields["deadline"] = now + due_in
    return line(f"C{case}", rev, now - ago, step, **fields)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a whole city takes too long
)
@given(
    st.sampled_from(sorted(MOMENTS)),
    st.sampled_from(["own", "report", "deadline"]),
    st.lists(UPDATES, max_size=30),
    st.lists(
        st.tuples(
            st.lists(UPDATES, max_size=8),
            st.one_of(st.integers(1, 5 * HOUR), st.integers(1, 3 * DAY)),
        ),
        max_size=4,
    ),
)
def test_the_wall_shows_what_a_query_answers(
    tmp_path_factory: pytest.TempPathFactory,
    moment: str,
    attribution: str,
    before: list[tuple[Any, ...]],
    turns: list[tuple[list[tuple[Any, ...]], int]],
) -> None:
    now = MOMENTS[moment]
    profile = dataclasses.replace(YUEYANG, attribution=attribution)
    folder = tmp_path_factory.mktemp("city")
    city = City(profile, folder, now, [told(now, update) for update in before])
    check(city)
    for updates, wait in turns:
        city.take(*(told(city.now, update) for update in updates))
        check(city)
        city.wait(wait)
        check(city)
    city.ledger.close()


def a_day(case: str, start: int, **fields: object) -> list[bytes]:
    """A case reported, filed and dispatched within minutes, due four hours after."""
    given: dict[str, object] = {"district": DISTRICTS[0], "channel": "collector", **fields}
    return [
        line(case, 1, start, "report", category="E0102", place="巴陵中路", **given),
        line(case, 2, start + 60_000, "accept"),
        line(case, 3, start + 120_000, "file"),
        line(case, 4, start + 180_000, "dispatch", department="D1", deadline=start + 4 * HOUR),
    ]


def test_overdue_moves_with_the_clock_alone(tmp_path: Path) -> None:
    now = local("2026-11-21T10:00:00")
    city = City(YUEYANG, tmp_path, now, a_day("C1", now - HOUR))
    assert (city.v("open.cases.overdue"), city.v("open.cases.due_soon")) == (0, 0)
    city.wait(HOUR)
    assert (city.v("open.cases.overdue"), city.v("open.cases.due_soon")) == (0, 1)
    city.wait(2 * HOUR)
    assert (city.v("open.cases.overdue"), city.v("open.cases.due_soon")) == (0, 1)
    assert city.state.next_at == city.now + 1
    city.wait(1)
    assert (city.v("open.cases.overdue"), city.v("open.cases.due_soon")) == (1, 0)
    row = next(r for r in city.frame()["t"]["districts"] if r["id"] == DISTRICTS[0])
    assert row["overdue"] == 1
    assert city.frame()["t"]["departments"][0]["overdue"] == 1
    city.take(line("C1", 5, city.now, "dispose"))
    assert city.v("open.cases.overdue") == 0


def test_midnight_makes_today_yesterday(tmp_path: Path) -> None:
    now = local("2026-11-21T23:59:00")
    city = City(YUEYANG, tmp_path, now, a_day("C1", now - 3 * HOUR))
    assert city.v("today.cases.reported") == 1
    city.wait(61_000)
    cell = city.frame()["m"]["today.cases.reported"]
    assert (cell["v"], cell["st"], cell["cmp"], cell["tot"]) == (None, "nodata", 0, 1)
    city.take(*a_day("C2", city.now))
    city.wait(1_000)
    assert city.v("today.cases.reported") == 1
    city.wait(21 * HOUR)
    assert city.frame()["m"]["today.cases.reported"]["cmp"] == 1


def test_new_year_starts_the_year_at_zero(tmp_path: Path) -> None:
    now = local("2026-12-31T23:59:59")
    city = City(YUEYANG, tmp_path, now, a_day("C1", now - HOUR))
    assert city.v("year.cases.reported") == 1
    city.wait(2_000)
    city.take(*a_day("C2", city.now))
    city.wait(1_000)
    assert (city.v("year.cases.reported"), city.v("today.cases.reported")) == (1, 1)
    assert city.frame()["s"]["days30"]["days"][-2:] == ["12-31", "01-01"]


def test_month_end_compares_equal_lengths(tmp_path: Path) -> None:
    now = local("2026-03-31T12:00:00")
    history = [*a_day("F1", local("2026-02-27T10:00:00")), *a_day("M1", now - HOUR)]
    history.append(line("F1", 5, local("2026-02-27T11:00:00"), "dispose"))
    history.append(line("F1", 6, local("2026-02-27T12:00:00"), "close"))
    city = City(YUEYANG, tmp_path, now, history)
    assert city.frame()["m"]["month.cases.filing_rate"]["cmp"] == 1.0
    city.wait(12 * HOUR + 1_000)
    assert city.state.month_before(city.state.day)[1] == city.state.day
    assert city.frame()["m"]["month.cases.filing_rate"]["cmp"] is None, "March had none by then"


def test_a_city_with_summer_time_rolls_over_at_its_own_midnight(tmp_path: Path) -> None:
    zone = "America/New_York"
    boston = dataclasses.replace(
        YUEYANG, timezone=zone, calendar=WorkCalendar(zone, holidays="weekends")
    )
    now = local("2026-11-01T00:30:00", zone)
    city = City(boston, tmp_path, now, a_day("C1", now - 5 * 60_000))
    for _ in range(52):
        check(city)
        city.wait(HOUR)
    assert city.profile.day(city.now) - city.profile.day(now) == 2


def test_the_hours_add_up_to_the_day(tmp_path: Path) -> None:
    now = local("2026-11-21T14:30:00")
    lines = [one for n in range(5) for one in a_day(f"C{n}", now - n * 50 * 60_000)]
    city = City(YUEYANG, tmp_path, now, lines + a_day("Y1", now - DAY))
    series = city.frame()["s"]["hourly.reported"]
    assert series["today"][15:] == [None] * 9
    assert sum(series["today"][:15]) == city.v("today.cases.reported")
    assert (series["yesterday"][14], series["now_h"]) == (1, 14.5)


def test_channels_kept_apart_have_a_row_of_their_own(tmp_path: Path) -> None:
    now = local("2026-11-21T14:30:00")
    lines = a_day("C1", now - HOUR) + a_day("T1", now - HOUR, channel="transfer_12345")
    city = City(YUEYANG, tmp_path, now, lines)
    assert city.v("today.cases.reported") == 1
    assert [(row["id"], row["n"]) for row in city.frame()["t"]["channels"]] == [
        ("patrol", 1),
        ("transfer_12345", 1),
    ]


def test_the_ticker_has_each_case_once_at_its_newest_step(tmp_path: Path) -> None:
    now = local("2026-11-21T14:30:00")
    city = City(YUEYANG, tmp_path, now, a_day("C1", now - HOUR))
    city.take(*a_day("C2", now - 10 * 60_000))
    city.take(line("C1", 5, now - 1_000, "dispose"))
    shown = [(item["step"], item["place"]) for item in city.frame()["t"]["ticker"]]
    assert shown == [("处置完毕", "巴陵中路"), ("派遣", "巴陵中路")]
    assert city.frame()["t"]["ticker"][0]["category"] == "暴露垃圾"


def test_sources_are_late_then_silent(tmp_path: Path) -> None:
    now = local("2026-11-21T14:30:00")
    first = YUEYANG.sources[0]
    body = line("C1", 1, now, "report").replace(b'"town"', f'"{first.id}"'.encode())
    city = City(YUEYANG, tmp_path, now)
    assert city.frame()["m"]["today.cases.reported"]["st"] == "nodata"
    city.take(body)
    city.wait(1)
    states = []
    for silent in (0, 3 * first.expected_every_s * 1000, 8 * first.expected_every_s * 1000):
        city.wait(silent)
        states.append(city.frame()["sources"][0]["state"])
    assert states == ["live", "late", "offline"]
    assert city.frame()["m"]["open.cases.open"]["st"] == "offline"
    assert city.frame()["m"]["open.cases.open"]["v"] == 1, "the last value stays"


def test_health_carries_the_days_rejected() -> None:
    class Quiet:
        def city_tally(self, first_day: int) -> Iterable[tuple[int, int, int]]:
            return []

        def district_tally(self, first_day: int, end_day: int) -> list[tuple[str, int, int]]:
            return []

        def open_records(self) -> Iterable[c.Row]:
            return []

        def touched(self, start: int, end: int) -> Iterable[c.Row]:
            return []

        def heard(self) -> Mapping[tuple[str, str], int]:
            return {}

        def rejected(self, since: int) -> int:
            return 7

    state = LiveState(YUEYANG, Quiet(), MOMENTS["an afternoon"])
    assert health(state, 120, None) == {"rejected": 7, "lag_ms": 120, "gap": None}


STEPS = st.tuples(st.integers(0, 12), st.integers(-2, 2), st.integers(0, 5), st.sampled_from("xyz"))


@given(st.lists(STEPS))
def test_running_counts_what_lies_before_the_clock(steps: list[tuple[int, int, int, str]]) -> None:
    """Few instants and keys, so that keys meet at one instant and cancel each other out."""
    running: Running[str] = Running(0)
    clock, added = 0, []
    for at, n, forward, key in steps:
        if n:
            running.add(at, key, n)
            added.append((at, key, n))
        clock += forward
        running.advance(clock)
        for one in "xyz":
            assert running[one] == sum(n for at, key, n in added if key == one and at < clock)
    ahead = [at for at, _, _ in added if at >= clock]
    assert running.next_at is None or running.next_at in ahead
    assert (running.next_at is None) == (not running._ahead)
    running.advance(100)
    assert running.counts == {
        one: total for one in "xyz" if (total := sum(n for _, key, n in added if key == one))
    }


def test_the_news_forget_what_is_old() -> None:
    news = News()
    for n in range(3 * KEPT):
        row = c.blank()[1]
        row[c.REPORTED], row[c.PLACE] = n, f"{n}号"
        news.put(None, row)
    latest = news.latest(3 * KEPT, KEPT * 2)
    assert [item.at for item in latest[:2]] == [3 * KEPT - 1, 3 * KEPT - 2]
    assert len(latest) == KEPT
