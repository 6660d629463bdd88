"""Whether the holder of a lease is certainly no more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from dashboard.incarnation import gone, incarnation
from tests.servers import wait_until

TOLD = "from dashboard.incarnation import incarnation; print(incarnation(), flush=True); input()"


def test_a_process_lives_until_it_does_not() -> None:
    assert not gone(incarnation())
    with subprocess.Popen(
        [sys.executable, "-c", TOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        assert f":{child.pid} " in said and not gone(said)
        os.kill(child.pid, signal.SIGSTOP)
        assert not gone(said), "asleep is not dead"
        child.kill()
        wait_until(lambda: gone(said), what="its end seen, though nobody has collected it")


def test_another_process_of_the_same_number_is_another() -> None:
    name, start, where = incarnation().split(" ", 2)
    assert gone(f"{name} {int(start) - 1} {where}")


def test_nothing_is_known_of_another_machine_or_of_nonsense() -> None:
    name, start, where = incarnation().split(" ", 2)
    assert not gone(f"{name} {start} elsewhere {where}")
    assert not any(map(gone, ["", "x", "host:1", "host:x 1 2 3"]))
