"""`cityops work` killed again and again while a sender pushes: the next one goes on."""

from __future__ import annotations

import random
from collections.abc import Callable

from dashboard.worker import STREAM
from tests.faults.processes import PATIENCE_S, Feed, Site, assert_exact, cursor, pause_up_to, seq
from tests.servers import RedisServer, wait_until

KILLS = 6
SMALL = {"batch_max": "100"}
"""Small batches are many commits, and as many different points to be killed at."""


def test_kill_9_at_random_points_changes_no_figure(
    ledger_url: str, spring: Feed, redis_server: RedisServer, make_site: Callable[..., Site]
) -> None:
    chance = random.Random(20210705)
    site = make_site(ledger_url, redis_server, **SMALL)
    sender = site.start("push", "-", "--settle", "0s", piped=True)
    half = len(spring.lines) // (2 * KILLS)
    portions = [spring.lines[i : i + half] for i in range(0, len(spring.lines), half)]
    killed = midway = 0
    with site.ledger() as ledger:
        for _ in range(KILLS):
            sender.feed(portions.pop(0))
            worker = site.start("work")
            goal = seq(ledger) + chance.randrange(1, 4)
            wait_until(
                lambda p=worker, g=goal: not p.running or seq(ledger) >= g,
                PATIENCE_S,
                "the worker at work",
            )
            sender.feed(portions.pop(0))
            pause_up_to(chance, 0.06)
            killed += worker.kill()
            midway += cursor(ledger, STREAM) != site.last_id()
        assert killed == KILLS and midway >= KILLS - 1
        for portion in portions:
            sender.feed(portion)
        sender.end_of_feed()
        assert sender.wait() == 0, sender.said()
        worker = site.start("work")
        site.wait_until_committed(worker, ledger)
        assert worker.stop() == 0
        assert_exact(ledger, spring)
