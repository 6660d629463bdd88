"""`cityops serve` killed: no worker is left that keeps the port from its successor."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from dashboard.stage import showing
from tests.faults.processes import PATIENCE_S, Site
from tests.servers import RedisServer, free_port, wait_until


def test_kill_9_of_the_master_frees_the_port(
    redis_server: RedisServer, make_site: Callable[..., Site]
) -> None:
    port = free_port()
    site = make_site(None, redis_server, port=str(port))
    worker = site.start("work")
    for _ in range(2):
        master = site.start("serve")
        wait_until(
            lambda m=master: not m.running or showing("127.0.0.1", port), PATIENCE_S, "the wall"
        )
        assert master.running, master.said()
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(master.pid)], capture_output=True, check=True
        )
        children = [Path(f"/proc/{int(pid)}") for pid in found.stdout.split()]
        assert len(children) == 2
        assert master.kill()
        wait_until(
            lambda all=children: not any(one.exists() for one in all), PATIENCE_S, "its children"
        )
    assert worker.stop() == 0
