"""The queue against hand-made mornings, against its own rules, and against Erlang's formula."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.sources.simulator.hotline.callers import Callers
from dashboard.sources.simulator.hotline.queue import (
    ABANDONED,
    ANSWERED,
    FULL_AFTER_MS,
    OVERFLOWED,
    RANG_OUT,
    Served,
    serve,
)
from dashboard.sources.simulator.hotline.shifts import Piece

S = 1000
FOREVER = 10**12


def callers(*rows: tuple[int, int, int, int, int]) -> Callers:
    """(queued, patience, ring, talk, wrap) in seconds each."""
    table = np.array(rows, dtype=np.int64).T * S
    return Callers(table[0] - 7 * S, *table)


def test_one_agent_and_five_callers() -> None:
    served = serve(
        callers(
            (0, 60, 2, 100, 20),  # answered at 2, free again at 122
            (10, 30, 2, 100, 20),  # gives up at 40
            (50, 300, 2, 60, 10),  # waits until 122, answered at 124, free at 194
            (100, 95, 2, 60, 10),  # the agent is free at 194, it rings, gone at 195
            (101, 999, 3, 10, 5),  # rings at 195
        ),
        [Piece(0, FOREVER, 4)],
        places=5,
    )
    assert served.outcome.tolist() == [ANSWERED, ABANDONED, ANSWERED, RANG_OUT, ANSWERED]
    assert served.rang.tolist() == [0, 0, 122 * S, 194 * S, 195 * S]
    assert served.answered.tolist() == [2 * S, 0, 124 * S, 0, 198 * S]
    assert served.ended.tolist() == [102 * S, 40 * S, 184 * S, 195 * S, 208 * S]
    assert served.wrapped.tolist() == [122 * S, 40 * S, 194 * S, 195 * S, 213 * S]
    assert served.agent.tolist() == [4, -1, 4, 4, 4]


def test_a_full_queue_sends_the_next_one_away() -> None:
    served = serve(
        callers((0, 999, 1, 500, 0), (10, 999, 1, 9, 0), (20, 999, 1, 9, 0), (30, 40, 1, 9, 0)),
        [Piece(0, FOREVER, 0)],
        places=2,
    )
    assert served.outcome.tolist() == [ANSWERED, ANSWERED, ANSWERED, OVERFLOWED]
    assert served.ended[3] == 30 * S + FULL_AFTER_MS


def test_nobody_answers_in_a_break_or_after_the_shift() -> None:
    served = serve(
        callers((0, 500, 1, 50, 9), (200, 500, 1, 50, 9), (900, 50, 1, 50, 9)),
        [Piece(0, 100 * S, 0), Piece(400 * S, 800 * S, 0)],
        places=9,
    )
    assert served.outcome.tolist() == [ANSWERED, ANSWERED, ABANDONED]
    assert served.rang[1] == 400 * S


def test_a_call_that_runs_into_the_break_shortens_it() -> None:
    served = serve(
        callers((0, 500, 1, 450, 9), (400, 500, 1, 50, 9)),
        [Piece(0, 100 * S, 0), Piece(400 * S, 800 * S, 0)],
        places=9,
    )
    assert served.rang.tolist() == [0, 460 * S]


rows = st.lists(
    st.tuples(
        st.integers(0, 40), st.integers(1, 200), st.integers(1, 5), st.integers(8, 90),
        st.integers(0, 40),
    ),
    max_size=60,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(1, 4), st.integers(1, 6))
def test_the_rules_of_the_queue_hold(
    drawn: list[tuple[int, int, int, int, int]], agents: int, places: int
) -> None:
    at, some = 0, []
    for gap, *rest in drawn:
        at += gap
        some.append((at, *rest))
    if not some:
        return
    who = callers(*some)  # type: ignore[arg-type]
    served = serve(who, [Piece(0, FOREVER, agent) for agent in range(agents)], places)
    answered = served.outcome == ANSWERED
    wait = served.answered - who.queued
    assert (wait[answered] < who.patience[answered]).all()
    left = (served.outcome == ABANDONED) | (served.outcome == RANG_OUT)
    assert (served.ended[left] == (who.queued + who.patience)[left]).all()
    assert (np.diff(served.rang[answered]) >= 0).all()  # first come, first served
    _no_agent_takes_two(served)
    _nobody_waits_beside_an_idle_agent(who, served, agents)


def _no_agent_takes_two(served: Served) -> None:
    for agent in set(served.agent.tolist()) - {-1}:
        mine = served.agent == agent
        assert (served.rang[mine][1:] >= served.wrapped[mine][:-1]).all()


def _nobody_waits_beside_an_idle_agent(who: Callers, served: Served, agents: int) -> None:
    taken = served.agent >= 0
    for i in np.flatnonzero(taken & (served.rang > who.queued)).tolist():
        before = served.rang[i] - 1
        busy = taken & (served.rang <= before) & (served.wrapped > before)
        assert int(busy.sum()) == agents


def test_waits_are_those_of_erlang_and_little() -> None:
    """M/M/5 with load 4: mean wait by Erlang C; number waiting = arrival rate × mean wait."""
    rng = np.random.default_rng(5)
    n, servers, service_s, load = 120_000, 5, 180.0, 4.0
    at = np.cumsum(rng.exponential(service_s / load * S, n)).astype(np.int64)
    talk = np.maximum(rng.exponential(service_s * S, n), 1).astype(np.int64)
    none = np.zeros(n, dtype=np.int64)
    who = Callers(at, at, none + FOREVER, none, talk, none)
    served = serve(who, [Piece(0, 10 * FOREVER, agent) for agent in range(servers)], n)
    wait = (served.answered - who.queued) / S
    top = load**servers / factorial(servers) * servers / (servers - load)
    delayed = top / (sum(load**k / factorial(k) for k in range(servers)) + top)
    assert (wait > 0).mean() == pytest.approx(delayed, rel=0.03)
    assert wait.mean() == pytest.approx(delayed * service_s / (servers - load), rel=0.08)
    moments = np.linspace(at[1000], at[-1000], 4001).astype(np.int64)
    queued = np.searchsorted(who.queued, moments, "right")
    waiting = queued - np.searchsorted(np.sort(served.answered), moments, "right")
    rate = n / (at[-1] - at[0]) * S
    assert waiting.mean() == pytest.approx(rate * wait.mean(), rel=0.08)
