"""PostgreSQL killed, or the line to it cut: the worker goes on by itself, ingest when run again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from dashboard.ingest import BATCH, stream_of
from dashboard.ledger import LedgerAway, postgres
from dashboard.worker import STREAM
from tests.faults.line import Line
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


SLOW_COMMIT = (
    "create function dawdle() returns trigger language plpgsql as"
    " $$ begin perform pg_sleep(1.5); return null; end $$",
    "create constraint trigger slow after insert or update on cursors"
    " deferrable initially deferred for each row execute function dawdle()",
)


def test_a_line_cut_while_the_database_commits_costs_nothing(
    postgres_url: str, redis_server: RedisServer, spring: Feed, make_site: Callable[..., Site]
) -> None:
    """The answer to a commit never comes, and the commit itself comes late: the worker must not
    take it for the work of a rival, nor count the batch twice."""
    direct = make_site(postgres_url, redis_server)
    direct.run("push", spring.file, "--settle", "0s")
    url = make_url(postgres_url)
    with direct.ledger() as ledger, Line(url.port or 5432) as line:
        with ledger.engine.begin() as connection:
            for statement in SLOW_COMMIT:
                connection.execute(text(statement))

        def committing() -> bool:
            with ledger.engine.connect() as connection:
                query = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
                return bool(connection.scalar(text(query)))

        over = url.set(port=line.port).render_as_string(hide_password=False)
        worker = make_site(over, redis_server, batch_max="4000").start("work")
        wait_until(committing, PATIENCE_S, "a commit under way")
        line.cut()
        wait_until(lambda: seq(ledger) > 0, PATIENCE_S, "the commit nobody waits for")
        with ledger.engine.begin() as connection:
            connection.execute(text("drop trigger slow on cursors"))
        direct.wait_until_committed(worker, ledger)
        assert "台账数据库不可用" in worker.said()
        assert worker.stop() == 0
        assert_exact(ledger, spring)


def test_a_writer_that_fell_silent_does_not_keep_the_others_out(
    postgres_url: str, make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine lost power within a transaction: nobody tells the database."""
    monkeypatch.setattr(postgres, "_IDLE", "300ms")
    site = make_site(postgres_url)
    with (
        site.ledger() as silent,
        site.ledger() as other,
        pytest.raises(LedgerAway),
        silent.writing(),
    ):
        assert other.apply([]).seq == 1
