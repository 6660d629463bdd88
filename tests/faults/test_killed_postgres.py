"""PostgreSQL killed with all its backends: the worker goes on by itself, ingest when run again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from dashboard.ingest import BATCH, stream_of
from dashboard.worker import STREAM
from tests.faults.processes import PATIENCE_S, Feed, Site, assert_exact, cursor, pause_up_to, seq
from tests.servers import PostgresServer, RedisServer, wait_until

KILLS = 3


@pytest.fixture
def server(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """Left running for the tests that come after."""
    yield postgres_server
    postgres_server.restart()


def test_kill_9_while_the_worker_works_changes_no_figure(
    server: PostgresServer,
    postgres_url: str,
    redis_server: RedisServer,
    spring: Feed,
    make_site: Callable[..., Site],
) -> None:
    chance = random.Random(20210707)
    site = make_site(postgres_url, redis_server, batch_max="100")
    sender = site.start("push", "-", "--settle", "0s", piped=True)
    share = len(spring.lines) // (KILLS + 1)
    midway = 0
    with site.ledger() as ledger:
        worker = site.start("work")
        for n in range(KILLS):
            sender.feed(spring.lines[n * share : (n + 1) * share])
            goal = seq(ledger) + chance.randrange(1, 4)
            wait_until(
                lambda g=goal: not worker.running or seq(ledger) >= g,
                PATIENCE_S,
                "the worker at work",
            )
            pause_up_to(chance, 0.06)
            server.kill()
            pause_up_to(chance, 0.3)
            server.start()
            midway += cursor(ledger, STREAM) != site.last_id()
        assert midway >= KILLS - 1
        sender.feed(spring.lines[KILLS * share :])
        sender.end_of_feed()
        assert sender.wait() == 0, sender.said()
        site.wait_until_committed(worker, ledger)
        assert "恢复工作" in worker.said()
        assert worker.stop() == 0
        assert_exact(ledger, spring)


def test_kill_9_while_ingesting_changes_no_figure(
    server: PostgresServer, postgres_url: str, year: Feed, make_site: Callable[..., Site]
) -> None:
    chance = random.Random(20210708)
    site = make_site(postgres_url)
    stream = stream_of(str(year.file)) or ""
    broken_off = 0
    with site.ledger() as ledger:

        def folded() -> int:
            return int(cursor(ledger, stream).partition(":")[0] or 0)

        for batches in range(KILLS):
            program = site.start("ingest", year.file)
            wait_until(
                lambda p=program, b=batches: (
                    not p.running or (p.reads(year.file) and folded() >= b * BATCH)
                ),
                PATIENCE_S,
                "the run at work",
            )
            pause_up_to(chance, 0.5, lambda b=batches: folded() >= (b + 1) * BATCH)
            server.kill()
            broken_off += program.wait() == 1 and "台账数据库不可用" in program.said()
            server.start()
        assert broken_off == KILLS, program.said()
        last = site.run("ingest", year.file, "--json").output()[str(year.file)]
        assert last["skipped"] > 0 and last["skipped"] + last["read"] == len(year.lines)
        assert_exact(ledger, year)
