"""A screen is there while its stream is open, and well while it paints; people are no screens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest

from dashboard.access.identity import KEY, NOBODY, Identity
from dashboard.eventkinds import OtherEvent, read_event
from dashboard.screenbeat import LOST_MS, Kept
from dashboard.screenpulse import ScreenPulse
from tests.dashboard.test_screenbeat import beat

NOW = 1_795_233_610_123
HALL = {KEY: Identity("s1", "大厅左", kind="wall")}
LEADER = {KEY: Identity("li", "李强", kind="user")}


class Line:
    """Where probes go; and what the screens said."""

    def __init__(self, **said: Kept) -> None:
        self.sent: list[bytes] = []
        self.said = said

    def send(self, bodies: list[bytes]) -> None:
        self.sent += bodies

    def beats(self, screens: Sequence[str]) -> Mapping[str, Kept]:
        return {id: one for id, one in self.said.items() if id in screens}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def told(pulse: ScreenPulse) -> dict[str, Any]:
    (probe,) = pulse.probes()
    said: dict[str, Any] = orjson.loads(probe)
    return said


def test_open_streams_of_screens_are_probes() -> None:
    line = Line()
    pulse = ScreenPulse(line, line, lambda: NOW)
    assert pulse.probes() == []
    with pulse.attended(HALL), pulse.attended(HALL), pulse.attended(LEADER), pulse.attended({}):
        (probe,) = pulse.probes()
        event = read_event(probe, NOW)
        assert isinstance(event, OtherEvent) and event.kind == "probe"
        said = told(pulse)
        assert said["component"] == "screen:大厅左" and said["at"] == 1_795_233_600_000
        assert pulse.probes() == [probe]  # the same step of the clock: the same event
    assert pulse.probes() == []
    with pytest.raises(RuntimeError), pulse.attended({KEY: NOBODY}):
        raise RuntimeError
    assert pulse.probes() == []


def test_a_screen_that_hangs_on_but_stands_still_or_says_nothing_is_down() -> None:
    line, clock = Line(), Clock()
    pulse = ScreenPulse(line, line, clock)
    with pulse.attended(HALL):
        assert told(pulse)["ok"] is True  # it has only come
        line.said["s1"] = Kept(NOW - 400 * LOST_MS, beat(fps=0))  # of another day
        assert told(pulse)["ok"] is True
        line.said["s1"] = Kept(clock.now, beat())
        assert told(pulse)["ok"] is True
        line.said["s1"] = Kept(clock.now, beat(fps=0))
        assert told(pulse)["ok"] is False
        line.said["s1"] = Kept(clock.now, beat())
        clock.now += LOST_MS + 1  # its stream is open and it says nothing any more
        assert told(pulse)["ok"] is False


def test_it_says_so_again_and_again() -> None:
    line = Line()
    pulse = ScreenPulse(line, line, lambda: NOW)

    async def a_moment() -> None:
        with pulse.attended(HALL):
            task = asyncio.create_task(pulse.run())
            while not line.sent:
                await asyncio.sleep(0.01)
            task.cancel()

    asyncio.run(a_moment())
    assert len(line.sent) == 1
