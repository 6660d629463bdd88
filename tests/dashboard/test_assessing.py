"""The ranking of a real ledger: its components are what `cityops measures` answers, to the bit."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.assessing import BY, assess, choosing, of_ledger
from dashboard.assessment.formula import POSTS
from dashboard.city import Profile, load_profile
from dashboard.cli import main
from dashboard.ledger import Ledger
from dashboard.periods import before, period, span
from dashboard.reckoning import reckon
from tests.town import DAY, HOUR, MONDAY, life

CITY = """
id = "qingshi"
code = "990100"
name = "青石镇"
[[districts]]
code = "101"
name = "东街"
[[districts]]
code = "102"
name = "西街"
[[districts]]
code = "103"
name = "没有案卷的街"
[[departments]]
code = "D1"
name = "城管局"
[[departments]]
code = "D2"
name = "市政处"
"""
WEDNESDAY = MONDAY + 9 * DAY + 15 * HOUR
"""Of the second week: three days to date, beside three days of the first."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ranking")
    (path / "city.toml").write_text(CITY, "utf-8")
    profile = load_profile(path / "city.toml")
    ledger = Ledger.open(f"sqlite:///{path}/qingshi.db", profile.rules, profile.id)
    chance = random.Random(7)
    events = []
    for n in range(160):
        start = MONDAY + chance.randrange(10 * DAY)
        district = "101" if chance.random() < 0.6 else "102"
        one = life(
            f"C{n:03}", start, district=district, channel=chance.choice(("collector", "web"))
        )
        events += one[: chance.choice((3, 4, 5, 8, 8, 8, 8))]
    ledger.apply(events)
    ledger.close()
    return path


@pytest.fixture
def profile(folder: Path) -> Profile:
    return load_profile(folder / "city.toml")


@pytest.fixture
def ledger(folder: Path, profile: Profile) -> Iterator[Ledger]:
    found = Ledger.open(f"sqlite:///{folder}/qingshi.db", profile.rules, profile.id)
    yield found
    found.close()


@pytest.mark.parametrize("asked", ["week", "2026-01-05~2026-01-11"])
@pytest.mark.parametrize(
    ("by", "formula"),
    [("district", ""), ("district", "jinhua"), ("department", "standard"), ("collector", "")],
)
def test_every_component_is_what_measures_answer(
    ledger: Ledger, profile: Profile, by: str, formula: str, asked: str
) -> None:
    days = span(profile, period(asked), WEDNESDAY)
    ranked = assess(of_ledger(ledger), profile, by, days, formula)
    assert ranked.formula is not None and ranked.city is not None
    city = choosing(profile, ranked.formula)
    now = reckon(ledger, city, days.window, by)
    then = reckon(ledger, city, before(profile, days).window, by)
    seen = 0
    for one in ranked.standings:
        for score, report in ((one.score, now), (one.before, then)):
            for mark in score.marks if score else ():
                if mark.component.recorded and one.member in report.by:
                    assert mark.value == report.by[one.member][mark.component.measure]
                    seen += 1
    assert seen
    for mark in ranked.city.score.marks:
        if mark.component.recorded:
            assert mark.value == now.measures[mark.component.measure]


def test_who_has_no_case_is_there_without_a_rank(ledger: Ledger, profile: Profile) -> None:
    days = span(profile, period("week"), WEDNESDAY)
    ranked = assess(of_ledger(ledger), profile, "district", days)
    assert {one.member for one in ranked.standings} == {"101", "102", "103"}
    last = ranked.standings[-1]
    assert (last.member, last.rank, last.score.total) == ("103", None, None)
    assert last.score.why == "按期处置率：分母为 0；结案率：分母为 0；返工率：分母为 0"
    assert [one.rank for one in ranked.standings[:2]] == [1, 2]
    idle = assess(of_ledger(ledger), profile, "department", days).standings[-1]
    assert (idle.member, idle.rank) == ("D2", None)


