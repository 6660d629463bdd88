"""The page 热线 against a day of calls counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.access.identity import Identity
from dashboard.access.roles import Role
from dashboard.city import load_profile
from dashboard.hotlinedesk import CITY_WIDE, IGNORED, HotlineDesk
from dashboard.hotlineprofile import Hotline
from dashboard.ledger import Ledger
from dashboard.remarkdesk import RemarkDesk
from layouts.figureboard import FigureBoard, sheets
from layouts.figures import Figure
from tests.hotline import abandoned, answered
from tests.town import DAY, HOUR, MONDAY

CITY = replace(load_profile("zhengzhou"), hotline=Hotline(years={}))
NOW = MONDAY + DAY + 10 * HOUR + HOUR // 2
"""Tuesday 2026-01-06, 10:30."""
WANG = Identity("wang", "王敏", frozenset({Role.OPERATOR}), kind="user")
SCOPED = replace(WANG, areas=frozenset({CITY.districts[0].code}))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[HotlineDesk]:
    """Monday: 3 of 4 calls answered before 10:30, 1 of 1 after; Tuesday: 4 of 5, one in 20 s."""
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", CITY.rules, CITY.id)
    tuesday = MONDAY + DAY
    calls = [answered(f"m{i}", MONDAY + (8 + i) * HOUR) for i in range(2)]
    calls += [answered("m2", MONDAY + 10 * HOUR + 60_000), abandoned("m3", MONDAY + 9 * HOUR, 40)]
    calls += [answered("m4", MONDAY + 20 * HOUR)]
    calls += [answered(f"t{i}", tuesday + 8 * HOUR + i * 60_000) for i in range(3)]
    calls += [answered("t3", tuesday + 9 * HOUR, wait_s=20)]
    calls += [abandoned("t4", tuesday + 10 * HOUR, 8)]
    ledger.apply([event for call in calls for event in call])
    remarks = RemarkDesk(lambda: ledger, CITY, lambda: NOW)
    remarks.save(WANG, "", "2026-01-06", "", "暴雪", "")
    yield HotlineDesk(lambda: ledger, CITY, lambda: NOW, remarks)
    ledger.close()


def figures(shown: FigureBoard) -> dict[str, Figure]:
    return {one.measure: one for group in shown.groups for one in group.figures}


def test_today_is_compared_with_yesterday_until_the_same_time(desk: HotlineDesk) -> None:
    found = figures(desk.board(WANG, "?period=today"))
    offered, rate = found["calls.offered"], found["calls.connect_rate"]
    assert (offered.value, offered.before, offered.ago) == ("5", "▲ 25.0 %", "—")
    assert (rate.value, rate.parts, rate.before) == ("80.00\u2009%", "4 / 5", "+5.00 百分点")
    assert rate.cells[:5] == (0.8, 4, 5, 0.75, None)
    assert found["calls.service_level_15s"].parts == "3 / 4"
    assert found["calls.satisfaction_rate"].value == "—"
    assert found["calls.satisfaction_rate"].why == "期间无有效评价"


def test_the_day_is_drawn_by_hours_and_the_present_one_is_not_over(desk: HotlineDesk) -> None:
    calls, rate = desk.board(WANG, "?period=today").charts[:2]
    answered, lost, rest, was = (one.values for one in calls.series)
    assert answered[7:12] == (0, 3, 1, 0, None)
    assert lost[10] == 1
    assert rest[:11] == (0,) * 11
    assert was[8:11] == (1, 2, None)
    assert calls.partial == 10
    assert rate.series[0].values[8:11] == (1.0, 1.0, 0.0)
    assert rate.series[0].values[7] is None
    assert [mark.text for mark in calls.marks] == ["暴雪"]


def test_a_week_is_drawn_by_days_and_no_day_is_invented(desk: HotlineDesk) -> None:
    shown = desk.board(WANG, "?from=2026-01-03&to=2026-01-08")
    calls = shown.charts[0]
    assert calls.labels[2:4] == ("1-5", "1-6")
    assert calls.series[0].values == (None, None, 4, 4, None, None)
    assert [(mark.first, mark.last) for mark in calls.marks] == [(3, 3)]
    by_day = next(one for one in shown.charts if one.title == "一天中的呼入")
    assert sum(value or 0 for value in by_day.series[0].values) * 3 == 4


def test_variants_stand_side_by_side_with_the_citys_own(desk: HotlineDesk) -> None:
    group = next(g for g in desk.board(WANG, "?period=today").tables if "接通率" in g.title)
    assert [one.variant for one in group.figures] == ["offered", "without_short", "person"]
    assert [one.chosen for one in group.figures].count(True) == 1


def test_a_districts_user_sees_the_citys_sums_and_is_told(desk: HotlineDesk) -> None:
    asked = f"?period=today&district={CITY.districts[0].code}"
    shown = desk.board(SCOPED, asked)
    assert shown.notes == (IGNORED, CITY_WIDE)
    assert figures(shown)["calls.offered"].value == "5"


def test_a_file_has_what_is_on_the_screen(desk: HotlineDesk) -> None:
    shown = desk.board(WANG, "?period=today")
    tables = {one.title: one for one in sheets(shown)}
    rows = {row[0]: row for row in tables["指标"].rows}
    assert rows["接通率"][2:8] == (0.8, "", 4, 5, 0.75, None)
    assert tables["逐时呼入"].headings[-1] == "标注"
    assert tables["逐时呼入"].rows[8][1:3] == [3, 0]


def test_before_it_begins_a_period_has_no_data(desk: HotlineDesk) -> None:
    shown = desk.board(WANG, "?period=2027")
    assert figures(shown)["calls.offered"].value == "—"
    assert shown.charts == ()
