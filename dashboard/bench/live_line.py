"""The shipped line 整条链路 on ports of its own, for benchmarks: Valkey, programs, publisher."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from dashboard.bench.live_frames import frames
from dashboard.bus import Bus
from dashboard.city import Profile, load_profile
from dashboard.config import Config, load_config
from dashboard.embedded import EmbeddedValkey
from dashboard.processes import Child
from dashboard.stage import Stage

HOST = "127.0.0.1"
READY_S = 60.0
LOOK_S = 0.01


class Line:
    """Programs of one city around one Valkey; they end with the `with` of `open_line`."""

    def __init__(self, config: Config, profile: Profile, stage: Stage) -> None:
        self.config, self.profile = config, profile
        self.bus = Bus(config.require_redis(), config.bus_name(profile.id))
        self._stage = stage
        self.children: list[Child] = []

    def cityops(self, command: str, **settings: Any) -> Child:
        """`cityops work`, `serve`… with this line's settings, and others where given."""
        return self.python(command, "-m", "dashboard.cli", command, **settings)

    def python(self, name: str, *arguments: str, **settings: Any) -> Child:
        """A Python program with this line's settings, outside the checkout."""
        folder = self.config.data_dir
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("CITYOPS_")}
        environment = {**inherited, **replace(self.config, **settings).environment()}
        log = folder / "logs" / f"{name}.log"
        program = [sys.executable, "-P", *arguments]
        child = self._stage.add(Child(name, program, log, env=environment, cwd=folder))
        self.children.append(child)
        return child

    def serve(self) -> Child:
        """`cityops serve`, when its pages are good."""
        web = self.cityops("serve")
        self.wait(lambda: answers(self.config.port), "serve")
        return web

    def run(self, name: str, *arguments: str) -> None:
        """A Python program that ends by itself; raises `ChildFailed`."""
        self._stage.finish(self.python(name, *arguments))

    def end(self, child: Child) -> None:
        """Ends one program before the others."""
        child.stop()
        self._stage.finish(child)

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        """Watches the programs until `ready`; raises RuntimeError after a minute."""
        if not self._stage.wait(ready, READY_S):
            raise RuntimeError(f"{what}: {READY_S:.0f} 秒内没有就绪")


@contextmanager
def open_line(city: str, folder: Path, **settings: Any) -> Iterator[Line]:
    """A line without programs yet, its data in `folder`; `settings` that differ from a bench's."""
    overrides = {"city": city, "data_dir": folder, "port": free_port(), "web_workers": 1}
    overrides |= {"demo": True, "access": "open", "log_level": "warning", **settings}
    config = load_config(env={}, overrides=overrides)
    profile = load_profile(config.profile_source)
    with Stage() as stage:
        valkey = EmbeddedValkey(folder / "valkey", folder / "logs" / "valkey.log")
        stage.add(valkey.child)
        yield Line(replace(config, redis_url=valkey.url), profile, stage)


class Publisher:
    """Publishes a busy city's frame once a second and remembers when (monotonic ns)."""

    def __init__(self, line: Line) -> None:
        self._bus = line.bus
        self._frames = frames(line.profile, now_ms())
        self.published: dict[int, int] = {}
        self.body = b""
        self._due = time.monotonic()
        self.step()

    def step(self) -> None:
        """Publishes if a second has passed."""
        if time.monotonic() >= self._due:
            self._due += 1.0
            frame = next(self._frames)
            self.body = orjson.dumps(frame)
            self.published[frame["seq"]] = time.monotonic_ns()
            self._bus.publish(self.body, frame["seq"])

    def until(self, done: Callable[[], bool]) -> None:
        """Goes on publishing until `done`."""
        while not done():
            self.step()
            time.sleep(LOOK_S)

    def during(self, seconds: float) -> None:
        """Goes on publishing for some seconds and ends half a second after a frame."""
        end = self._due + seconds - 0.5
        self.until(lambda: time.monotonic() >= end)


def answers(port: int) -> bool:
    """Whether a web server there says it is well."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2.0):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def now_ms() -> int:
    """Epoch ms."""
    return time.time_ns() // 1_000_000
