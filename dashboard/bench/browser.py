"""The whole shipped line seen by Chromium: event to text, and a cold page to its first numbers."""

from __future__ import annotations

import random
import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from dashboard.bench.live_happenings import Happenings
from dashboard.bench.live_line import HOST, Line
from dashboard.bench.live_meter import percentile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

SEED_CASES: Final = 400
SEED_STEPS: Final = 1_200
SPACING_S: Final = (0.3, 1.3)
BACKGROUND_S: Final = 0.25
"""Every so often another case moves on while samples are taken."""
TAIL_S: Final = 3.0
SETTLE_S: Final = 3.0
COLD_PAGES: Final = 5
HEAVIEST: Final = 8
NUMBERS_MS: Final = 20_000
SIZE: Final[ViewportSize] = {"width": 1920, "height": 1080}
NUMBER: Final = '[data-measure="today.cases.reported"][data-part="v"]'
"""上报 of the funnel."""
WATCH: Final = """
(() => {
  const seen = (window.benchSeen = []);
  let last = '';
  const look = () => {
    const found = document.querySelector(`NUMBER`);
    const text = found ? found.textContent : '';
    if (text === last || !/[0-9]/.test(text)) return;
    last = text;
    seen.push([text, Date.now()]);
  };
  new MutationObserver(look).observe(document, {
    childList: true, subtree: true, characterData: true,
  });
})();
""".replace("NUMBER", NUMBER)
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]


class BrowserMissing(RuntimeError):
    """There is no browser to measure with; the text says what to install."""


@dataclass(frozen=True)
class Reaction:
    """From just before XADD to the text in the DOM; `unseen` samples whose number never came."""

    samples: int
    unseen: int
    p50_ms: float
    p95_ms: float
    max_ms: float


@dataclass(frozen=True)
class Cold:
    """Fresh browser contexts: seconds from navigating to the first numbers; bytes as transferred,
    until all is quiet; `foreign`: hosts asked other than ours."""

    pages: int
    median_s: float
    worst_s: float
    megabytes: float
    requests: int
    heaviest: dict[str, int]
    foreign: list[str]


def find_chromium() -> str:
    """The Chromium of the system; raises `BrowserMissing`."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise BrowserMissing("缺少浏览器 chromium：apt install chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser; raises `BrowserMissing`."""
    program = find_chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise BrowserMissing("缺少 Python 包 playwright：pip install playwright") from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def start(line: Line) -> Happenings:
    """Worker and web server with a day under way; what happens next is up to the caller."""
    happenings = Happenings(line.profile, line.bus)
    happenings.report(SEED_CASES)
    happenings.advance(SEED_STEPS)
    line.cityops("work")
    line.wait(lambda: line.bus.last_frame() is not None, "work")
    line.serve()
    return happenings


def reaction(
    browser: Browser, line: Line, happenings: Happenings, samples: int, seed: int = 7
) -> Reaction:
    """Reports single cases at random moments while others move on."""
    rng = random.Random(seed)
    page = browser.new_page(viewport=SIZE)
    _open(page, line)
    _until(lambda: _seen(page)[-1][0] >= SEED_CASES, "上报数没有到齐")
    base = _seen(page)[-1][0]
    sent: list[float] = []
    for _ in range(samples):
        _pass(rng.uniform(*SPACING_S), happenings)
        sent.append(time.time() * 1000)
        happenings.report()
    _pass(TAIL_S, happenings)
    seen = _seen(page)
    page.close()
    delays = []
    for n, at in enumerate(sent, 1):
        shown = next((when for number, when in seen if number >= base + n), None)
        if shown is not None:
            delays.append(max(0.0, shown - at))
    return Reaction(
        samples=samples,
        unseen=samples - len(delays),
        p50_ms=percentile(delays, 0.50),
        p95_ms=percentile(delays, 0.95),
        max_ms=max(delays, default=float("nan")),
    )


def cold(browser: Browser, line: Line, pages: int) -> Cold:
    """Opens the wall in fresh contexts, one after the other."""
    seconds: list[float] = []
    traffic = Traffic(line.config.port)
    for _ in range(pages):
        context = browser.new_context(viewport=SIZE)
        page = context.new_page()
        traffic.watch(page)
        began = time.time() * 1000
        _open(page, line)
        seconds.append((_seen(page)[0][1] - began) / 1000)
        page.wait_for_timeout(SETTLE_S * 1000)
        context.close()
    return Cold(
        pages=pages,
        median_s=statistics.median(seconds),
        worst_s=max(seconds),
        megabytes=sum(traffic.bytes.values()) / pages / 1e6,
        requests=round(traffic.requests / pages),
        heaviest={path: size // pages for path, size in traffic.heaviest(HEAVIEST)},
        foreign=sorted(traffic.foreign),
    )


class Traffic:
    """What pages transferred, by path, as the browser's own network log counts it."""

    def __init__(self, port: int) -> None:
        self.bytes: dict[str, int] = {}
        self.requests = 0
        self.foreign: set[str] = set()
        self._ours = f"{HOST}:{port}"

    def heaviest(self, count: int) -> list[tuple[str, int]]:
        """The paths that cost most."""
        return sorted(self.bytes.items(), key=lambda item: -item[1])[:count]

    def watch(self, page: Page) -> None:
        """Counts everything this page loads from now on."""
        log = page.context.new_cdp_session(page)
        log.send("Network.enable")
        paths: dict[str, str] = {}
        counted: dict[str, int] = {}

        def asked(event: dict[str, Any]) -> None:
            parts = urlsplit(event["request"]["url"])
            if parts.scheme in ("data", "blob"):
                return
            self.requests += 1
            paths[event["requestId"]] = parts.path
            if parts.netloc != self._ours:
                self.foreign.add(parts.netloc)

        def add(id: str, size: int) -> None:
            counted[id] = counted.get(id, 0) + size
            path = paths.get(id)
            if path is not None:
                self.bytes[path] = self.bytes.get(path, 0) + size

        def finished(event: dict[str, Any]) -> None:
            id = event["requestId"]
            add(id, int(event["encodedDataLength"]) - counted.get(id, 0))

        def socket(event: dict[str, Any]) -> None:
            host = urlsplit(event["url"]).netloc
            if host != self._ours:
                self.foreign.add(host)

        log.on("Network.webSocketCreated", socket)
        log.on("Network.requestWillBeSent", asked)
        log.on(
            "Network.responseReceived",
            lambda event: add(event["requestId"], int(event["response"]["encodedDataLength"])),
        )
        log.on(
            "Network.dataReceived",
            lambda event: add(event["requestId"], int(event["encodedDataLength"])),
        )
        log.on("Network.loadingFinished", finished)


def _open(page: Page, line: Line) -> None:
    page.add_init_script(WATCH)
    page.goto(f"http://{HOST}:{line.config.port}/wall", wait_until="commit")
    _until(lambda: bool(_seen(page)), "没有出现数字")


def _seen(page: Page) -> list[tuple[int, float]]:
    """(number, epoch ms) of every text the number has had."""
    told = page.evaluate("benchSeen")
    return [(int(re.sub(r"\D", "", text)), at) for text, at in told]


def _pass(seconds: float, happenings: Happenings) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if left > BACKGROUND_S:
            happenings.advance()
        time.sleep(min(left, BACKGROUND_S))


def _until(done: Callable[[], bool], failing: str) -> None:
    end = time.monotonic() + NUMBERS_MS / 1000
    while not done():
        if time.monotonic() > end:
            raise RuntimeError(failing)
        time.sleep(0.05)
