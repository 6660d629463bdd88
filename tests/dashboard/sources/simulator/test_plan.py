import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.city import BUILT_IN, Profile, load_profile
from dashboard.cityparts import Area, Simulation, YearTotals
from dashboard.sources.simulator import FATES, SimulationError, plan_year
from dashboard.sources.simulator.plan import fates_of

TOWN = Profile(
    id="qingshi",
    code="990100",
    name="青石镇",
    title="青石镇",
    districts=(Area("101", "东街"), Area("102", "西街")),
    simulation=Simulation(cases_per_day=20),
)


def fate(name: str) -> int:
    return FATES.index(name)


def main(city: Profile, year: int) -> dict[str, int]:
    """The counts a plan leads to, the self-handled added as the city does."""
    plan = plan_year(city, year, 1)
    n = plan.counts(city.separate_channels)
    quick = {switch: n["自行处置"] for switch in city.self_handled_counts_as}
    gone = n["自行处置作废"] if quick else 0
    closed = n["超期处置后结案"] + n["按期处置而逾期结案"] + n["按期处置按期结案"]
    disposed = closed + n["待结案"]
    dispatched = disposed + n["处置中"]
    filed = dispatched + n["待派遣"]
    accepted = filed + n["不予立案"]
    reported = accepted + n["有效而转送其他单位"] + n["不予受理"] + n["作废"]
    return {
        "reported": reported + quick.get("reported", 0) + gone,
        "valid": filed + n["有效而转送其他单位"] + quick.get("valid", 0),
        "accepted": accepted + quick.get("accepted", 0),
        "filed": filed + n["有效而转送其他单位"] + quick.get("filed", 0),
        "dispatched": dispatched,
        "disposed": disposed + quick.get("disposed", 0),
        "closed": closed + quick.get("closed", 0),
        "closed_on_time": closed - n["超期处置后结案"] + quick.get("closed", 0),
    }


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_plan_of_a_year_adds_up_to_every_stated_total(name: str) -> None:
    city = load_profile(name)
    for year, totals in city.years.items():
        found = main(city, year)
        for key, stated in {**totals.published, **totals.chosen}.items():
            if key in found:
                assert found[key] == stated, key
        plan = plan_year(city, year, 1)
        channels = np.bincount(plan.channel, minlength=len(plan.channels)).tolist()
        by_channel = dict(zip(plan.channels, channels, strict=True))
        apart = {name: own["reported"] for name, own in totals.separate.items()}
        assert by_channel == {
            **totals.channels,
            **apart,
            "self_handled": by_channel["self_handled"],
        }
        assert by_channel["self_handled"] == totals.channels.get("self_handled", 0)


def test_nanyang_and_yueyang_in_numbers() -> None:
    nanyang = main(load_profile("nanyang"), 2021)
    assert (nanyang["reported"], nanyang["filed"], nanyang["closed"]) == (509566, 465557, 428644)
    yueyang = main(load_profile("yueyang"), 2020)
    assert [yueyang[key] for key in ("reported", "valid", "accepted", "disposed")] == [
        228805,
        225969,
        208569,
        203931,
    ]


def test_yueyangs_12345_cases_are_apart() -> None:
    city = load_profile("yueyang")
    plan = plan_year(city, 2020, 1)
    mine = plan.fate[plan.channel == plan.channels.index("transfer_12345")]
    assert len(mine) == 9744
    assert np.count_nonzero(mine == fate("不予受理")) == 164
    assert np.count_nonzero(mine == fate("按期处置按期结案")) == 9580


def test_the_days_cover_the_year_and_open_cases_are_recent() -> None:
    plan = plan_year(load_profile("nanyang"), 2021, 1)
    first = 18628  # 2021-01-01
    assert set(plan.day.tolist()) == set(range(first, first + 365))
    assert (np.diff(plan.day) >= 0).all()
    open_now = plan.day[plan.fate == fate("处置中")]
    last_week = np.count_nonzero(open_now >= first + 358)
    assert last_week > 4 * np.count_nonzero(open_now < first + 7)
    per_day = np.bincount(plan.day - first)
    assert per_day.min() > 700 and per_day.max() < 2200


def test_seeds_differ() -> None:
    city = load_profile("meixian")
    one, same, other = (plan_year(city, 2021, seed) for seed in (1, 1, 2))
    assert (one.day == same.day).all() and (one.fate == same.fate).all()
    assert not (one.day == other.day).all()


def test_a_year_without_totals_follows_the_citys_cases_a_day() -> None:
    plan = plan_year(TOWN, 2024, 1)
    assert abs(len(plan.day) - 20 * 366) < 10
    assert plan.counts()["按期处置按期结案"] > 0.7 * len(plan.day)


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({"reported": 99}, "reported 99"),
        ({"accepted": 101}, "不予受理"),
        ({"disposed": 50, "closed": 60}, "待结案"),
        ({"closed": 50, "closed_on_time": 60}, "超期"),
        ({"closed_late": 101}, "按期处置按期结案"),
        ({"accepted": 80, "filed": 70, "dispatched": 75}, "待派遣"),
        ({"accepted": 80, "cancelled": 30}, "不予受理"),
    ],
)
def test_totals_that_contradict_each_other_are_refused(chosen: dict[str, int], wrong: str) -> None:
    totals = YearTotals(2021, "x", chosen=chosen, channels={"collector": 100})
    city = dataclasses.replace(TOWN, years={2021: totals})
    with pytest.raises(SimulationError, match=wrong):
        plan_year(city, 2021, 1)


@given(st.lists(st.integers(0, 300), min_size=7, max_size=7), st.integers(0, 50))
def test_any_falling_totals_are_met_exactly(steps: list[int], quick: int) -> None:
    falling = sorted(steps, reverse=True)
    keys = ("accepted", "filed", "dispatched", "disposed", "closed", "closed_on_time")
    totals = YearTotals(
        2021,
        "x",
        published=dict(zip(keys, falling[1:], strict=True)),
        channels={"collector": falling[0], "self_handled": quick},
    )
    city = dataclasses.replace(TOWN, years={2021: totals})
    found = main(city, 2021)
    assert {key: found[key] for key in keys} == dict(totals.published)
    assert found["reported"] == falling[0] == sum(fates_of(totals, city))
