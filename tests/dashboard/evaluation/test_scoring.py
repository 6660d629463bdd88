"""Each rule by hand, and what must hold of all of them whatever the numbers."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation import scoring
from dashboard.evaluation.form import Op, Target
from dashboard.evaluation.rules import TIERS, Count, Elements, Ratio, Share, Step

D = Decimal
numbers = st.fractions(min_value=0, max_value=1_000_000, max_denominator=1_000)
positive = st.fractions(min_value=F(1, 1_000), max_value=1_000_000, max_denominator=1_000)
bounds = st.decimals(min_value=0, max_value=1_000_000, places=2)
numeric: st.SearchStrategy[Op] = st.sampled_from([">=", "<=", ">", "<", "="])


def target(op: Op, value: str) -> Target:
    return Target(op=op, value=D(value))


# Targets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "value", "actual", "kept"),
    [
        (">=", "98", F("98.74"), True),
        (">=", "98", F("97.999"), False),
        ("<=", "5", F(5), True),
        ("<=", "5", F("5.01"), False),
        (">", "5", F(5), False),
        ("<", "5", F(5), False),
        ("=", "14", F(14), True),
    ],
)
def test_directions(op: Op, value: str, actual: F, kept: bool) -> None:
    assert scoring.holds(target(op, value), actual) is kept


def test_within_a_band_and_within_a_tolerance() -> None:
    band = Target(op="between", low=D(2), high=D(4))
    assert [scoring.holds(band, F(n)) for n in (1, 2, 3, 4, 5)] == [False, True, True, True, False]
    near = Target(op="=", value=D(10), tolerance=D("0.5"))
    assert scoring.holds(near, F("10.5")) and not scoring.holds(near, F("10.51"))


def test_by_a_date() -> None:
    april = Target(op="by", date=datetime.date(2021, 4, 30))
    assert scoring.in_time(april, datetime.date(2021, 4, 30))
    assert not scoring.in_time(april, datetime.date(2021, 5, 1))


@given(numeric, bounds, numbers)
def test_a_kept_target_is_never_less_than_full_progress(op: Op, value: D, actual: F) -> None:
    one = Target(op=op, value=value)
    share = scoring.progress(one, actual)
    assert share is not None and share >= 0
    if scoring.holds(one, actual):
        assert share >= 1


# Ratio -------------------------------------------------------------------------------------------


def test_ratio_of_the_target_capped() -> None:
    rule = Ratio()
    assert scoring.ratio(rule, target(">=", "60"), F(50)) == F(50, 60)
    assert scoring.ratio(rule, target(">=", "48"), F(150)) == 1
    assert scoring.ratio(Ratio(cap=D("1.2")), target(">=", "48"), F(150)) == F(6, 5)
    assert scoring.ratio(rule, target("<=", "5"), F(10)) == F(1, 2)
    assert scoring.ratio(rule, target("<=", "5"), F(0)) == 1
    assert scoring.ratio(rule, target("<=", "0"), F(3)) == 0
    assert scoring.ratio(rule, target(">=", "1000"), F(0)) == 0


@given(numeric, bounds, numbers)
def test_a_ratio_is_a_share_and_full_when_the_target_is_kept(op: Op, value: D, actual: F) -> None:
    one = Target(op=op, value=value)
    share = scoring.ratio(Ratio(), one, actual)
    assert 0 <= share <= 1
    assert share == 1 or not scoring.holds(one, actual)


@given(bounds, numbers, numbers)
def test_more_is_never_worse_where_more_is_better(value: D, some: F, more: F) -> None:
    one = Target(op=">=", value=value)
    low, high = sorted((some, more))
    assert scoring.ratio(Ratio(), one, low) <= scoring.ratio(Ratio(), one, high)
    one = Target(op="<=", value=value)
    assert scoring.ratio(Ratio(), one, low) >= scoring.ratio(Ratio(), one, high)


# Steps -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whole", "actual", "score"),
    [("no", "95", "1.9"), ("no", "95.38", "1.9076"), ("full", "95.38", "1.92")],
)
def test_each_percent_below_costs_a_percent_of_the_weight(
    whole: str, actual: str, score: str
) -> None:
    rule = Step(deduct=D(1), whole=whole)  # type: ignore[arg-type]
    missed = scoring.shortfall(target(">=", "100"), F(actual))
    assert scoring.step(rule, missed) * 2 == F(score)


def test_a_started_step_counts_and_nothing_goes_below_zero() -> None:
    rule = Step(per=D(1), deduct=D(5), whole="started")
    assert scoring.step(rule, F("0.01")) == F(95, 100)
    assert scoring.step(rule, F(50)) == 0
    assert scoring.step(Step(deduct=D(1)), F(0)) == 1


def test_shortfall_of_every_direction() -> None:
    assert scoring.shortfall(target("<=", "5"), F("5.5")) == F(1, 2)
    assert scoring.shortfall(target(">=", "90"), F(95)) == 0
    assert scoring.shortfall(Target(op="between", low=D(2), high=D(4)), F(7)) == 3
    assert scoring.shortfall(Target(op="=", value=D(10), tolerance=D(1)), F(7)) == 2


@given(positive, bounds.filter(bool), numbers)
def test_whole_steps_lie_around_the_continuous_ones(per: F, deduct: D, missed: F) -> None:
    size = D(per.numerator) / D(per.denominator)
    if size <= 0:
        return
    shares = [
        scoring.step(Step(per=size, deduct=deduct, whole=whole), missed)  # type: ignore[arg-type]
        for whole in ("started", "no", "full")
    ]
    assert shares == sorted(shares) and all(0 <= share <= 1 for share in shares)


# Elements, counts, parts, tiers ------------------------------------------------------------------

FIVE = tuple(Share(text=f"要素{n}", share=D(20)) for n in range(1, 6))


def test_elements_add_up_and_a_missing_vetoing_one_leaves_nothing() -> None:
    rule = Elements(elements=FIVE, vetoes=(4, 5))
    assert scoring.elements(rule, [1, 2, 3, 4, 5]) == 1
    assert scoring.elements(rule, [2, 4, 5]) == F(3, 5)
    assert scoring.elements(rule, [1, 2, 3, 4]) == 0


def test_six_elements_that_reach_81_25_percent() -> None:
    shares = ("50", *["6.25"] * 5)
    rule = Elements(elements=tuple(Share(text="要素", share=D(s)) for s in shares), sum=D("81.25"))
    assert scoring.elements(rule, range(1, 7)) * 2 == F("1.625")


@given(st.sets(st.integers(1, 5)), st.sets(st.integers(1, 5)), st.integers(1, 5))
def test_one_more_element_is_never_worse(present: set[int], vetoes: set[int], more: int) -> None:
    rule = Elements(elements=FIVE, vetoes=tuple(vetoes))
    before = scoring.elements(rule, sorted(present))
    after = scoring.elements(rule, sorted(present | {more}))
    assert 0 <= before <= after <= 1


@pytest.mark.parametrize(("there", "left"), [(3, F(1)), (2, F(2, 3)), (0, F(0)), (4, F(1))])
def test_a_count_loses_a_share_for_each_one_less(there: int, left: F) -> None:
    assert scoring.count(Count(full=3), F(there)) == left


def test_a_count_with_a_printed_third_never_goes_below_zero() -> None:
    assert scoring.count(Count(full=3, each=D("33.33")), F(0)) == F("0.0001")
    assert scoring.count(Count(full=3, each=D(50)), F(0)) == 0


def test_parts_share_equally() -> None:
    assert scoring.parts([F(1), F(0), F(1), F(1)]) * 10 == F("7.5")
    assert scoring.parts([F(1), F(50, 60), F(1), F(1)]) * 10 == F(115, 12)
    assert scoring.parts([]) == 0


@given(st.lists(st.fractions(0, 1), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_parts_does_not_matter(shares: list[F], random: object) -> None:
    shuffled = list(shares)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert scoring.parts(shares) == scoring.parts(shuffled)
    assert min(shares) <= scoring.parts(shares) <= max(shares)


@given(numbers)
def test_execution_rate_is_capped(rate: F) -> None:
    assert 0 <= scoring.execution(rate) <= 1
    assert scoring.execution(F("97.03")) * 4 == F("3.8812")


@pytest.mark.parametrize(
    ("share", "name"),
    [("100", "达成"), ("80", "达成"), ("79.99", "部分达成"), ("60", "部分达成"), ("0", "未达成")],
)
def test_a_share_on_the_border_belongs_to_the_better_tier(share: str, name: str) -> None:
    tier = scoring.tier_of(TIERS, D(share))
    assert tier is not None and tier.name == name
    assert scoring.tier_of(TIERS, D(101)) is None


def test_met_is_all_or_nothing() -> None:
    assert (scoring.met(True), scoring.met(False)) == (1, 0)
