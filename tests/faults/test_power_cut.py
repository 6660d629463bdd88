"""A power cut takes what SQLite had not yet forced to the disk: the cursor goes back with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.worker import STREAM
from tests.faults.processes import Feed, Site, assert_exact, cursor
from tests.servers import RedisServer

READER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("begin")
connection.execute("select count(*) from cases").fetchone()
print("reading", flush=True)
time.sleep(600)
"""


@contextmanager
def nothing_settles(database: Path) -> Iterator[None]:
    """A reader with an old view: every commit stays in the WAL file, as between two checkpoints."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(database)], stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    try:
        assert reader.stdout.readline() == "reading\n"
        yield
    finally:
        reader.kill()
        reader.communicate()


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_commits_that_never_reached_the_disk_are_read_from_the_stream_again(
    share: float, spring: Feed, redis_server: RedisServer, make_site: Callable[..., Site]
) -> None:
    site = make_site(None, redis_server)
    database = site.folder / "l.db"
    site.run("push", spring.part("some", 0, 20_000), "--settle", "0s")
    with site.ledger():
        pass  # makes the tables
    with nothing_settles(database):
        worker = site.start("work")
        with site.ledger() as ledger:
            site.wait_until_committed(worker, ledger)
            before = cursor(ledger, STREAM)
            worker.kill()
    wal, index = Path(f"{database}-wal"), Path(f"{database}-shm")
    cut_power(wal, index, share)
    with site.ledger() as ledger:
        assert cursor(ledger, STREAM) != before
    site.run("push", spring.part("rest", 20_000, 40_000), "--settle", "0s")
    worker = site.start("work")
    with site.ledger() as ledger:
        site.wait_until_committed(worker, ledger)
        assert worker.stop() == 0
        assert_exact(ledger, spring)


def cut_power(wal: Path, index: Path, share: float) -> None:
    """Loses the end of the WAL file, and the index, which lives in memory."""
    with wal.open("rb+") as data:
        data.truncate(round(wal.stat().st_size * (1 - share)))
    index.unlink(missing_ok=True)


def test_before_a_full_redis_may_forget_events_their_commits_are_forced_to_the_disk(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site()
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: forced.append(os.fstat(number).st_ino))
    with site.ledger() as ledger:
        ledger.apply([])
        ledger.settle()
        assert forced == [Path(site.folder / "l.db-wal").stat().st_ino]
