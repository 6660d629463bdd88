"""What a frame and a change of scene cost the wall's main thread 主线程, without a GPU."""

from __future__ import annotations

import base64
import io
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from dashboard.bench.bars import Bar
from dashboard.bench.live_meter import percentile
from dashboard.bench.wall_city import WallCity
from dashboard.bench.wall_stream import Stream, WallPage

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NEVER_S: Final = 100_000.0
"""Dwell of a wall that does not rotate by itself."""
PARTS: Final = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
INK: Final = 48
"""Grey of 0–255 from which a pixel is something; the wall's ground is darker."""
BLANK: Final = 0.5
"""A frame with less than this share of the ink of the scarcer of the two scenes is blank."""
WATCHED_MS: Final = 900
SETTLE_FRAMES: Final = 6
"""Before the first that counts: a map has loaded its tiles."""
CHANGES: Final = 3
"""Times each scene is changed to; the median counts."""
SCREENCAST: Final = {"format": "jpeg", "quality": 60, "maxWidth": 480, "maxHeight": 270}
SCRIPT: Final = f"""
window.benchChange = (key) => new Promise((done) => {{
  const began = performance.now();
  let last = began, gap = 0, painted = null;
  document.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }}));
  const look = () => {{
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
    if (now - began < {WATCHED_MS}) requestAnimationFrame(look);
    else done({{ painted, gap }});
  }};
  requestAnimationFrame(() => {{
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {{ painted = performance.now() - began; }};
    channel.port2.postMessage(0);
    look();
  }});
}});
"""


@dataclass(frozen=True)
class SceneCost:
    """CPU of the main thread per second with one frame in it, ms; of its median: script, style,
    layout; `change_ms` from the key to the scene's first paint, `gap_ms` the longest time without
    an animation frame while it fades in."""

    scene: str
    p50_ms: float
    p95_ms: float
    script_ms: float
    style_ms: float
    layout_ms: float
    change_ms: float
    gap_ms: float
    blank: int
    shown: int


@dataclass(frozen=True)
class Paint:
    """Every scene of the wall."""

    frames: int
    scenes: list[SceneCost]

    def bars(self) -> list[Bar]:
        """What issue 6 asks, of the worst scene."""
        worst = max(self.scenes, key=lambda one: one.p95_ms)
        slow = max(self.scenes, key=lambda one: max(one.change_ms, one.gap_ms))
        blank = sum(one.blank for one in self.scenes)
        return [
            Bar("frame_ms", f"每帧主线程 p95（{worst.scene}）", worst.p95_ms, "<=", 60, "ms"),
            Bar("change_ms", f"换场景（{slow.scene}）", slow.change_ms, "<=", 150, "ms"),
            Bar("change_gap_ms", "淡入时最长一帧", slow.gap_ms, "<=", 150, "ms"),
            Bar("blank", "换场景时的空白帧", blank, "<=", 0, "帧"),
        ]

    def rows(self) -> list[tuple[str, str | float]]:
        """A line for each scene."""
        return [
            (
                one.scene,
                f"p50 {one.p50_ms:.1f}，p95 {one.p95_ms:.1f} ms（脚本 {one.script_ms:.1f}，"
                f"样式 {one.style_ms:.1f}，版面 {one.layout_ms:.1f}）；"
                f"换场景 {one.change_ms:.0f} ms，"
                f"最长一帧 {one.gap_ms:.0f} ms，空白 {one.blank} / {one.shown}",
            )
            for one in self.scenes
        ]


def paint(browser: Browser, city: WallCity, frames: int, tell: Callable[[str], None]) -> Paint:
    """`frames` frames at 1 Hz on each scene, then from scene to scene."""
    stream, wall = Stream(city), WallPage(browser, city, NEVER_S)
    wall.page.add_init_script(SCRIPT)
    scenes = wall.open(stream)
    wall.tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    costs = {}
    for scene in scenes:
        tell(f"{scene}：{frames} 帧……")
        wall.show(scene)
        stream.run(wall.page, SETTLE_FRAMES, 1)
        costs[scene] = _costs(wall, stream, frames)
    found = []
    for n, scene in enumerate(scenes):
        wall.show(scenes[n - 1])
        stream.run(wall.page, 2, 1)
        found.append(SceneCost(scene, **costs[scene], **_change(wall, stream, n + 1)))
    if wall.errors:
        raise RuntimeError(wall.errors[0])
    wall.close()
    return Paint(frames, found)


def _costs(wall: WallPage, stream: Stream, frames: int) -> dict[str, Any]:
    spent: list[dict[str, float]] = []
    for _ in range(frames):
        before = _metrics(wall)
        stream.run(wall.page, 1, 1)
        after = _metrics(wall)
        spent.append({name: 1000 * (after[name] - before[name]) for name in after})
    whole = [one["TaskDuration"] for one in spent]
    script, style, layout = (percentile([one[name] for one in spent], 0.5) for name in PARTS)
    return {
        "p50_ms": percentile(whole, 0.50),
        "p95_ms": percentile(whole, 0.95),
        "script_ms": script,
        "style_ms": style,
        "layout_ms": layout,
    }


def _metrics(wall: WallPage) -> dict[str, float]:
    told = wall.tools.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in told if one["name"] in ("TaskDuration", *PARTS)}


def _change(wall: WallPage, stream: Stream, digit: int) -> dict[str, Any]:
    """Goes to the scene by its digit while the screen is filmed."""
    films: list[bytes] = []

    def filmed(event: dict[str, Any]) -> None:
        films.append(base64.b64decode(event["data"]))
        wall.tools.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    told = []
    for _ in range(CHANGES):
        wall.page.keyboard.press("ArrowLeft")
        stream.run(wall.page, 3, 2)
        told.append(wall.page.evaluate("(key) => benchChange(key)", str(digit)))
    stream.run(wall.page, 1, 2)
    before = _ink(wall.page.screenshot(type="jpeg", quality=60))
    wall.page.keyboard.press("ArrowLeft")
    stream.run(wall.page, 2, 1)
    after = _ink(wall.page.screenshot(type="jpeg", quality=60))
    wall.tools.on("Page.screencastFrame", filmed)
    wall.tools.send("Page.startScreencast", SCREENCAST)
    wall.page.keyboard.press(str(digit))
    stream.run(wall.page, 2, 2)
    wall.tools.send("Page.stopScreencast")
    wall.tools.remove_listener("Page.screencastFrame", filmed)
    least = BLANK * min(before, after)
    blank = sum(1 for film in films if _ink(film) < least)
    return {
        "change_ms": statistics.median(one["painted"] for one in told),
        "gap_ms": statistics.median(one["gap"] for one in told),
        "blank": blank,
        "shown": len(films),
    }


def _ink(jpeg: bytes) -> float:
    """The share of pixels that are not the ground."""
    with Image.open(io.BytesIO(jpeg)) as image:
        counts = image.convert("L").resize((480, 270)).histogram()
    return sum(counts[INK:]) / sum(counts)
