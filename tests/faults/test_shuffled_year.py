"""A year that arrives in any order, in batches of any size, some of it twice: the same digest."""

from __future__ import annotations

import random
from collections.abc import Callable

from dashboard.events import decode
from tests.faults.processes import Feed, Site, assert_exact, now


def test_the_shuffled_and_redelivered_year_has_the_same_digest(
    ledger_url: str, year: Feed, make_site: Callable[..., Site]
) -> None:
    chance = random.Random(20210709)
    lines = year.lines + chance.sample(year.lines, len(year.lines) // 10)
    chance.shuffle(lines)
    site = make_site(ledger_url)
    done = 0
    with site.ledger() as ledger:
        while done < len(lines):
            size = min(round(10 ** chance.uniform(0, 4.5)), len(lines) - done)
            ledger.apply([decode(line, now()) for line in lines[done : done + size]])
            done += size
        assert_exact(ledger, year)
