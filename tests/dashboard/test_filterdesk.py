"""The filter bar of 梅县: what it offers, what it says, and what choosing does to the address."""

from __future__ import annotations

from dashboard.access.identity import Identity
from dashboard.access.roles import Role
from dashboard.city import load_profile
from dashboard.filterdesk import FilterDesk
from tests.town import MONDAY

CITY = load_profile("zhengzhou")
DESK = FilterDesk(CITY, lambda: MONDAY + 11 * 3_600_000 + 20 * 60_000)
LEADER = Identity("leader", roles=frozenset({Role.VIEWER}), kind="user")
ZHONGYUAN = Identity("z", roles=frozenset({Role.VIEWER}), areas=frozenset({"410102"}), kind="user")
DIMENSIONS = ("district", "category")


def test_every_period_keeps_the_filters() -> None:
    bar = DESK.bar(LEADER, "?period=month&district=410102&street=-", DIMENSIONS)
    assert {"?period=year&district=410102&street=-"} <= {href for _, href, _ in bar.periods}
    assert [name for name, _, on in bar.periods if on] == ["本月"]
    assert bar.days == "2026-01-01 至 2026-01-31，截至 01-05 11:20"
    assert bar.chips == (("街道：未填", "?period=month&district=410102"),)
    assert bar.clear == "?period=month"
    assert bar.filters[0].chosen == ("410102",)


def test_a_period_of_no_button_has_one_of_its_own() -> None:
    assert DESK.bar(LEADER, "?period=2021-03", ()).periods[-1] == (
        "2021 年 3 月",
        "?period=2021-03",
        True,
    )
    own = DESK.bar(LEADER, "?from=2021-03-01&to=2021-03-09", ())
    assert own.custom
    assert not any(on for _, _, on in own.periods)


def test_categories_are_offered_under_their_groups_and_a_strange_code_stays_chosen() -> None:
    bar = DESK.bar(LEADER, "?category=E0102&category=Z1", DIMENSIONS)
    offered = dict(bar.filters[1].options)
    assert offered["E"] == "事件（全部）" and offered["E01"] == "市容环境（大类）"
    assert offered["E0102"] == "　暴露垃圾" and offered["Z1"] == "Z1"
    assert "category = Z1" in bar.said[0]


def test_a_districts_user_is_offered_that_district() -> None:
    bar = DESK.bar(ZHONGYUAN, "", DIMENSIONS)
    assert [code for code, _ in bar.filters[0].options] == ["410102"]
    assert bar.scope == CITY.label("district", "410102")


def test_choosing_writes_the_address_and_nothing_new_does_not() -> None:
    assert DESK.chosen("?period=year", {"district": ["410103", "410102"]}, "", "") == (
        "?period=year&district=410102&district=410103"
    )
    assert DESK.chosen("?period=year&district=410102", {"district": ["410102"]}, "", "") is None
    assert DESK.chosen("?district=410102", {"district": None}, "", "") == "?period=today"
    assert DESK.chosen("", {}, " 2021-03-01", "2021-03-09") == "?from=2021-03-01&to=2021-03-09"


def test_days_that_are_none_stay_in_the_address_which_says_so() -> None:
    address = DESK.chosen("?district=410102", {}, "2021-3-1", "")
    assert address is not None
    bar = DESK.bar(LEADER, address, DIMENSIONS)
    assert "应为 2000 至 2100 年间的日期" in bar.said[0] and "现按今日显示" in bar.said[0]
