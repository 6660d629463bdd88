"""From probes to known spans 判定: what a component was, from when until when, by its policy.

An instant is known if a probe lies at most the allowed gap before it. Failures in a row are an
outage from the first of them on once there are enough; fewer, followed by a good answer, are passed
over; fewer, followed by silence, prove nothing: unknown. An outage ends at the last of as many good
answers in a row as the policy asks for. Silence forgets: what comes after it starts anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.uptime.points import FAILED, Points, Times
from dashboard.uptime.policy import Policy
from dashboard.uptime.spans import DEGRADED, DOWN, UP, Span, Spans, join

_OK: Final = 0
_SLOW: Final = 1
_FAIL: Final = 2
_COLOUR: Final = {_OK: UP, _SLOW: DEGRADED}


@dataclass(frozen=True)
class _Run:
    """Probes first … last of one verdict, without silence between them. `fresh`: after silence;
    `end`: when what they say stops holding; `final`: silence follows."""

    verdict: int
    first: int
    last: int
    end: int
    fresh: bool
    final: bool


def known_spans(found: Points, policy: Policy) -> Spans:
    """Up, degraded and down, joined; where there is no span the component is unknown."""
    return join(_judge(found.at, _runs(found, policy), policy))


def _verdicts(found: Points, policy: Policy) -> np.ndarray:
    verdict = np.zeros(len(found), np.int8)
    if policy.slow_ms is not None:
        verdict[found.answer > policy.slow_ms] = _SLOW
    verdict[found.answer == FAILED] = _FAIL
    return verdict


def _runs(found: Points, policy: Policy) -> Iterator[_Run]:
    if not len(found):
        return
    at, verdict = found.at, _verdicts(found, policy)
    silent = np.diff(at) > policy.gap_ms
    cuts = np.flatnonzero(silent | (verdict[1:] != verdict[:-1])) + 1
    firsts = [0, *cuts.tolist()]
    fresh = [True, *silent[cuts - 1].tolist()]
    for index, first in enumerate(firsts):
        more = index + 1 < len(firsts)
        last = firsts[index + 1] - 1 if more else len(at) - 1
        final = not more or fresh[index + 1]
        end = int(at[last]) + policy.gap_ms if final else int(at[last + 1])
        yield _Run(int(verdict[first]), first, last, end, fresh[index], final)


def _judge(at: Times, runs: Iterator[_Run], policy: Policy) -> Iterator[Span]:
    state: int | None = None  # UP or DEGRADED as last seen, DOWN, or None: nothing known yet
    good = 0  # good answers in a row since the outage
    for run in runs:
        if run.fresh:
            state, good = None, 0
        start, count = int(at[run.first]), run.last - run.first + 1
        if run.verdict == _FAIL:
            good = 0
            if state == DOWN or count >= policy.failures:
                state = DOWN
                yield start, run.end, DOWN
            elif state is not None and not run.final:
                yield start, run.end, state
            continue
        if state == DOWN:
            good += count
            if good < policy.successes:
                yield start, run.end, DOWN
                continue
            over = int(at[run.last - (good - policy.successes)])
            yield start, over, DOWN
            start = over
        state = _COLOUR[run.verdict]
        yield start, run.end, state


def touched(found: Points, policy: Policy, first: int, last: int) -> tuple[int | None, int | None]:
    """Between which instants spans may differ if the probes first ≤ t ≤ last are new; None where
    that is not seen from these probes, and more of them are needed.

    Spans do not depend on what lies beyond an instant after silence, nor beyond one where failures
    or good answers in a row sufficed.
    """
    at = found.at
    low, high = np.searchsorted(at, [first, last + 1])
    failed = found.answer == FAILED
    fresh = np.append(True, np.diff(at) > policy.gap_ms)
    index = np.arange(len(at))
    begins = fresh | np.append(True, failed[1:] != failed[:-1])
    row = index - np.maximum.accumulate(np.where(begins, index, 0)) + 1
    enough = np.where(failed, policy.failures, policy.successes)
    sure = row >= enough
    known = fresh.copy()
    known[0] = False  # what came before it is not seen
    before = at[:low][(known | sure)[:low]]
    after = at[high:][((known & (index >= high)) | (sure & (index - enough + 1 >= high)))[high:]]
    return (int(before[-1]) if len(before) else None, int(after[0]) if len(after) else None)
