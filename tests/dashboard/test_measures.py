"""Definitions: every variant resolves to real counters, and the four cities' formulas hold."""

import pytest

from dashboard.casemeasures import CASES
from dashboard.counters import BIT
from dashboard.formula import OVERDUE, OVERDUE_STOCK, SELF_SWITCHES, SUSPENDED_STOCK, UnknownMeasure
from dashboard.measures import MEASURES, resolve
from tests.town import Town

PSEUDO = {OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK}


def test_the_registry_has_what_was_promised() -> None:
    counts = (
        "reported valid_reported self_handled accepted filed dispatched disposed disposed_on_time "
        "closed closed_on_time due_for_disposal due_for_closure overdue_open rework postponed "
        "suspended cancelled supervised verified verified_on_time checked checked_on_time"
    )
    rates = (
        "filing_rate valid_report_rate disposal_rate on_time_disposal_rate closure_rate "
        "on_time_closure_rate rework_rate postpone_rate on_time_check_rate on_time_verify_rate "
        "dispatch_accuracy"
    )
    assert {f"cases.{id}" for id in f"{counts} {rates}".split()} <= set(MEASURES)


@pytest.mark.parametrize("id", CASES)
def test_every_variant_names_counters_that_exist(id: str) -> None:
    measure = MEASURES[id]
    assert measure.default in measure.variants
    town = Town(self_handled_counts_as=SELF_SWITCHES)
    for variant, formula in measure.variants.items():
        assert formula.text and formula.source, (id, variant)
        assert bool(formula.den) == (measure.kind == "rate")
        for attribution in measure.attributions:
            one = resolve(id, town, variant, attribution)
            assert set((*one.num, *one.den, *one.minus)) <= set(BIT) | PSEUDO, (
                variant,
                attribution,
            )


def value(id: str, counts: dict[str, int], town: Town) -> float | None:
    return resolve(id, town).value(counts, 0).value


def test_nanyang_divides_closed_by_filed() -> None:
    town = Town(
        variants={"cases.closure_rate": "filed"},
        self_handled_counts_as=frozenset({"reported", "filed", "closed"}),
    )
    counts = {
        "reported": 440_912,
        "self_reported": 68_654,
        "filed": 396_903,
        "self_filed": 68_654,
        "closed": 359_990,
        "self_closed": 68_654,
    }
    assert value("cases.reported", counts, town) == 509_566
    assert value("cases.filing_rate", counts, town) == pytest.approx(0.9136, abs=5e-5)
    assert value("cases.closure_rate", counts, town) == pytest.approx(0.9207, abs=5e-5)


def test_self_handled_cases_are_on_both_sides_of_a_rate_or_on_neither() -> None:
    counts = {"disposed": 90, "self_disposed": 50, "dispatched": 100, "closed": 80}
    counts["self_closed"] = 50
    assert value("cases.disposal_rate", counts, Town()) == 0.9
    town = Town(self_handled_counts_as=frozenset({"disposed", "closed"}))
    assert value("cases.disposal_rate", counts, town) == 140 / 150
    assert value("cases.due_for_disposal", counts, town) == 150
    assert value("cases.dispatched", counts, town) == 100
    all_open = Town(
        self_handled_counts_as=frozenset({"closed"}),
        variants={"cases.closure_rate": "dispatched"},
    )
    assert value("cases.closure_rate", counts, all_open) == 130 / 150


def test_yueyang_divides_disposed_by_accepted() -> None:
    town = Town(variants={"cases.disposal_rate": "accepted"})
    rate = value("cases.disposal_rate", {"disposed": 203_931, "accepted": 208_569}, town)
    assert rate == pytest.approx(0.9778, abs=5e-5)


def test_what_is_due_for_closure_includes_the_overdue_not_the_young() -> None:
    counts = {"closed": 90, "disposed": 95, "dispatched": 120, OVERDUE: 5}
    assert value("cases.closure_rate", counts, Town()) == 0.9
    assert value("cases.due_for_closure", counts, Town()) == 100


def test_the_suspended_can_leave_the_denominator() -> None:
    town = Town(variants={"cases.on_time_closure_rate": "due_less_suspended"})
    counts = {"closed_on_time": 80, "disposed": 95, OVERDUE: 5, "suspended": 20}
    assert value("cases.on_time_closure_rate", counts, town) == 1.0


def test_a_denominator_of_zero_has_no_value() -> None:
    figure = resolve("cases.filing_rate", Town()).value({}, 7)
    assert (figure.value, figure.num, figure.den, figure.state) == (None, 0, 0, "nodata")


def test_attribution_is_the_citys_choice_where_the_measure_allows_it() -> None:
    town = Town(attribution="report", attribution_by={"cases.closed": "deadline"})
    assert resolve("cases.filed", town).num == ("filed@report",)
    assert resolve("cases.closed", town).num == ("closed@deadline",)
    assert resolve("cases.overdue_open", town).attribution == "own"


def test_the_unknown_is_named_with_what_there_is() -> None:
    with pytest.raises(UnknownMeasure, match=r"cases\.reported"):
        resolve("cases.speed", Town())
    with pytest.raises(UnknownMeasure, match="expected one of due, filed"):
        resolve("cases.closure_rate", Town(), "fast")
    with pytest.raises(UnknownMeasure, match="own, report, deadline"):
        resolve("cases.closed", Town(), None, "yearly")
