"""Every variant of the hotline's measures adds up counters that exist, and has a source."""

import pytest

from dashboard.callmeasures import (
    CALLS,
    LONGEST_WAIT,
    ON_DUTY,
    PENDING,
    PERSON_PENDING,
    WAITING,
    agent_counter,
    rolling,
)
from dashboard.calls.agents import COUNTERS as AGENT_TIMES
from dashboard.calls.agents import NAMES
from dashboard.calls.counting import COUNTERS
from dashboard.calls.rolling import VARIANTS
from dashboard.measures import resolve
from tests.town import Town

KNOWN = {
    *COUNTERS,
    *AGENT_TIMES,
    *(agent_counter(name) for name in NAMES),
    *(name for v in VARIANTS for least in (True, False) for name in rolling(v, least=least)),
    *(PENDING, PERSON_PENDING, WAITING, LONGEST_WAIT, ON_DUTY),
}


@pytest.mark.parametrize("id", CALLS)
def test_every_variant_names_counters_that_exist(id: str) -> None:
    measure = CALLS[id]
    assert measure.default in measure.variants
    for variant, formula in measure.variants.items():
        assert formula.text and formula.source, (id, variant)
        assert bool(formula.den) == (measure.kind in ("rate", "mean"))
        one = resolve(id, Town(), variant)
        assert {*one.num, *one.den, *one.minus} <= KNOWN, (id, variant)
        assert one.attribution == "own"


def test_the_four_readings_of_the_connect_rate() -> None:
    """2,034 of 2,056 answered; 16 hung up at once, nine never left the menu, one still waits."""
    counts = {
        "offered": 2056, "answered": 2034, "person_answered": 2034, "short_abandoned": 16,
        "person": 2047, "answered_in_limit": 1931, PENDING: 1, PERSON_PENDING: 1,
    }  # fmt: skip

    def rate(id: str, variant: str) -> tuple[int | None, int | None]:
        value = resolve(id, Town(), variant).value(counts, 0)
        return value.num, value.den

    assert rate("calls.connect_rate", "offered") == (2034, 2055)
    assert rate("calls.connect_rate", "without_short") == (2034, 2039)
    assert rate("calls.connect_rate", "person") == (2034, 2046)
    assert rate("calls.service_level_15s", "answered") == (1931, 2034)
    assert rate("calls.service_level_15s", "offered") == (1931, 2055)


def test_a_mean_is_in_its_unit() -> None:
    value = resolve("calls.asa_s", Town()).value({"wait_ms": 25_200, "waited": 3}, 0)
    assert (value.num, value.den, value.value) == (25_200, 3, 8.4)


def test_yueyangs_work_orders() -> None:
    counts = {"orders_transferred": 9744, "orders_accepted": 9580, "orders_closed": 9580}
    id = "calls.work_order_closure_rate"
    assert resolve(id, Town(), "accepted").value(counts, 0).value == 1
    share = resolve(id, Town(), "transferred").value(counts, 0).value
    assert share == pytest.approx(0.9832, abs=5e-5)
