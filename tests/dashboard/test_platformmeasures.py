"""Every measure of the platform adds up counters that exist, and says what it is."""

import pytest

from dashboard.measures import MEASURES, resolve
from dashboard.platformmeasures import PLATFORM
from dashboard.uptime import days, tickets
from tests.town import Town

KNOWN = {*days.in_seconds(dict.fromkeys(days.COUNTERS, 0)), *tickets.COUNTERS}


@pytest.mark.parametrize("id", PLATFORM)
def test_every_variant_names_counters_that_exist(id: str) -> None:
    measure = MEASURES[id]
    for variant, formula in measure.variants.items():
        assert formula.text and formula.source, (id, variant)
        assert bool(formula.den) == (measure.kind in ("rate", "mean"))
        one = resolve(id, Town(), variant)
        assert {*one.num, *one.den, *one.minus} <= KNOWN, variant
    assert measure.unit and measure.attributions == ("own",)


def test_the_measures_of_the_yearly_forms_are_there() -> None:
    wanted = "normal_days fault_rate availability mtbf mttr outages maintenance_timeliness"
    assert {f"platform.{id}" for id in wanted.split()} <= set(PLATFORM)
    assert set(PLATFORM["platform.normal_days"].variants) == {"composite", "components"}
    assert {"duration", "count"} <= set(PLATFORM["platform.fault_rate"].variants)
