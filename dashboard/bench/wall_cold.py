"""Cold pages 冷启动: every scene and desk page in a browser that has nothing of ours yet."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dashboard.access.roles import Role
from dashboard.bench.bars import Bar
from dashboard.bench.browser import Traffic
from dashboard.bench.wall_city import Person, WallCity
from dashboard.bench.wall_stream import SIZE, Stream

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FONT: Final = ".woff2"
SETTLE_S: Final = 3.0
PATIENCE_S: Final = 40.0
HEAVIEST: Final = 8
NUMBERS: Final = """(() => {
  const found = document.querySelector('[data-measure="today.cases.reported"][data-part="v"]');
  return Boolean(found && /[0-9]/.test(found.textContent));
})()"""
FIGURES: Final = """(() => {
  const on = document.querySelector('[data-scene].on');
  return Boolean(window.cityops && cityops.painted && on && /[0-9]/.test(on.textContent));
})()"""
"""Of a scene that is pinned; the others are not painted."""
CONTENT: Final = """(() => {
  const main = document.querySelector('main');
  return Boolean(main && main.innerText.trim().length > 1
    && !document.querySelector('[data-dash-is-loading="true"]'));
})()"""
SIGN: Final = "Boolean(document.body && document.body.innerText.trim())"
WATCH: Final = """(() => {
  const look = () => {
    if (CONDITION) window.benchShown = performance.timeOrigin + performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();"""


@dataclass(frozen=True)
class ColdPage:
    """One page, `opens` times from nothing: seconds from navigating to its figures or its content,
    megabytes on the wire until all is quiet, requests."""

    path: str
    opens: int
    median_s: float
    worst_s: float
    megabytes: float
    fonts_mb: float
    requests: int
    heaviest: dict[str, int]

    @property
    def without_fonts_mb(self) -> float:
        return self.megabytes - self.fonts_mb


@dataclass(frozen=True)
class ColdPages:
    """`walls`: the rotating wall first, then each scene pinned; `foreign`: other hosts asked."""

    walls: list[ColdPage]
    desks: list[ColdPage]
    others: list[ColdPage]
    foreign: list[str]

    def bars(self) -> list[Bar]:
        """What issue 6 asks: of the wall, and of the desk's slowest and heaviest page."""
        wall = self.walls[0]
        heavy = max(self.walls, key=lambda one: one.without_fonts_mb)
        slow_desk = max(self.desks, key=lambda one: one.median_s)
        heavy_desk = max(self.desks, key=lambda one: one.megabytes)
        return [
            Bar("wall_s", "墙：冷启动到首批数字，中位", wall.median_s, "<=", 1.5, "s"),
            Bar(
                "wall_mb",
                f"墙：冷启动传输，不含字体（{heavy.path}）",
                heavy.without_fonts_mb,
                "<=",
                1.5,
                "MB",
            ),
            Bar("desk_s", f"桌面：首屏（{slow_desk.path}）", slow_desk.median_s, "<=", 2.5, "s"),
            Bar("desk_mb", f"桌面：传输（{heavy_desk.path}）", heavy_desk.megabytes, "<=", 3, "MB"),
            Bar("foreign", "外部主机", len(self.foreign), "<=", 0, "个"),
        ]

    def rows(self) -> list[tuple[str, str | float]]:
        """A line for each page."""
        found: list[tuple[str, str | float]] = [
            (
                one.path,
                f"{one.median_s:.2f} s（最慢 {one.worst_s:.2f}），{one.megabytes:.2f} MB"
                f"（其中字体 {one.fonts_mb:.2f}），{one.requests} 个请求",
            )
            for one in (*self.walls, *self.desks, *self.others)
        ]
        for one in (self.walls[0], max(self.desks, key=lambda one: one.megabytes)):
            heavy = "，".join(f"{path} {n / 1e3:.0f} kB" for path, n in one.heaviest.items())
            found.append((f"{one.path} 最重", heavy))
        return found + [("外部主机 / foreign", host) for host in self.foreign]


def cold_pages(
    browser: Browser, city: WallCity, opens: int, tell: Callable[[str], None]
) -> ColdPages:
    """Every scene the wall has and every page the navigation names, and those behind a figure."""
    stream = Stream(city)
    (person,) = city.people(1, Role.OPERATOR)
    foreign: set[str] = set()
    token = city.screen

    def open_(path: str, shown: str, who: Person | None, times: int) -> ColdPage:
        tell(f"{path}……")
        query = f"?token={token}" if who is None and path.startswith("/wall") else ""
        return _open(browser, city, stream, path, query, shown, who, times, foreign)

    walls = [open_("/wall", NUMBERS, None, opens)]
    walls += [open_(f"/wall/{id}", FIGURES, None, 1) for id in _scenes(browser, city, token)]
    desks = [open_(path, CONTENT, person, opens) for path in pages_of(browser, city, person)]
    others = [open_("/login", SIGN, None, 1), open_("/account", SIGN, person, 1)]
    return ColdPages(walls, desks, others, sorted(foreign))


def _open(
    browser: Browser,
    city: WallCity,
    stream: Stream,
    path: str,
    query: str,
    shown: str,
    who: Person | None,
    times: int,
    foreign: set[str],
) -> ColdPage:
    traffic, seconds = Traffic(city.line.config.port), []
    for _ in range(times):
        page = desk_page(browser, city, who)
        traffic.watch(page)
        page.add_init_script(WATCH.replace("CONDITION", shown))
        stream.publish()
        began = time.time() * 1000
        page.goto(city.url + path + query, wait_until="commit")
        seconds.append((_when(page, stream, path) - began) / 1000)
        stream.run(page, round(SETTLE_S), 1)
        page.context.close()
    foreign |= traffic.foreign
    fonts = sum(size for name, size in traffic.bytes.items() if name.endswith(FONT))
    return ColdPage(
        path=path,
        opens=times,
        median_s=statistics.median(seconds),
        worst_s=max(seconds),
        megabytes=sum(traffic.bytes.values()) / times / 1e6,
        fonts_mb=fonts / times / 1e6,
        requests=round(traffic.requests / times),
        heaviest={name: size // times for name, size in traffic.heaviest(HEAVIEST)},
    )


def _when(page: Page, stream: Stream, path: str) -> float:
    """Epoch ms at which the page showed what it is for."""
    end = time.monotonic() + PATIENCE_S
    due = time.monotonic() + 1
    while (found := page.evaluate("window.benchShown || 0")) == 0:
        if time.monotonic() > end:
            raise RuntimeError(f"{path} 没有显示内容")
        if time.monotonic() > due:
            due += 1
            stream.publish()
        page.wait_for_timeout(20)
    return float(found)


def desk_page(browser: Browser, city: WallCity, who: Person | None) -> Page:
    """A page in a context of its own, signed in as somebody or nobody."""
    context = browser.new_context(viewport=SIZE)
    if who is not None:
        cookies: list[Any] = [
            {"name": who.cookie, "value": who.token, "url": city.url, "httpOnly": True},
            {"name": "_csrf_token", "value": who.csrf, "url": city.url},
        ]
        context.add_cookies(cookies)
    return context.new_page()


def _scenes(browser: Browser, city: WallCity, token: str) -> list[str]:
    page = desk_page(browser, city, None)
    page.goto(f"{city.url}/wall?token={token}")
    page.wait_for_selector("[data-scene]", state="attached")
    told = "Array.from(document.querySelectorAll('[data-scene]'), (one) => one.dataset.scene)"
    found: list[str] = page.evaluate(told)
    page.context.close()
    return found


def pages_of(browser: Browser, city: WallCity, who: Person) -> list[str]:
    """The pages that the desk's own navigation leads this person to."""
    page = desk_page(browser, city, who)
    page.goto(f"{city.url}/desk")
    page.wait_for_selector("nav.tabs a", state="attached")
    told = "Array.from(document.querySelectorAll('nav.tabs a'), (one) => one.pathname)"
    found: list[str] = page.evaluate(told)
    page.context.close()
    return found
