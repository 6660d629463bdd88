"""A year that arrives in any order, in batches of any size, some of it twice: the same digest."""

from __future__ import annotations

import random
from collections.abc import Callable

from dashboard.eventkinds import read_event
from tests.faults.processes import Feed, Site, assert_exact, now


def fold_shuffled(site: Site, feed: Feed, seed: int) -> None:
    """Folds the feed and a tenth of it again, in random order and batches of 1 to 30,000."""
    chance = random.Random(seed)
    lines = feed.lines + chance.sample(feed.lines, len(feed.lines) // 10)
    chance.shuffle(lines)
    done = 0
    with site.ledger() as ledger:
        while done < len(lines):
            size = min(round(10 ** chance.uniform(0, 4.5)), len(lines) - done)
            ledger.apply([read_event(line, now()) for line in lines[done : done + size]])
            done += size
        assert_exact(ledger, feed)


def test_the_shuffled_and_redelivered_year_has_the_same_digest(
    year: Feed, make_site: Callable[..., Site]
) -> None:
    fold_shuffled(make_site(), year, 20210709)


def test_on_postgresql_too(postgres_url: str, spring: Feed, make_site: Callable[..., Site]) -> None:
    fold_shuffled(make_site(postgres_url), spring, 20210709)
