"""Fold a batch of events into records: the records before and after, and what that does to counts.

Pure: the ledger loads the rows of the batch, this says what they become, the ledger stores it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.cases import Revs, Row, blank, merge
from dashboard.events import CaseEvent
from dashboard.tally import Change, Delta, Rules, difference

State = tuple[Revs, Row]


@dataclass(frozen=True)
class Folded:
    """`changes` in order of first appearance; `revs` beside them; the tally's difference."""

    changes: list[Change]
    revs: dict[str, Revs]
    delta: Delta
    unchanged: int


def fold(events: Sequence[CaseEvent], stored: Mapping[str, State], rules: Rules) -> Folded:
    """Merge `events` into copies of `stored`; records that end as they began are left out."""
    states: dict[str, State] = {}
    touched: set[str] = set()
    unchanged = 0
    for event in events:
        case = event.case
        state = states.get(case)
        if state is None:
            have = stored.get(case)
            state = blank() if have is None else (have[0][:], have[1][:])
            states[case] = state
        if merge(state[0], state[1], event.rev, event.changes):
            touched.add(case)
        else:
            unchanged += 1
    rules.derive([states[case][1] for case in touched])
    changes: list[Change] = []
    for case, (_, row) in states.items():
        if case in touched:
            have = stored.get(case)
            changes.append((case, None if have is None else have[1], row))
    return Folded(
        changes,
        {case: states[case][0] for case, _, _ in changes},
        difference(changes, rules),
        unchanged,
    )
