"""A year of hotline calls for the benchmark, cheap to make: a daily rhythm, bad hours, no queue.

How calls hang together is the simulator's business; here only their number, spread and fates count.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

DAY_MS: Final = 86_400_000
RHYTHM: Final = (2, 1, 1, 1, 1, 2, 5, 12, 22, 26, 24, 20, 14, 13, 19, 23, 22, 18, 12, 9, 8, 6, 4, 3)
"""How many calls each hour of the day has, relative to the others."""


@dataclass(frozen=True)
class Call:
    """One finished call: offered at (epoch ms), its wait, and whether it was answered."""

    number: int
    offered_at: int
    wait_ms: int
    answered: bool
    talk_ms: int

    def short(self, threshold_s: float) -> bool:
        """秒挂 at this threshold."""
        return not self.answered and self.wait_ms < threshold_s * 1000

    def line(self) -> bytes:
        """The call as one event of the contract."""
        left = self.offered_at + self.wait_ms
        fate = f'"answered_at":{left},"ended_at":{left + self.talk_ms}'
        if not self.answered:
            fate = f'"abandoned_at":{left}'
        at = left + self.talk_ms
        return (
            f'{{"id":"c{self.number}","type":"call","call":"c{self.number}","at":{at},'
            f'"rev":{at},"sent_by":"pbx","set":{{"offered_at":{self.offered_at},'
            f'"queued_at":{self.offered_at},{fate},"agent":"A{self.number % 50}"}}}}'
        ).encode()


def calls(n: int, start: int, days: int, seed: int = 12319) -> Iterator[Call]:
    """`n` calls over `days` from `start` (epoch ms), in order of time; every thirtieth day or so
    has an hour in which a third of them is lost."""
    rng = random.Random(seed)
    weights = list(RHYTHM)
    number = 0
    for day in range(days):
        of_day = n * (day + 1) // days - n * day // days
        bad_hour = rng.choice(range(8, 20)) if rng.random() < 1 / 30 else -1
        hours = rng.choices(range(24), weights, k=of_day)
        instants = sorted(h * 3_600_000 + rng.randrange(3_600_000) for h in hours)
        for offset in instants:
            lost = 0.33 if offset // 3_600_000 == bad_hour else 0.012
            answered = rng.random() >= lost
            wait = int(rng.expovariate(1 / 7_000)) if answered else int(rng.expovariate(1 / 30_000))
            talk = int(rng.expovariate(1 / 150_000)) if answered else 0
            yield Call(number, start + day * DAY_MS + offset, min(wait, 300_000), answered, talk)
            number += 1
