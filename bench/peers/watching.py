"""A real page 真页面 in Chromium: cold weight, bytes and main-thread time of a tick, event to DOM;
and what it says to its server, for the viewers that are simulated after it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from relay import Relay
from tools import Tool

from dashboard.bench.browser import chromium
from dashboard.bench.live_meter import percentile

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

SETTLE_S = 4.0
PATIENCE_S = 60.0
BOKEH_OPENING = 3
"""Pieces of its first message: header, metadata, content."""
STAMPS = """
window.benchSeen = [];
(() => {
  const texts = (node) => {
    let found = node.nodeType === 3 ? node.data : '';
    if (node.shadowRoot) found += texts(node.shadowRoot);
    for (const child of node.childNodes || []) {
      if (child.nodeName !== 'SCRIPT' && child.nodeName !== 'STYLE') found += ' ' + texts(child);
    }
    return found;
  };
  let last = 0;
  const look = () => {
    const found = texts(document.body).replace(/[,\\u2009]/g, '').match(/1[789]\\d{11}/g) || [];
    const newest = Math.max(0, ...found.map(Number));
    if (newest > last) { last = newest; window.benchSeen.push([newest, Date.now()]); }
    if (window.benchLooking) requestAnimationFrame(look);
  };
  window.benchLooking = true;
  look();
})();
"""


@dataclass
class RealPage:
    """`cold_mb`: everything the server sent until the page had its figures and three seconds more,
    less the ticks in it; `events` from the server taking the figures to the text in the DOM."""

    cold_mb: float
    bytes_per_tick: float
    main_ms: float
    event_p50_ms: float
    event_p95_ms: float


def watch(tool: Tool, port: int, pid: int, seconds: float) -> tuple[RealPage, dict[str, Any]]:
    """Opens the page through a relay that counts; the second value tells `replay.py` how to do
    likewise."""
    relay = Relay(port)
    try:
        with chromium() as browser:
            page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
            tools = page.context.new_cdp_session(page)
            talk = Talk(tools)
            page.goto(f"http://127.0.0.1:{relay.port}{tool.page}", wait_until="commit")
            _first(page)
            page.wait_for_timeout(SETTLE_S * 1000)
            cold = relay.down
            tools.send("Performance.enable", {"timeDomain": "threadTicks"})
            spent, began, before = _busy(tools), time.monotonic(), relay.down
            page.wait_for_timeout(seconds * 1000)
            took = time.monotonic() - began
            main_ms = 1000 * (_busy(tools) - spent) / took
            per_tick = (relay.down - before) / took
            delays = _delays(page, seconds)
            spec = talk.spec(tool)
    finally:
        relay.close()
    found = RealPage(
        cold_mb=(cold - SETTLE_S * per_tick) / 1e6,
        bytes_per_tick=per_tick,
        main_ms=main_ms,
        event_p50_ms=percentile(delays, 0.50),
        event_p95_ms=percentile(delays, 0.95),
    )
    return found, spec


def _first(page: Page) -> None:
    end = time.monotonic() + PATIENCE_S
    page.wait_for_timeout(500)
    page.evaluate(STAMPS)
    while not page.evaluate("benchSeen.length"):
        if time.monotonic() > end:
            raise RuntimeError("no figures came")
        page.wait_for_timeout(100)
    page.evaluate("window.benchLooking = false")


def _delays(page: Page, seconds: float) -> list[float]:
    page.evaluate(STAMPS)
    page.wait_for_timeout(seconds * 1000)
    seen: list[list[float]] = page.evaluate("window.benchLooking = false, benchSeen")
    return [at - stamp for stamp, at in seen[1:]]


def _busy(tools: CDPSession) -> float:
    told = tools.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in told if one["name"] == "TaskDuration")


class Talk:
    """What goes over the page's WebSocket; messages the page sent, each with the number of those
    it had got before."""

    def __init__(self, tools: CDPSession) -> None:
        self.url, self.protocols = "", ""
        self.sent: list[dict[str, Any]] = []
        self.got = 0
        self._id = ""
        tools.send("Network.enable")
        tools.on("Network.webSocketCreated", self._made)
        tools.on("Network.webSocketWillSendHandshakeRequest", self._shaken)
        tools.on("Network.webSocketFrameSent", self._said)
        tools.on("Network.webSocketFrameReceived", self._heard)

    def _made(self, event: dict[str, Any]) -> None:
        self.url, self._id = event["url"], event["requestId"]
        self.sent, self.got = [], 0

    def _shaken(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): text for name, text in event["request"]["headers"].items()}
        self.protocols = headers.get("sec-websocket-protocol", "")

    def _said(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        if event["requestId"] == self._id and frame["opcode"] in (1, 2):
            one = {"opcode": frame["opcode"], "data": frame["payloadData"], "after": self.got}
            self.sent.append(one)

    def _heard(self, event: dict[str, Any]) -> None:
        if event["requestId"] == self._id and event["response"]["opcode"] in (1, 2):
            self.got += 1

    def spec(self, tool: Tool) -> dict[str, Any]:
        """For `replay.py`; without the port."""
        parts = urlsplit(self.url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        query = dict(one.split("=", 1) for one in parts.query.split("&") if "=" in one)
        sent = self.sent[:BOKEH_OPENING] if tool.kind == "bokeh" else self.sent
        return {
            "kind": tool.kind,
            "page": tool.page,
            "path": path,
            "protocols": [one.strip() for one in self.protocols.split(",") if one.strip()],
            "client_id": query.get("client_id", ""),
            "before": sent[0]["after"] if sent else 0,
            "sent": sent,
        }
