"""The list behind a number is as long as the number, for every measure, variant and cut."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.behind import cases_behind
from dashboard.casemeasures import CASES
from dashboard.ledger import Ledger
from dashboard.measures import resolve
from dashboard.reckoning import reckon
from dashboard.windows import Window
from tests.dashboard.test_reckoning import updates
from tests.town import DAY, MONDAY, RULES, Town, day, life


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(updates, min_size=1, max_size=40),
    st.integers(0, 3),
    st.integers(1, 3),
    st.integers(0, 5 * DAY),
    st.sampled_from(["own", "report", "deadline"]),
)
def test_as_many_cases_as_the_figure_says(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[object],
    first: int,
    length: int,
    cut: int,
    attribution: str,
) -> None:
    folder = tmp_path_factory.mktemp("behind")
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", RULES, "qingshi")
    ledger.apply(events)  # type: ignore[arg-type]
    start = day(MONDAY) + first
    window = Window(start, start + length, MONDAY + cut)
    for id, measure in CASES.items():
        for variant in measure.variants:
            town = replace(Town(), attribution=attribution, variants={id: variant})
            resolved = resolve(id, town)
            if resolved.minus:
                continue
            value = reckon(ledger, town, window, ids=[id]).measures[id]
            for side, figure in (("num", value.num), ("den", value.den)):
                if figure is not None:
                    behind = list(cases_behind(ledger, town, window, resolved, side))  # type: ignore[arg-type]
                    assert len(behind) == max(0, figure), (id, variant, side)
    ledger.close()


def test_what_the_denominator_takes_off_is_not_in_its_list(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("behind")
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", RULES, "qingshi")
    ledger.apply(life("A1") + life("A2"))
    town = replace(Town(), variants={"cases.on_time_closure_rate": "due_less_suspended"})
    resolved = resolve("cases.on_time_closure_rate", town)
    window = Window(day(MONDAY), day(MONDAY) + 7, MONDAY + 7 * DAY)
    cases = [case for case, _ in cases_behind(ledger, town, window, resolved, "den")]
    assert cases == ["A1", "A2"]
    ledger.close()
