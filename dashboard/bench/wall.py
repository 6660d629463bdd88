"""`cityops bench wall`: wall and desk in Chromium, on the shipped server and a busy stream."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dashboard.bench.bars import Bar
from dashboard.bench.browser import chromium
from dashboard.bench.wall_city import wall_city
from dashboard.bench.wall_cold import ColdPages, cold_pages
from dashboard.bench.wall_paint import Paint, paint
from dashboard.bench.wall_soak import Soak, soak

PARTS: Final = ("all", "cold", "paint", "soak")


@dataclass(frozen=True)
class Wall:
    """What was measured, None for what was not; `load` of the machine before and after."""

    load: tuple[float, float]
    cold: ColdPages | None = None
    paint: Paint | None = None
    soak: Soak | None = None

    def bars(self) -> list[Bar]:
        """Those of what was measured."""
        parts = (self.cold, self.paint, self.soak)
        return [bar for part in parts if part is not None for bar in part.bars()]


def bench(
    city: str,
    part: str,
    frames: int,
    samples: int,
    opens: int,
    days: int,
    tell: Callable[[str], None],
) -> Wall:
    """One part, or all of them; raises `BrowserMissing`. `frames` of the soak, `samples` frames for
    each scene, `opens` of each cold page, `days` of the simulated city."""
    with chromium() as browser, tempfile.TemporaryDirectory(prefix="cityops-bench-") as folder:
        tell(f"准备 {city}：网格、{days} 天的台账、一帧真画面……")
        with wall_city(city, Path(folder), days) as standing:
            standing.line.serve()
            found = Wall((os.getloadavg()[0], 0.0))
            if part in ("all", "cold"):
                found = replace(found, cold=cold_pages(browser, standing, opens, tell))
            if part in ("all", "paint"):
                found = replace(found, paint=paint(browser, standing, samples, tell))
            if part in ("all", "soak"):
                tell(f"长跑 {frames:,} 帧，10 Hz……")
                found = replace(found, soak=soak(browser, standing, frames, tell))
            return replace(found, load=(found.load[0], os.getloadavg()[0]))
