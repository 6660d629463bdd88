"""Case events 案卷事件 for live benchmarks: cases of today that are reported and go their way."""

from __future__ import annotations

import random
import time
from typing import Any

import orjson

from dashboard.bus import Bus
from dashboard.profile import Profile

STEPS = ("accept", "file", "dispatch", "dispose", "check_pass", "close")


class Happenings:
    """Sends events of made-up cases to the stream, dated now."""

    def __init__(self, profile: Profile, bus: Bus, seed: int = 7) -> None:
        self._profile, self._bus = profile, bus
        self._rng = random.Random(seed)
        self._sent = 0
        self._reported = 0
        self._done: dict[str, int] = {}
        """Case → steps it has taken."""

    def report(self, count: int = 1) -> None:
        """`count` new cases are reported 上报, in one round trip."""
        self._bus.send([self._report() for _ in range(count)])

    def advance(self, count: int = 1) -> int:
        """`count` steps of cases that were reported before, as far as there are any; how many. The
        number reported stays."""
        events = [self._advance() for _ in range(count) if self._done]
        if events:
            self._bus.send(events)
        return len(events)

    def _report(self) -> bytes:
        rng, profile = self._rng, self._profile
        self._reported += 1
        case = f"BENCH-{self._reported:07d}"
        self._done[case] = 0
        where = {
            "district": rng.choice(profile.districts).code,
            "category": rng.choice(list(profile.categories)),
            "channel": "collector",
            "collector": f"C{rng.randrange(900):04d}",
            "place": rng.choice(profile.simulation.roads or ("人民路",)),
        }
        return self._event(case, "report", where)

    def _advance(self) -> bytes:
        case = self._rng.choice(list(self._done))
        step = STEPS[self._done[case]]
        self._done[case] += 1
        if self._done[case] == len(STEPS):
            del self._done[case]
        given: dict[str, Any] = {}
        if step == "dispatch" and self._profile.departments:
            given["department"] = self._rng.choice(self._profile.departments).code
        return self._event(case, step, given)

    def _event(self, case: str, step: str, given: dict[str, Any]) -> bytes:
        self._sent += 1
        event = {
            "id": f"bench-{self._sent}",
            "type": "case",
            "at": time.time_ns() // 1_000_000,
            "sent_by": self._profile.sources[0].id,
            "case": case,
            "step": step,
            "set": given,
        }
        return orjson.dumps(event)
