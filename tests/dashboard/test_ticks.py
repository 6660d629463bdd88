"""What each viewer is sent: everything, or the paths of the scenes it was given; encoded once."""

from __future__ import annotations

from typing import Any

import orjson

from dashboard.access.identity import KEY, Identity
from dashboard.live import App, Hub, live_route
from dashboard.ticks import News, Tick
from tests.dashboard.test_live import Wall, cell, run_wall, soon, town
from tests.servers import RedisServer

PATHS = frozenset({"m.today.cases.filed", "t.ticker"})


def known(hub: Hub) -> App:
    """The stream behind a guard that believes what a request says of its scenes."""
    app = live_route(hub, seen=lambda scenes: PATHS)

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        scenes = dict(scope["headers"]).get(b"x-scenes", b"").decode()
        scope[KEY] = Identity("w1", "大厅", kind="wall", scenes=tuple(scenes.split()))
        await app(scope, receive, send)

    return guarded


def test_who_was_given_some_scenes_gets_their_paths_and_no_other(redis_server: RedisServer) -> None:
    """Keyframe, delta, and a keyframe again after keys came: all of it cut the same."""

    async def scenario(wall: Wall) -> None:
        wall.show(town(1, 10))
        async with wall.screen(scenes="cases") as limited, wall.screen() as everything:
            await soon(lambda: limited.frame is not None and everything.frame is not None)
            assert limited.frame is not None
            assert list(limited.frame["m"]) == ["today.cases.filed"]
            assert limited.frame["s"] == {} and list(limited.frame["t"]) == ["ticker"]
            second = wall.show(town(2, 11, "x"))
            await soon(lambda: everything.frame == second and bool(limited.last("delta")))
            assert limited.last("delta")["set"] == {}
            assert set(everything.last("delta")["set"]) == {"m.today.cases.reported", "s.padding"}
            third = town(3, 12)
            third["m"]["today.cases.filed@all"] = cell(9)
            third["m"]["today.cases.secret"] = cell(5)
            wall.show(third)
            await soon(lambda: limited.frame is not None and limited.frame["seq"] == 3)
            assert list(limited.frame["m"]) == ["today.cases.filed", "today.cases.filed@all"]

    run_wall(redis_server, scenario, known)


def test_the_same_scenes_share_their_bytes() -> None:
    frame = town(7, 10)
    tick = Tick(1, News(frame, orjson.dumps(frame), None), True, b"", False)
    assert tick.news(PATHS) is tick.news(frozenset(PATHS))
    assert tick.whole(PATHS) is tick.whole(PATHS)
    assert tick.news(None) is not tick.news(PATHS)
    assert b"reported" not in tick.whole(PATHS).plain
