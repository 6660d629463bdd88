"""`cityops bench live`: the live path 实时链路 against a `dcc.Interval` page, and in Chromium."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dashboard.bench.bars import Bar
from dashboard.bench.browser import (
    COLD_PAGES,
    BrowserMissing,
    Cold,
    Reaction,
    chromium,
    cold,
    reaction,
    start,
)
from dashboard.bench.live_crowd import Crowd, pollers, screens
from dashboard.bench.live_line import Line, open_line

PARTS: Final = ("all", "viewers", "interval", "browser")
INTERVAL_VIEWERS: Final = 50
SAMPLES: Final = 60
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Live:
    """What was measured, None for what was not: our stream, the least a `dcc.Interval` page can
    do (`store`), one that fills figures and charts (`page`), Chromium; `missing` says what the
    machine lacks."""

    stream: Crowd | None = None
    store: Crowd | None = None
    page: Crowd | None = None
    reaction: Reaction | None = None
    cold: Cold | None = None
    missing: str = ""

    @property
    def ratio(self) -> float:
        """CPU per viewer and tick of the lightest `dcc.Interval` page against ours."""
        return _ratio(self.store, self.stream)

    @property
    def page_ratio(self) -> float:
        """The same of the page that fills figures and charts."""
        return _ratio(self.page, self.stream)

    def bars(self, viewers: int) -> list[Bar]:
        """The bars that apply to what was measured."""
        bars = []
        if self.stream:
            wanted = min(viewers, 2_000)
            bars += [
                Bar("viewers", "单进程观众数", self.stream.viewers, ">=", wanted, "个"),
                Bar("p99_ms", "送达 p99", self.stream.p99_ms, "<", 250, "ms"),
                Bar("missed", "漏帧", self.stream.missed, "<=", 0, "帧"),
            ]
        if self.stream and self.store:
            bars.append(Bar("ratio", "每观众·帧 CPU 是我们的几倍", self.ratio, ">=", 50, "倍"))
        if self.reaction:
            bars += [
                Bar("samples", "事件到文字的样本", self.reaction.samples, ">=", SAMPLES, "个"),
                Bar("event_p95_ms", "事件到文字 p95", self.reaction.p95_ms, "<=", 500, "ms"),
                Bar("unseen", "没有出现的数", self.reaction.unseen, "<=", 0, "个"),
            ]
        if self.cold:
            bars += [
                Bar("cold_s", "冷启动到首批数字，最慢", self.cold.worst_s, "<=", 2.5, "s"),
                Bar("cold_mb", "冷启动传输", self.cold.megabytes, "<=", 3.0, "MB"),
                Bar("foreign", "外部主机", len(self.cold.foreign), "<=", 0, "个"),
            ]
        return bars


def bench(
    city: str,
    viewers: int,
    seconds: int,
    part: str,
    tell: Tell,
    interval_viewers: int = INTERVAL_VIEWERS,
    samples: int = SAMPLES,
) -> Live:
    """Measures one part, or all of them one after the other; `tell` hears what is going on."""
    found = Live()
    if part in ("all", "viewers"):
        tell(f"{viewers:,} 个观众连接 /live，{seconds} 秒……")
        with _line(city) as line:
            found = replace(found, stream=screens(line, viewers, seconds))
    if part in ("all", "interval"):
        with _line(city) as line:
            tell(f"{interval_viewers} 个观众轮询 dcc.Interval → dcc.Store，{seconds} 秒……")
            found = replace(found, store=pollers(line, "store", interval_viewers, seconds))
            tell(f"{interval_viewers} 个观众轮询 dcc.Interval → 数字与图表，{seconds} 秒……")
            found = replace(found, page=pollers(line, "page", interval_viewers, seconds))
    if part in ("all", "browser"):
        found = _in_browser(found, city, samples, tell)
    return found


def _in_browser(found: Live, city: str, samples: int, tell: Tell) -> Live:
    try:
        with chromium() as browser, _line(city) as line:
            happenings = start(line)
            tell("Chromium 冷启动……")
            found = replace(found, cold=cold(browser, line, min(COLD_PAGES, samples)))
            tell(f"{samples} 个事件，从 XADD 到文字……")
            return replace(found, reaction=reaction(browser, line, happenings, samples))
    except BrowserMissing as missing:
        return replace(found, missing=str(missing))


@contextmanager
def _line(city: str) -> Iterator[Line]:
    with (
        tempfile.TemporaryDirectory(prefix="cityops-bench-") as folder,
        open_line(city, Path(folder)) as line,
    ):
        yield line


def _ratio(theirs: Crowd | None, ours: Crowd | None) -> float:
    return theirs.cpu_us / ours.cpu_us if theirs and ours and ours.cpu_us > 0 else float("nan")
