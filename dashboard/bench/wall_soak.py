"""The soak 长跑: thousands of frames through every scene, and what the page holds afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.bench.bars import Bar
from dashboard.bench.wall_city import WallCity
from dashboard.bench.wall_stream import Stream, WallPage

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HZ: Final = 10.0
DWELL_S: Final = 10.0
WARM: Final = 2_000
SETTLE_FRAMES: Final = 10
VIEW_FRAMES: Final = 15
"""So long the map shows one view: its values, boundaries and members have come by then."""
LOOKS: Final = 10
"""How often the page is looked at between the two that count."""


@dataclass(frozen=True)
class Look:
    """The page after `frame` frames, collected: heap in bytes, DOM nodes, listeners."""

    frame: int
    heap: int
    nodes: int
    listeners: int


@dataclass(frozen=True)
class Soak:
    """`looks`: the first is the basis, the last the verdict. `painted` of `frames` sent: the page
    paints at most once per animation frame. `rounds`: how often all scenes had their turn."""

    frames: int
    painted: int
    seconds: float
    scenes: int
    rounds: float
    looks: list[Look]
    history: int
    errors: list[str]

    def grown(self, what: str) -> float:
        """By how many percent the last look is above the first."""
        first, last = getattr(self.looks[0], what), getattr(self.looks[-1], what)
        return 100 * (last - first) / first if first else float("nan")

    def bars(self) -> list[Bar]:
        """What issue 6 asks of it."""
        first = self.looks[0].frame
        return [
            Bar("soak_heap", f"堆，对比第 {first:,} 帧", self.grown("heap"), "<=", 5, "%"),
            Bar("soak_nodes", "DOM 节点，变动", abs(self.grown("nodes")), "<=", 1, "%"),
            Bar("soak_listeners", "监听器，变动", abs(self.grown("listeners")), "<=", 1, "%"),
            Bar("soak_history", "渲染器历史", self.history, "<=", 0, "条"),
            Bar("soak_errors", "控制台错误", len(self.errors), "<=", 0, "条"),
        ]

    def rows(self) -> list[tuple[str, str | float]]:
        """Every look, for people."""
        told: list[tuple[str, str | float]] = [
            ("帧 / frames，画出 / painted", f"{self.frames:,}，{self.painted:,}"),
            ("时长 / seconds", self.seconds),
            ("画面，轮 / scenes, rounds", f"{self.scenes}，{self.rounds:.1f}"),
        ]
        for one in self.looks:
            text = f"{one.heap / 1e6:.2f} MB，{one.nodes:,} 节点，{one.listeners:,} 监听器"
            told.append((f"第 {one.frame:,} 帧", text))
        return told + [("控制台 / console", text) for text in self.errors[:5]]


def soak(browser: Browser, city: WallCity, frames: int, tell: Callable[[str], None]) -> Soak:
    """Runs it; one wall page, 1920 × 1080, rotating all the while."""
    stream, wall = Stream(city), WallPage(browser, city, DWELL_S)
    scenes = wall.open(stream)
    began, before = time.monotonic(), wall.painted()
    warm = min(WARM, max(1, frames // 2))
    marks = [warm + (frames - warm) * n // LOOKS for n in range(LOOKS + 1)]
    looks: list[Look] = []
    sent = _every_view(wall, stream, warm)
    for mark in dict.fromkeys(marks):
        stream.run(wall.page, mark - sent, HZ)
        sent = mark
        looks.append(_look(wall, stream, scenes, mark))
        found = looks[-1]
        tell(f"第 {mark:,} 帧：{found.heap / 1e6:.2f} MB，{found.nodes:,} 节点")
    seconds = time.monotonic() - began
    result = Soak(
        frames=frames,
        painted=wall.painted() - before,
        seconds=seconds,
        scenes=len(scenes),
        rounds=seconds / DWELL_S / len(scenes),
        looks=looks,
        history=wall.history(),
        errors=wall.errors,
    )
    wall.close()
    return result


def _every_view(wall: WallPage, stream: Stream, most: int) -> int:
    """The map keeps boundaries and members of a level it has once shown; by its own turns it would
    come to the last view only after a thousand frames and more, and that is no leak. The frames
    it took, at most `most`."""
    views = wall.views()
    each = min(VIEW_FRAMES, most // max(1, len(views)))
    for view in views:
        wall.choose(view)
        stream.run(wall.page, each, HZ)
    return each * len(views)


def _look(wall: WallPage, stream: Stream, scenes: list[str], frame: int) -> Look:
    """Always after the same round through the scenes, with the same view of the map: a scene that
    is not shown keeps the rows it had when it was, and other views have other rows."""
    for scene in (*scenes[1:], scenes[0]):
        wall.show(scene)
        for view in wall.views()[:1]:
            wall.choose(view)
        stream.run(wall.page, SETTLE_FRAMES, HZ)
    return Look(frame, **wall.memory())
