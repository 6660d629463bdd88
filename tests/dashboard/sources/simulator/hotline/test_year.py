"""A year of calls: exactly as many as were printed or chosen, and a queue that could be real."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.city import load_profile
from dashboard.sources.simulator import SimulationError
from dashboard.sources.simulator.hotline.aftercare import aftercare
from dashboard.sources.simulator.hotline.lines import year_calls
from dashboard.sources.simulator.hotline.queue import ABANDONED, ANSWERED, OVERFLOWED, RANG_OUT
from dashboard.sources.simulator.hotline.year import HUNG_UP, Calls, Crew, calls_of_year
from dashboard.worktime import DAY
from dashboard.yearfigures import as_printed

ZHENGZHOU = load_profile("zhengzhou")
CALENDAR = ZHENGZHOU.calendar


@cache
def zhengzhou(year: int) -> Calls:
    return year_calls(ZHENGZHOU, year, 1)


def lowest_24h(calls: Calls) -> float:
    """The least connect rate of any 24 hours that end with a call and hold 500."""
    answered = np.concatenate([[0], np.cumsum(calls.outcome == ANSWERED)])
    until = np.arange(1, len(calls) + 1)
    since = np.searchsorted(calls.offered, calls.offered - DAY, side="right")
    whole = until - since
    return float(((answered[until] - answered[since]) / whole)[whole >= 500].min())


@pytest.mark.parametrize(("year", "printed"), [(2021, "95"), (2022, "98.74%")])
def test_zhengzhou_connects_as_printed(year: int, printed: str) -> None:
    calls = zhengzhou(year)
    figures = ZHENGZHOU.years[year].hotline
    answered = int((calls.outcome == ANSWERED).sum())
    assert (len(calls), answered) == (figures.count("offered"), figures.count("answered"))
    assert as_printed(answered, len(calls), printed) == printed
    first = ZHENGZHOU.day_start(ZHENGZHOU.day(int(calls.offered[0])))
    assert first == ZHENGZHOU.day_start(ZHENGZHOU.day(int(calls.offered[-1]))) - 364 * DAY


def test_only_2022_keeps_the_standard_in_every_24_hours() -> None:
    """95 % over a year with busy and quiet days is less than 95 % on the busy ones."""
    assert lowest_24h(zhengzhou(2022)) >= 0.95
    assert 0.8 < lowest_24h(zhengzhou(2021)) < 0.93


def test_waits_and_losses_hang_together() -> None:
    """Whoever gives up does so in the hours in which the others wait longest, and few at night."""
    calls = zhengzhou(2021)
    hours = (calls.offered - ZHENGZHOU.day_start(ZHENGZHOU.day(int(calls.offered[0])))) // 3_600_000
    spoke, left = calls.outcome == ANSWERED, calls.outcome == ABANDONED
    n = np.bincount(hours, minlength=8760)
    lost = np.bincount(hours[left], minlength=8760) / np.maximum(n, 1)
    wait = np.bincount(hours[spoke], (calls.answered - calls.queued)[spoke], 8760) / np.maximum(
        n, 1
    )
    assert np.corrcoef(lost[n > 50], wait[n > 50])[0, 1] > 0.7
    of_day = hours % 24
    night = (of_day < 6) & left
    assert night.sum() < 0.02 * left.sum()
    assert (calls.ended - calls.queued)[left].mean() > 10_000


def test_every_call_is_in_order_within_itself() -> None:
    calls = zhengzhou(2021)
    spoke = calls.outcome == ANSWERED
    times = [calls.offered, calls.queued, calls.rang, calls.answered, calls.ended, calls.wrapped]
    for before, after in pairwise(times):
        assert (before[spoke] <= after[spoke]).all()
    early = calls.outcome == HUNG_UP
    assert (calls.queued[early] == 0).all() and (calls.ended - calls.offered)[early].max() < 7_000
    assert set(np.unique(calls.outcome).tolist()) <= {
        ANSWERED,
        ABANDONED,
        RANG_OUT,
        OVERFLOWED,
        HUNG_UP,
    }
    for agent in range(50):
        mine = np.flatnonzero(calls.agent == agent)
        mine = mine[np.argsort(calls.rang[mine], kind="stable")]
        assert (calls.rang[mine][1:] >= calls.wrapped[mine][:-1]).all()


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.integers(9, 30), st.integers(3_000, 12_000), st.floats(0.93, 0.995))
def test_totals_are_exact_whatever_the_seed(
    seed: int, agents: int, offered: int, rate: float
) -> None:
    answered = round(offered * rate)
    crew = Crew(agents, 20)
    calls = calls_of_year(CALENDAR, 2023, seed, crew, offered, answered)
    assert len(calls) == offered and int((calls.outcome == ANSWERED).sum()) == answered
    start, end = (CALENDAR.day_start(day) for day in (19_358, 19_358 + 365))
    assert start <= calls.offered[0] and calls.offered[-1] < end


def test_the_same_seed_makes_the_same_year() -> None:
    one, two, other = (
        calls_of_year(CALENDAR, 2023, seed, Crew(9, 20), 5_000, 4_900) for seed in (1, 1, 2)
    )
    assert (one.offered == two.offered).all() and (one.agent == two.agent).all()
    assert (one.offered != other.offered).any()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(SimulationError, match="4001 calls answered of 4000"):
        calls_of_year(CALENDAR, 2023, 1, Crew(9, 20), 4_000, 4_001)


def test_what_follows_the_calls_is_exact_too() -> None:
    calls = calls_of_year(CALENDAR, 2023, 1, Crew(9, 20), 5_000, 4_900)
    counts = {"feedback_due": 300, "fed_back": 290, "callback_due": 310, "called_back": 200}
    counts |= {"rated": 150, "satisfied": 140}
    horizon = CALENDAR.day_start(19_358 + 365)
    care = aftercare(np.random.default_rng(1), calls, counts, horizon)
    found = {name: int((getattr(care, name) > 0).sum()) for name in counts if hasattr(care, name)}
    assert found == {name: counts[name] for name in found} and len(found) == 4
    assert int((care.satisfaction > 0).sum()) == 150
    assert int((care.satisfaction >= 4).sum()) == 140
    assert care.called_back.max() < horizon and care.fed_back.max() < horizon
    done = care.called_back > 0
    assert (care.called_back[done] > calls.wrapped[done]).all()
    assert (calls.outcome[care.feedback_due > 0] == ANSWERED).all()
    with pytest.raises(SimulationError, match="satisfied 9 of rated 1"):
        aftercare(
            np.random.default_rng(1),
            calls,
            {"called_back": 1, "callback_due": 1, "rated": 1, "satisfied": 9},
            horizon,
        )
