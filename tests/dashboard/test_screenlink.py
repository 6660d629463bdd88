"""A screen's own line: its schedule at once and when it changes, orders to it alone and once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from dashboard.access.identity import KEY, Identity
from dashboard.payload import Payload
from dashboard.redislink import BusDown
from dashboard.screenlink import ScreenLink
from dashboard.screenorder import GOOD_MS, Order, make_order
from dashboard.screensettings import ScreenSettings

NOW = 1_795_233_610_123
HALL = {KEY: Identity("s1", "大厅左", kind="wall")}
LOBBY = {KEY: Identity("s2", "大厅右", kind="wall")}
LEADER = {KEY: Identity("li", "李强", kind="user")}


class Desk:
    """Schedules and orders that a test changes."""

    def __init__(self) -> None:
        self.settings: dict[str, ScreenSettings] = {"s1": ScreenSettings()}
        self.given: list[Order] = []
        self.there = True

    def orders(self) -> list[Order]:
        if not self.there:
            raise BusDown("away")
        return self.given


class Viewer:
    """Keeps what was written to a stream."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    async def write(self, payload: Payload) -> None:
        name, data = payload.plain.decode().rstrip("\n").split("\n")
        self.events.append(
            (name.removeprefix("event: "), orjson.loads(data.removeprefix("data: ")))
        )

    def all(self, name: str) -> list[Any]:
        return [value for event, value in self.events if event == name]


def playing(play: Callable[[Desk, ScreenLink], Awaitable[None]]) -> None:
    async def run() -> None:
        desk = Desk()
        link = ScreenLink(desk, desk.settings.get, lambda: NOW)
        task = asyncio.create_task(link.run())
        try:
            await asyncio.wait_for(play(desk, link), 20)
        finally:
            task.cancel()

    asyncio.run(run())


async def holds(check: Callable[[], bool]) -> None:
    while not check():
        await asyncio.sleep(0.02)


def test_the_schedule_comes_first_and_again_when_it_changes() -> None:
    async def play(desk: Desk, link: ScreenLink) -> None:
        hall, leader = Viewer(), Viewer()
        tasks = [
            asyncio.create_task(link.view(HALL, hall.write)),
            asyncio.create_task(link.view(LEADER, leader.write)),
        ]
        await holds(lambda: bool(hall.events))
        said = hall.events[0][1]
        assert (said["id"], said["name"], said["settings"]["scenes"]) == ("s1", "大厅左", [])
        desk.settings["s1"] = ScreenSettings(("cases",), 30, "3x1")
        await holds(lambda: len(hall.events) == 2)
        assert hall.events[1][1]["settings"] == {"scenes": ["cases"], "dwell_s": 30, "grid": "3x1"}
        del desk.settings["s1"]  # nothing is known any more: it keeps what it has
        await holds(lambda: len(hall.events) == 3)
        assert hall.events[2][1]["settings"] is None
        assert leader.events == [] and tasks[1].done()
        tasks[0].cancel()

    playing(play)


def test_an_order_reaches_its_screen_once_and_no_other_and_never_late() -> None:
    async def play(desk: Desk, link: ScreenLink) -> None:
        hall, lobby = Viewer(), Viewer()
        tasks = [
            asyncio.create_task(link.view(HALL, hall.write)),
            asyncio.create_task(link.view(LOBBY, lobby.write)),
        ]
        stale = make_order("s1", "pause", NOW - GOOD_MS - 1, "root1")
        first = make_order("s1", "show", NOW, "root1", "cases", ("cases",))
        second = make_order("s1", "reload", NOW, "root1")
        desk.given = [first, stale]
        await holds(lambda: bool(hall.all("order")))
        desk.there = False  # Redis goes away and comes back: nothing is told again
        await asyncio.sleep(1.2)
        desk.there, desk.given = True, [second, first, stale]
        await holds(lambda: len(hall.all("order")) == 2)
        assert [one["id"] for one in hall.all("order")] == [first.id, second.id]
        assert hall.all("order")[0]["scene"] == "cases"
        assert lobby.all("order") == []
        for task in tasks:
            task.cancel()

    playing(play)
