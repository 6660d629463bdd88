"""`cityops ingest` killed again and again: the next run goes on, and the figures are the same."""

from __future__ import annotations

import random
from collections.abc import Callable

from dashboard.ingest import BATCH, stream_of
from tests.faults.processes import PATIENCE_S, Feed, Site, assert_exact, cursor, pause_up_to
from tests.servers import wait_until

BATCHES_BEFORE_KILL = (0, 0, 1, 1, 2, 2)
"""Of the year's five: each run is killed within the batch after so many, or at its start."""


def test_kill_9_at_random_points_changes_no_figure(
    ledger_url: str, year: Feed, make_site: Callable[..., Site]
) -> None:
    chance = random.Random(20210704)
    site = make_site(ledger_url)
    stream = stream_of(str(year.file)) or ""
    assert len(year.lines) > BATCH * (BATCHES_BEFORE_KILL[-1] + 1)
    early = site.start("ingest", year.file)
    pause_up_to(chance, 2.0, lambda: early.reads(year.file))  # at the latest with the tables made
    early.kill()
    with site.ledger() as ledger:

        def folded() -> int:
            return int(cursor(ledger, stream).partition(":")[0] or 0)

        def beyond(batches: int) -> bool:
            return folded() >= batches * BATCH

        killed = 0
        for batches in BATCHES_BEFORE_KILL:
            program = site.start("ingest", year.file)
            wait_until(
                lambda p=program, b=batches: not p.running or (p.reads(year.file) and beyond(b)),
                PATIENCE_S,
                "the run at work",
            )
            pause_up_to(chance, 0.5, lambda b=batches: beyond(b + 1))
            killed += program.kill() and folded() < len(year.lines)
        assert killed >= 5
        last = site.run("ingest", year.file, "--json").output()[str(year.file)]
        assert last["skipped"] > 0 and last["skipped"] + last["read"] == len(year.lines)
        assert_exact(ledger, year)
    again = site.run("ingest", year.file, "--json").output()[str(year.file)]
    assert (again["skipped"], again["read"]) == (len(year.lines), 0)
