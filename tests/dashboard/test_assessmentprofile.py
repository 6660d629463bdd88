"""The table `[assessment]` of a profile: a city's own formula, and what is refused, by name."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from dashboard.assessment.catalog import CATALOG, USUAL
from dashboard.assessment.choice import BadChoice
from dashboard.assessment.formula import Grades
from dashboard.city import BUILT_IN, ProfileError, load_profile
from tests.dashboard.test_hotlineprofile import profile

OURS = """
[assessment]
period = "quarter"
district = "ours"
department = "standard"
grades = [95, 85, 70, 50]
[assessment.units]
"990101" = 120
[assessment.formulas.ours]
name = "青石办法"
subjects = ["district"]
source = "青政办〔2026〕1 号"
missing = "reweight"
[[assessment.formulas.ours.components]]
name = "按期结案率"
measure = "cases.on_time_closure_rate"
variant = "closed"
rule = "shortfall"
weight = 50
full_at = 0.7
lose = 1
[[assessment.formulas.ours.components]]
name = "立案数"
measure = "cases.filed"
rule = "steps"
weight = 30.5
steps = ["0 100", "<3 90", "50 40"]
[[assessment.formulas.ours.components]]
name = "市容检查"
weight = 19.5
why = "由考评组现场打分"
[[assessment.formulas.ours.components]]
name = "返工数"
measure = "cases.rework"
rule = "off"
lose = 0.2
"""


def test_without_the_table_the_published_formulas_count(tmp_path: Path) -> None:
    found = load_profile(profile(tmp_path, "")).assessment
    assert (found.period, found.formulas, found.chosen) == ("month", CATALOG, USUAL)
    assert found.grades == Grades()


@pytest.mark.parametrize("city", BUILT_IN)
def test_every_built_in_city_has_a_formula_for_everybody(city: str) -> None:
    found = load_profile(city).assessment
    for subject in USUAL:
        assert found.formula(subject) in found.choices(subject)


def test_a_citys_own_formula(tmp_path: Path) -> None:
    found = load_profile(profile(tmp_path, OURS)).assessment
    ours = found.formula("district")
    assert (found.period, ours.id) == ("quarter", "ours")
    assert found.formula("department").id == "standard"
    assert found.units == {"990101": 120} and found.grades.of(Decimal(90)) == "B"
    closed, filed, typed, rework = ours.components
    assert (closed.variant, closed.full_at) == ("closed", Fraction(7, 10))
    assert [step.text for step in filed.steps] == ["≤ 0→100", "< 3→90", "≤ 50→40"]
    assert not typed.recorded and typed.why == "由考评组现场打分"
    assert (rework.weight, rework.lose) == (0, Fraction(1, 5))
    assert found.formula("district", "jinniu").id == "jinniu"
    with pytest.raises(BadChoice, match="考评公式 collector：应为 egova、"):
        found.formula("district", "collector")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('district = "ours"', 'district = "oours"', r"assessment.district = 'oours'：应为 egova、"),
        ('district = "ours"', 'district = "collector"', r"assessment.district = 'collector'：应为"),
        ('"quarter"', '"decade"', r"assessment.period = 'decade'：应为 week、month"),
        ("weight = 50\n", "weight = 51\n", r"components = '权重合计 101'：应为 权重合计 100"),
        ("weight = 50\n", "weight = -1\n", r"components\[0\].weight = -1：应为 0.01–100"),
        ('"cases.filed"', '"cases.fled"', r"components\[1\].measure = 'cases.fled'：应为 cases."),
        ('"cases.filed"', '"cases.closure_rate"', r"components\[1\].measure"),
        ('variant = "closed"', 'variant = "shut"', r"components\[0\].variant = 'shut'：应为 due、"),
        ('"<3 90"', '"3 x"', r"components\[1\].steps\[1\] = '3 x'：应为 档"),
        ('"50 40"', '"2 40"', r"components\[1\].steps = '2 40'：应为 档.*由小到大"),
        ("full_at = 0.7", "full_at = 70", r"components\[0\].full_at = 70：应为 0.01–1"),
        ("[95, 85, 70, 50]", "[50, 70, 85, 95]", r"assessment.grades = .*：应为 由高到低"),
        ("[95, 85, 70, 50]", "[95, 85]", r"assessment.grades = \[95, 85\]：应为 A、B、C、D"),
        ('"990101" = 120', '"990109" = 120', r'units."?990109"? = 120：应为 已知的键'),
        ('"reweight"', '"zero"', r"ours.missing = 'zero'：应为 none、reweight 之一"),
        ('subjects = ["district"]', 'subjects = ["mayor"]', r"ours.subjects\[0\] = 'mayor'"),
        ('why = "由考评组现场打分"', "", r"components\[2\].why = 缺少"),
        ("lose = 0.2", "lose = 0.2\nweight = 3", r"components\[3\].weight = 3：应为 已知的键"),
        ("[assessment.formulas.ours]", "[assessment.formulas.Ours]", r"formulas.Ours"),
    ],
)
def test_what_is_refused_names_what_was_found_and_expected(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in OURS
    with pytest.raises(ProfileError, match=said):
        load_profile(profile(tmp_path, OURS.replace(old, new, 1)))


def test_a_default_formula_that_was_given_away_must_be_replaced(tmp_path: Path) -> None:
    own = OURS.replace("formulas.ours", "formulas.egova").replace('district = "ours"\n', "")
    own = own.replace('department = "standard"\n', "")
    with pytest.raises(ProfileError, match=r"assessment.department = 缺少.*standard"):
        load_profile(profile(tmp_path, own))
