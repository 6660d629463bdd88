"""Children: tied to their parent, stopped as a group, quoted when they fail."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboard.processes import LOG_KEPT_BYTES, Child, FolderBusy, FolderLock
from tests.dashboard.test_embedded import running
from tests.servers import wait_until

PARENT = """
import os, sys, time
from pathlib import Path
from dashboard.processes import Child
child = Child("nap", ["sleep", "600"], Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(600)
"""
FAMILY = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen(["sleep", "600"]).pid, flush=True)
time.sleep(600)
"""


def test_a_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_until(lambda: running(child), what="child")
        parent.kill()
    wait_until(lambda: not running(child), seconds=5, what="end of the child")


def test_stop_ends_a_stubborn_child_and_its_own_children(tmp_path: Path) -> None:
    child = Child("family", [sys.executable, "-c", FAMILY], tmp_path / "log")
    wait_until(lambda: child.tail().isdigit(), what="grandchild")
    grandchild = int(child.tail())
    child.stop(patience_s=0.1)
    assert child.ended() == -9
    wait_until(lambda: not running(grandchild), seconds=5, what="end of the grandchild")


def test_the_tail_is_that_of_this_run(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("an earlier run\n")
    child = Child("lines", ["seq", "1", "100"], log)
    wait_until(lambda: child.ended() == 0, what="end")
    assert child.tail(3) == "98\n99\n100"
    assert "earlier" not in child.tail(1000)
    child.stop()


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as old:
        old.truncate(LOG_KEPT_BYTES + 1)
    Child("quiet", ["true"], log).stop()
    assert log.stat().st_size == 0
    assert (tmp_path / "log.1").stat().st_size == LOG_KEPT_BYTES + 1


def test_a_lock_is_held_until_the_last_child_with_it_has_ended(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path, "lock")
    child = Child("holder", ["sleep", "600"], tmp_path / "log", hold=[lock.fd])
    wait_until(lambda: os.readlink(f"/proc/{child.pid}/exe").endswith("sleep"), what="exec")
    lock.close()
    with pytest.raises(FolderBusy):
        FolderLock(tmp_path, "lock")
    child.stop()
    FolderLock(tmp_path, "lock").close()


def test_a_living_owner_is_not_waited_for(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path, "lock")
    started = time.monotonic()
    with pytest.raises(FolderBusy, match=f"进程 {os.getpid()}"):
        FolderLock(tmp_path, "lock", patience_s=60)
    assert time.monotonic() - started < 5
    lock.close()
