"""The page as it comes over the network: light, quick, ours only, and no other machinery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.playing import Stage, until

Wall = Callable[..., Page]
FIRST_NUMBER = """
new MutationObserver(() => {
  const first = document.querySelector('[data-measure="today.cases.reported"]');
  if (first && first.textContent !== '—' && !window.firstNumber) {
    window.firstNumber = performance.now();
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


class Trace:
    """A cold visit: every answer with its size as transferred."""

    def __init__(self, browser: Browser, url: str) -> None:
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        self.page = context.new_page()
        self.urls: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.sockets: list[str] = []
        self.complaints: list[str] = []
        network = context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", self._asked)
        network.on("Network.loadingFinished", self._finished)
        self.page.on("websocket", lambda socket: self.sockets.append(socket.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("response", self._answered)
        self.page.add_init_script(FIRST_NUMBER)
        self.page.goto(url + "/wall")
        until(self.page, "Boolean(window.firstNumber)")
        self.page.evaluate("document.fonts.ready")
        self.page.wait_for_timeout(2_500)

    def _asked(self, event: dict[str, Any]) -> None:
        self.urls[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes[self.urls[event["requestId"]]] = event["encodedDataLength"]

    def _answered(self, response: Any) -> None:
        self.headers[response.url] = response.headers

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def trace(browser: Browser, stage: Stage) -> Iterator[Trace]:
    trace = Trace(browser, stage.url)
    yield trace
    trace.page.context.close()


def test_nothing_is_asked_of_another_host(trace: Trace) -> None:
    hosts = {urlsplit(url).hostname for url in trace.urls.values() if not url.startswith("data:")}
    assert hosts == {"127.0.0.1"}
    assert trace.sockets == []


def test_a_cold_page_is_light_and_quick(trace: Trace) -> None:
    assert sum(trace.bytes.values()) <= 3_000_000
    assert trace.page.evaluate("window.firstNumber") <= 2_500


def test_plotly_and_lazy_chunks_are_never_loaded(trace: Trace) -> None:
    assert not [u for u in trace.urls.values() if "plotly" in u or "/async-" in u]


def test_nothing_is_logged_as_an_error(trace: Trace) -> None:
    assert trace.complaints == []


def test_our_files_are_kept_for_ever_and_text_comes_gzipped(trace: Trace) -> None:
    ours = {u: h for u, h in trace.headers.items() if "/assets/" in u}
    assert len(ours) > 20
    assert {h["cache-control"] for h in ours.values()} == {"public, max-age=31536000, immutable"}
    text = [h for u, h in trace.headers.items() if u.endswith((".js", ".css"))]
    assert {h.get("content-encoding") for h in text} == {"gzip"}


def test_the_page_may_run_only_our_scripts(trace: Trace) -> None:
    page = next(h for u, h in trace.headers.items() if u.endswith("/wall"))
    policy = page["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline' 'unsafe-eval" not in policy
    script = policy.partition("script-src ")[2].partition(";")[0]
    assert "unsafe" not in script


def test_fonts_are_the_vendored_ones_and_all_were_preloaded(trace: Trace) -> None:
    family = trace.page.evaluate("document.fonts.check('16px \"Noto Sans SC Variable\"', '上报')")
    assert family is True
    late = trace.page.evaluate(
        """performance.getEntriesByType('resource')
        .filter((e) => e.name.endsWith('.woff2') && e.initiatorType === 'css').map((e) => e.name)"""
    )
    assert late == []


def test_reduced_motion_is_honoured(browser: Browser, stage: Stage) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.goto(stage.url + "/wall")
    until(page, "Boolean(window.cityops && cityops.painted)")
    motion = "getComputedStyle(document.documentElement).getPropertyValue('--m-scene').trim()"
    assert page.evaluate(motion) in ("0ms", "0s")
    assert page.evaluate("document.getAnimations().length") == 0
    page.close()


def test_a_number_explains_itself(wall: Wall) -> None:
    page = wall()
    page.click("[data-card='month.cases.closure_rate']")
    card = page.inner_text(".card.open")
    for text in (
        "结案率",
        "95.75",
        "结案数 ÷ 应结案数（处置数 + 超期未处置数）",
        "26,731",
        "27,918",
        "本月 11月1日–11月21日",
        "按办理时间",
        "上月同期",
        "≥ 95",
        "数字城管业务系统",
        "eGova 逐案 0/1 求和口径",
    ):
        assert text in card
    page.keyboard.press("Escape")
    assert not page.is_visible(".card")


def test_every_number_has_a_definition(wall: Wall) -> None:
    page = wall()
    unknown = page.evaluate(
        """Array.from(document.querySelectorAll('[data-measure][data-part], [data-card]'))
        .map((el) => el.dataset.card || el.dataset.measure)
        .filter((key) => !cityops.page.definitions[key]
          && !cityops.page.definitions[key.slice(key.indexOf('.') + 1)])"""
    )
    assert unknown == []
