"""A screen is there while its stream is open; people and strangers are no screens."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from dashboard.access.identity import KEY, NOBODY, Identity
from dashboard.eventkinds import OtherEvent, read_event
from dashboard.screenpulse import ScreenPulse

NOW = 1_795_233_610_123
HALL = {KEY: Identity("s1", "大厅左", kind="wall")}
LEADER = {KEY: Identity("li", "李强", kind="user")}


class Line:
    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, bodies: list[bytes]) -> None:
        self.sent += bodies


def test_open_streams_of_screens_are_probes() -> None:
    pulse = ScreenPulse(Line(), lambda: NOW)
    assert pulse.probes() == []
    with pulse.attended(HALL), pulse.attended(HALL), pulse.attended(LEADER), pulse.attended({}):
        (probe,) = pulse.probes()
        event = read_event(probe, NOW)
        assert isinstance(event, OtherEvent) and event.kind == "probe"
        told = orjson.loads(probe)
        assert told["component"] == "screen:大厅左" and told["at"] == 1_795_233_600_000
        assert pulse.probes() == [probe]  # the same step of the clock: the same event
    assert pulse.probes() == []
    with pytest.raises(RuntimeError), pulse.attended({KEY: NOBODY}):
        raise RuntimeError
    assert pulse.probes() == []


def test_it_says_so_again_and_again() -> None:
    line = Line()
    pulse = ScreenPulse(line, lambda: NOW)

    async def a_moment() -> None:
        with pulse.attended(HALL):
            task = asyncio.create_task(pulse.run())
            while not line.sent:
                await asyncio.sleep(0.01)
            task.cancel()

    asyncio.run(a_moment())
    assert len(line.sent) == 1