def test_a_running_term_is_compared_with_as_much_of_the_one_before(
    ledger: Ledger, profile: Profile
) -> None:
    ranked = assess(
        of_ledger(ledger), profile, "district", span(profile, period("week"), WEDNESDAY)
    )
    assert ranked.span.running
    assert ranked.base.window.as_of == WEDNESDAY - 7 * DAY
    a_week_ago = span(profile, period("week"), WEDNESDAY - 7 * DAY)
    earlier = assess(of_ledger(ledger), profile, "district", a_week_ago)
    assert {one.member: one.rank_before for one in ranked.standings} == {
        one.member: one.rank for one in earlier.standings
    }


def test_posts_are_scored_as_groups_each_by_its_own_formula(
    ledger: Ledger, profile: Profile
) -> None:
    ranked = assess(of_ledger(ledger), profile, "post", span(profile, period("week"), WEDNESDAY))
    assert [one.member for one in ranked.standings] == list(POSTS)
    assert ranked.city is None and all(one.rank is None for one in ranked.standings)
    collector, acceptor, chief, dispatcher = ranked.standings
    assert collector.score.total is not None and collector.score.covered == 60
    assert acceptor.score.total is None and "核实按时派发率" in acceptor.score.why
    assert chief.score.covered == 75 and dispatcher.score.covered == 60


def test_a_window_nobody_reported_in_has_no_score_not_0(ledger: Ledger, profile: Profile) -> None:
    days = span(profile, period("2026-03"), WEDNESDAY + 90 * DAY)
    for by in BY:
        for one in assess(of_ledger(ledger), profile, by, days).standings:
            assert one.score.total is None and one.rank is None
            assert "期内没有数据" in one.score.why or "案卷没有" in one.score.why


def test_cells_of_a_district_make_its_steps(ledger: Ledger, profile: Profile) -> None:
    days = span(profile, period("week"), WEDNESDAY)
    known = replace(profile.assessment, units={"101": 10, "102": 10, "103": 10})
    with_units = replace(profile, assessment=known)
    first = assess(of_ledger(ledger), with_units, "district", days, "standard-area").standings[0]
    assert first.score.marks[1].value is not None and first.score.marks[1].value.num
    per_cell = first.score.marks[1].value.num / 10
    steps = ((3, 90), (5, 75), (7, 60), (9, 40))
    points = next((points for bound, points in steps if per_cell < bound), 0)
    assert first.score.marks[1].share == Fraction(points, 100)
    without = assess(of_ledger(ledger), profile, "district", days, "standard-area").standings[0]
    assert without.score.covered == 80 and without.score.total is not None


def run(folder: Path, *options: str) -> Result:
    given = ["--profile", str(folder / "city.toml"), "--data-dir", str(folder)]
    at = ["--as-of", "2026-01-14T15:00:00+08:00"]
    return CliRunner().invoke(main, ["ranking", *given, *at, *options])


def test_the_command_prints_ranks_components_and_the_formula(folder: Path) -> None:
    said = run(folder, "--period", "week").output
    assert (
        "青石镇 区域考评　本周（2026-01-12 至 2026-01-18，截至 2026-01-14 15:00，未走完）" in said
    )
    assert "升降与同样长的 2026-01-05 至 2026-01-07 相比" in said
    assert "按期处置率 × 60 % ＋ 结案率 × 30 %" in said and "出处：数字政通平台公开代码" in said
    assert "没有案卷的街" in said and "— —" in said
    told = json.loads(run(folder, "--period", "week", "--by", "post", "--json").output)
    assert [one["id"] for one in told["members"]] == list(POSTS)
    assert told["partial"] and told["members"][1]["score"] is None
    last = json.loads(run(folder, "--period", "week", "--last", "--json").output)
    assert (last["window"]["from"], last["window"]["to"]) == ("2026-01-05", "2026-01-11")
    assert not last["partial"]
    assert last["members"][0]["components"][0]["measure"] == "cases.on_time_disposal_rate"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--formula", "nope"), "考评公式 nope：应为 egova、"),
        (("--period", "soon"), "period = soon：应为"),
        (("--period", "2026-01", "--last"), "--last 不能与 --period 2026-01 同用：应为 week、"),
        (("--by", "post", "--formula", "egova"), "--formula 不用于 --by post"),
        (("--by", "mayor"), "mayor"),
    ],
)
def test_what_it_refuses(folder: Path, options: tuple[str, ...], said: str) -> None:
    found = run(folder, *options)
    assert found.exit_code == 2 and said in found.output
