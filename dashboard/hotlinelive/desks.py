"""Agents now and how long they were in each state today 坐席现状."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping

from dashboard.calls.agents import NAMES, Change, by_quarter, spans
from dashboard.calls.counting import QUARTER_MS
from dashboard.calls.standing import HOUR_MS, Counts, agent_counts
from dashboard.hotlineprofile import Hotline


class Desks:
    """Each agent's states from the one that held when the current quarter began."""

    def __init__(self, rules: Hotline, changes: Mapping[str, Iterable[Change]]) -> None:
        self._rules = rules
        self._cap = round(rules.max_state_h * HOUR_MS)
        self._changes = {agent: sorted(found) for agent, found in changes.items()}

    def put(self, agent: str, at: int, state: int) -> None:
        """A state was reported, or corrected."""
        found = self._changes.setdefault(agent, [])
        i = bisect.bisect_left(found, (at, -1))
        if i < len(found) and found[i][0] == at:
            found[i] = (at, state)
        else:
            found.insert(i, (at, state))

    def prune(self, quarter: int) -> None:
        """Forgets what was over before a quarter began."""
        start = quarter * QUARTER_MS
        for found in self._changes.values():
            i = bisect.bisect_left(found, (start, -1))
            del found[: max(0, i - 1)]

    def by_state(self, as_of: int) -> Counts:
        """How many agents are in each state."""
        newest: dict[str, Change] = {}
        for agent, found in self._changes.items():
            i = bisect.bisect_left(found, (as_of, -1))
            if i:
                newest[agent] = found[i - 1]
        return agent_counts(newest, self._rules, as_of)

    def __len__(self) -> int:
        return len(self._changes)

    def under_way(self, start: int, as_of: int) -> Counts:
        """ms in each state within start ≤ t < as_of that the tally does not have: in the current
        quarter, and before it the states that none has followed yet."""
        quarter = as_of // QUARTER_MS * QUARTER_MS
        out: Counts = {}
        for found in self._changes.values():
            known = found[: bisect.bisect_left(found, (as_of, -1))]
            parts = [by_quarter(spans(known, self._cap, as_of), max(quarter, start), as_of)]
            if found:
                parts.append(by_quarter(spans(found[-1:], self._cap, quarter), start, quarter))
            for (_, state), ms in (item for part in parts for item in part.items()):
                name = f"agent_{NAMES[state]}_ms"
                out[name] = out.get(name, 0) + ms
        return out
