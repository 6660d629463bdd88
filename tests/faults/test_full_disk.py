"""A full disk: the worker waits and the wall says how old it is; Redis refuses and senders wait."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.processes import PATIENCE_S, Feed, Site, assert_exact, cursor
from tests.faults.viewer import Viewer
from tests.servers import RedisServer, free_port, wait_until

STALE_S = 3.0
NEVER = resource.RLIM_INFINITY


def bound_files(pid: int, size: int) -> None:
    """No file of the process may grow beyond this: what is left of a disk that is full."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, NEVER))


def test_a_ledger_without_room_waits_and_goes_on_when_there_is_some(
    redis_server: RedisServer, spring: Feed, make_site: Callable[..., Site]
) -> None:
    port = free_port()
    site = make_site(None, redis_server, port=str(port))
    worker, _ = site.start("work"), site.start("serve")
    with Viewer(port) as viewer, site.ledger() as ledger:
        viewer.wait_for_frame()
        site.run("push", spring.part("first", 0, 8_000), "--settle", "0s")
        site.wait_until_committed(worker, ledger)
        had = cursor(ledger, "events")
        sizes = [file.stat().st_size for file in site.folder.iterdir() if file.is_file()]
        bound_files(worker.pid, max(sizes) + 100_000)
        site.run("push", spring.part("rest", 8_000, len(spring.lines)), "--settle", "0s")
        wait_until(lambda: "台账数据库不可用" in worker.said(), PATIENCE_S, "its complaint")
        wait_until(lambda: viewer.age_s > STALE_S, PATIENCE_S, "the wall says how old it is")
        assert viewer.beat["redis_ok"] and worker.running
        assert cursor(ledger, "events") != site.last_id() and had
        bound_files(worker.pid, NEVER)
        site.wait_until_committed(worker, ledger)
        viewer.wait_for_frame("the wall goes on")
        assert worker.stop() == 0
        assert_exact(ledger, spring)


def test_a_redis_without_room_refuses_and_loses_nothing(
    redis_server: RedisServer, spring: Feed, make_site: Callable[..., Site]
) -> None:
    site = make_site(None, redis_server)
    worker = site.start("work")
    site.run("push", spring.part("first", 0, 5_000), "--settle", "0s")
    files: list[Path] = [*redis_server.folder.rglob("*.aof"), *redis_server.folder.glob("*.log")]
    bound_files(redis_server.pid, max(file.stat().st_size for file in files) + 50_000)
    rest = spring.part("rest", 5_000, len(spring.lines))
    sender = site.start("push", rest, "--settle", "0s")
    wait_until(lambda: "Redis 暂不接收写入" in sender.said(), PATIENCE_S, "the sender's word of it")
    assert sender.running and worker.running
    bound_files(redis_server.pid, NEVER)
    assert sender.wait() == 0, sender.said()
    with site.ledger() as ledger:
        site.wait_until_committed(worker, ledger)
        assert worker.stop() == 0
        assert_exact(ledger, spring)


@pytest.mark.parametrize("held_s", [4.0])
def test_a_ledger_locked_by_another_program_is_waited_for(
    held_s: float, redis_server: RedisServer, spring: Feed, make_site: Callable[..., Site]
) -> None:
    port = free_port()
    site = make_site(None, redis_server, port=str(port))
    worker, _ = site.start("work"), site.start("serve")
    with Viewer(port) as viewer, site.ledger() as ledger:
        viewer.wait_for_frame()
        with ledger.writing():
            site.run("push", spring.file, "--settle", "0s")
            wait_until(lambda: viewer.age_s > held_s, PATIENCE_S, "the wall says how old it is")
            assert cursor(ledger, "events") != site.last_id() and worker.running
        site.wait_until_committed(worker, ledger)
        viewer.wait_for_frame("the wall goes on")
        assert worker.stop() == 0
        assert_exact(ledger, spring)
