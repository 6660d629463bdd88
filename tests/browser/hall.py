"""A hall with a wall: real web processes of 梅县, and frames as if a worker were there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import orjson

from dashboard.bus import Bus
from tests.browser import scenery
from tests.servers import free_port, wait_until

EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>'
CITYOPS = (sys.executable, "-P", "-m", "dashboard.cli")


class Hall:
    """`cityops serve` of 梅县 with a frame a second, as if a worker were there."""

    def __init__(self, folder: Path, redis_url: str, ledger_url: str = "") -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CITYOPS_")}
        self.env = {
            **clean,
            "CITYOPS_CITY": "meixian",
            "CITYOPS_DATA_DIR": str(folder),
            "CITYOPS_REDIS_URL": redis_url,
            "CITYOPS_PORT": str(self.port),
            "CITYOPS_WEB_WORKERS": "1",
            **({"CITYOPS_LEDGER_URL": ledger_url} if ledger_url else {}),
        }
        self._bus, self._over = Bus(redis_url, "meixian"), threading.Event()
        self._thread = threading.Thread(target=self._publish)
        self._thread.start()
        self._web: subprocess.Popen[bytes] | None = None

    def _publish(self) -> None:
        seq = 0
        while not self._over.wait(0.5):
            seq += 1
            frame = scenery.frame(time.time_ns() // 1_000_000)
            frame["seq"] = seq
            frame["t"]["ticker"][0]["place"] = EVIL
            self._bus.publish(orjson.dumps(frame), seq)

    def run(self, *words: str) -> str:
        done = subprocess.run([*CITYOPS, *words], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        with (self.folder / "web.log").open("ab") as log:
            program = [*CITYOPS, "serve"]
            self._web = subprocess.Popen(program, env=self.env, stdout=log, stderr=log)
        wait_until(self._ready, 60, "web server")

    def _ready(self) -> bool:
        assert self._web and self._web.poll() is None, (self.folder / "web.log").read_text()
        try:
            return httpx.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self._web is not None:
            self._web.terminate()
            self._web.wait(20)

    def end(self) -> None:
        self.stop()
        self._over.set()
        self._thread.join()
        self._bus.close()
