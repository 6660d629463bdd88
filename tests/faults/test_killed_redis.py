"""Redis killed while senders push and the worker works; what it forgets the outbox still has."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.faults.processes import (
    EVENTS,
    PATIENCE_S,
    Feed,
    Program,
    Site,
    assert_exact,
    forget_tail,
    pause_up_to,
    seq,
)
from tests.servers import RedisServer, wait_until

KILLS = 4
FORGOT = "Redis 丢失了已收的"


@pytest.fixture
def site(redis_server: RedisServer, make_site: Callable[..., Site]) -> Site:
    return make_site(None, redis_server)


def crash(server: RedisServer, share: float) -> None:
    """A crash that takes the end of the append-only file along; the loss is checked."""
    had = server.client().xlen(EVENTS)
    server.kill()
    forget_tail(server, share)
    server.start()
    assert server.client().xlen(EVENTS) < had


def finish(site: Site, feed: Feed, worker: Program | None = None) -> None:
    """The worker takes what is in the stream, and the ledger is exact."""
    with site.ledger() as ledger:
        worker = worker or site.start("work")
        site.wait_until_committed(worker, ledger)
        assert worker.stop() == 0
        assert_exact(ledger, feed)


def test_kill_9_while_pushing_and_working_changes_no_figure(
    site: Site, redis_server: RedisServer, spring: Feed
) -> None:
    chance = random.Random(20210706)
    worker = site.start("work")
    sender = site.start("push", spring.file)
    client = redis_server.client()
    share = len(spring.lines) // (KILLS + 1)
    midway = 0
    for n in range(1, KILLS + 1):
        wait_until(
            lambda least=n * share: not sender.running or client.xlen(EVENTS) >= least,
            PATIENCE_S,
            "progress of the sender",
        )
        pause_up_to(chance, 0.05)
        redis_server.kill()
        midway += sender.running
        pause_up_to(chance, 0.3)
        redis_server.start()
    assert midway == KILLS
    assert sender.wait() == 0, sender.said()
    assert "连不上 Redis" in sender.said() and "Redis 不可用" in worker.said()
    finish(site, spring, worker)


def test_entries_redis_took_and_forgot_are_pushed_again(
    site: Site, redis_server: RedisServer, spring: Feed
) -> None:
    """The loss is hidden: the next run of the sender finds Redis up and newer entries in it."""
    site.run("push", spring.part("first", 0, 20_000), "--settle", "0s")
    crash(redis_server, 0.4)
    redis_server.client().xadd(EVENTS, {"e": spring.lines[0]})
    second = site.run("push", spring.part("second", 20_000, 40_000), "--settle", "0s")
    assert FORGOT in second.said()
    finish(site, spring)


def test_a_loss_right_after_the_last_line_is_made_good_before_push_ends(
    site: Site, redis_server: RedisServer, spring: Feed
) -> None:
    sender = site.start("push", spring.file)
    client = redis_server.client()
    wait_until(lambda: client.xlen(EVENTS) == len(spring.lines), PATIENCE_S, "the last line")
    sender.pause()
    crash(redis_server, 0.1)
    sender.resume()
    assert sender.wait() == 0 and FORGOT in sender.said()
    finish(site, spring)


def test_what_the_worker_had_read_and_redis_forgot_counts_once(
    site: Site, redis_server: RedisServer, spring: Feed
) -> None:
    """The worker says that something is missing, reads all that is left, and counts nothing twice;
    what comes after has entry ids that must not hide behind its cursor."""
    worker = site.start("work")
    site.run("push", spring.part("first", 0, 20_000), "--settle", "0s")
    with site.ledger() as ledger:
        site.wait_until_committed(worker, ledger)
    crash(redis_server, 0.4)
    site.run("push", spring.part("second", 20_000, 40_000), "--settle", "0s")

    def gap() -> bool:
        frame = site.frame()
        return frame is not None and frame["health"]["gap"] is not None

    wait_until(gap, PATIENCE_S, "the gap on the wall")
    assert "数据缺口" in worker.said()
    finish(site, spring, worker)


def test_an_empty_redis_in_its_place_gets_everything_from_the_outbox(
    site: Site, redis_server: RedisServer, spring: Feed
) -> None:
    site.run("push", spring.file, "--settle", "0s")
    redis_server.kill()
    redis_server.wipe()
    redis_server.start()
    assert FORGOT in site.run("push").said()
    finish(site, spring)


def test_a_worker_started_without_redis_waits_for_it(
    site: Site, redis_server: RedisServer, spring: Feed
) -> None:
    redis_server.stop()
    worker = site.start("work")
    wait_until(lambda: "Redis 不可用" in worker.said(), PATIENCE_S, "its complaint")
    sender = site.start("push", spring.part("some", 0, 2_000), "--settle", "0s")
    wait_until(lambda: "连不上 Redis" in sender.said(), PATIENCE_S, "the sender's complaint")
    redis_server.start()
    assert sender.wait() == 0, sender.said()
    with site.ledger() as ledger:
        site.wait_until_committed(worker, ledger)
        assert seq(ledger) > 0
