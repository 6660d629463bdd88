"""Runs the theatre as a process of its own and opens the wall in Chromium."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Error as PageGone
from playwright.sync_api import Page

from tests.servers import free_port

SIZES: Final = ("1920x1080", "3840x2160", "5760x1620", "7680x2160", "1080x1920", "390x844")
CHROMIUM: Final[dict[str, Any]] = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--autoplay-policy=document-user-activation-required",
        "--no-first-run",
    ],
}


@dataclass
class Stage:
    """A running theatre."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def play(self, **order: Any) -> dict[str, Any]:
        """Changes the play; see `theatre`."""
        return self._order("/_play", order)

    def heat(self, **order: Any) -> dict[str, Any]:
        """Changes the play of the map; see `heatplay`."""
        return self._order("/_heat", order)

    def _order(self, path: str, order: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(order).encode()
        request = urllib.request.Request(self.url + path, body, method="POST")
        with urllib.request.urlopen(request, timeout=120) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def freeze(self) -> None:
        """The server stops answering without closing a connection."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def playing(scenes: int = 1, *more: str) -> Iterator[Stage]:
    """A theatre process, ready to serve; ended on leaving."""
    port = free_port()
    command = [sys.executable, "-m", "tests.browser.theatre", str(port), str(scenes), *more]
    process = subprocess.Popen(command)
    try:
        stage = Stage(port, process)
        _wait_until_ready(stage)
        yield stage
    finally:
        stage.thaw()
        process.terminate()
        process.wait(10)


def _wait_until_ready(stage: Stage) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and stage.process.poll() is None:
        with contextlib.suppress(OSError):  # not there yet, or too busy to answer
            urllib.request.urlopen(stage.url + "/healthz", timeout=2).close()
            return
        time.sleep(0.1)
    raise RuntimeError("the theatre did not open")


def until(page: Page, expression: str, timeout_s: float = 20) -> None:
    """Waits until a JavaScript expression holds; unlike `wait_for_function` it needs no eval in
    the page, which its content security policy forbids."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        with contextlib.suppress(PageGone):  # it reloads at this moment
            if page.evaluate(expression):
                return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {timeout_s} s: {expression}")


def open_wall(page: Page, url: str, path: str = "/wall") -> None:
    """Opens the wall and waits until numbers and fonts are there."""
    page.goto(url + path)
    until(page, "Boolean(window.cityops && window.cityops.painted)")
    page.evaluate("document.fonts.ready")
