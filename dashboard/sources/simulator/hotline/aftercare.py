"""What follows a call 回访与反馈: calls that became cases are reported on, called back, rated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from dashboard.sources.simulator.hotline.callers import Whole
from dashboard.sources.simulator.hotline.queue import ANSWERED
from dashboard.sources.simulator.hotline.year import Calls
from dashboard.sources.simulator.plan import SimulationError
from dashboard.worktime import HOUR

MINUTE: Final = 60_000
LONGEST: Final = 60 * HOUR
CALLBACK_MS: Final = 30 * MINUTE
"""How long after the matter is done the caller is called back, on average."""
FEEDBACK_MS: Final = 25 * MINUTE
"""How long it takes on average until the caller is told what becomes of the matter."""
SATISFIED: Final = (5, 4)
DISSATISFIED: Final = (3, 2, 1)


@dataclass(frozen=True)
class Aftercare:
    """应反馈, 已反馈, 应回访, 已回访 (ms, 0 = never or not owed), 满意度; one entry a call."""

    feedback_due: Whole
    fed_back: Whole
    callback_due: Whole
    called_back: Whole
    satisfaction: Whole

    def take(self, chosen: Whole) -> Aftercare:
        """Of some of the calls, in the order given."""
        return Aftercare(*(getattr(self, one.name)[chosen] for one in fields(self)))


def aftercare(
    rng: np.random.Generator, calls: Calls, counts: Mapping[str, int], horizon: int
) -> Aftercare:
    """Exactly as many of each as `counts` says (in the words of `yearfigures.CALL_COUNTS`).

    A call is owed feedback from its end on, a call back when the matter is done; who is owed less
    is among those who are owed more. Nothing happens after `horizon`.
    Raises `SimulationError` for impossible counts.
    """
    answered = np.flatnonzero((calls.outcome == ANSWERED) & (calls.wrapped < horizon - HOUR))
    names = ("feedback_due", "fed_back", "callback_due", "called_back", "rated", "satisfied")
    n = {name: counts.get(name, 0) for name in names}
    for less, more in (
        ("fed_back", "feedback_due"),
        ("called_back", "callback_due"),
        ("rated", "called_back"),
        ("satisfied", "rated"),
    ):
        if n[less] > n[more]:
            raise SimulationError(f"{less} {n[less]} of {more} {n[more]}")
    owed = max(n["feedback_due"], n["callback_due"])
    if owed > len(answered):
        raise SimulationError(f"feedback or call-back due to {owed} of {len(answered)} callers")
    chosen = rng.choice(answered, owed, replace=False)
    ended = calls.ended[chosen]
    room = np.minimum(horizon - MINUTE - calls.wrapped[chosen], LONGEST)
    soon = np.minimum(rng.exponential(FEEDBACK_MS, owed), 0.4 * room)
    feedback = calls.wrapped[chosen] + MINUTE + soon.astype(np.int64)
    callback = feedback + (room * (0.02 + 0.5 * rng.random(owed) ** 3)).astype(np.int64)
    marks = np.concatenate(
        [
            rng.choice(SATISFIED, n["satisfied"], p=(0.7, 0.3)),
            rng.choice(DISSATISFIED, n["rated"] - n["satisfied"], p=(0.6, 0.28, 0.12)),
        ]
    )
    rating = np.zeros(owed, dtype=np.int64)
    rating[: n["rated"]] = rng.permutation(marks)
    order = np.arange(owed)
    due = np.maximum(callback - rng.exponential(CALLBACK_MS, owed).astype(np.int64), feedback)
    values = {
        "feedback_due": np.where(order < n["feedback_due"], ended, 0),
        "fed_back": np.where(order < n["fed_back"], feedback, 0),
        "callback_due": np.where(order < n["callback_due"], due, 0),
        "called_back": np.where(order < n["called_back"], callback, 0),
        "satisfaction": rating,
    }
    whole: dict[str, Whole] = {}
    for name, value in values.items():
        whole[name] = np.zeros(len(calls), dtype=np.int64)
        whole[name][chosen] = value
    return Aftercare(**whole)
