"""Half-open connections: nothing is said any more and nobody tells. All notice and go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.faults.line import Line
from tests.faults.processes import PATIENCE_S, Feed, Site, assert_exact
from tests.faults.viewer import Viewer
from tests.servers import RedisServer, free_port, wait_until


@dataclass
class Behind:
    """A Redis at the other end of a line."""

    server: RedisServer
    line: Line

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.line.port}/0"

    def client(self) -> Any:
        return self.server.client()


@pytest.fixture
def behind(redis_server: RedisServer) -> Iterator[Behind]:
    with Line(redis_server.port) as line:
        yield Behind(redis_server, line)


def test_a_line_to_redis_and_a_line_to_a_screen_fall_silent(
    behind: Behind, spring: Feed, make_site: Callable[..., Site]
) -> None:
    port = free_port()
    site = make_site(None, behind, port=str(port))
    worker, _ = site.start("work"), site.start("serve")
    half = len(spring.lines) // 2
    with (
        Viewer(port) as near,
        Line(port) as to_screen,
        Viewer(to_screen.port) as far,
        site.ledger() as ledger,
    ):
        near.wait_for_frame()
        far.wait_for_frame()
        site.run("push", spring.part("first", 0, half), "--settle", "0s")
        site.wait_until_committed(worker, ledger)
        behind.line.silence()
        sender = site.start("push", spring.part("second", half, len(spring.lines)))
        wait_until(lambda: not near.beat["redis_ok"], PATIENCE_S, "the wall told of it")
        wait_until(lambda: near.age_s > 3, PATIENCE_S, "the wall says how old it is")
        wait_until(lambda: "Redis 不可用" in worker.said(), PATIENCE_S, "the worker's word of it")
        to_screen.silence()
        behind.line.restore()
        near.wait_for_frame("the wall goes on")
        opened = far.opened
        to_screen.restore()
        wait_until(lambda: far.opened > opened, PATIENCE_S, "the screen opens its stream anew")
        far.wait_for_frame("the screen goes on")
        assert sender.wait() == 0, sender.said()
        site.wait_until_committed(worker, ledger)
        assert worker.stop() == 0
        assert_exact(ledger, spring)
