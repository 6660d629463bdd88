"""`cityops bench failover`: the Redis master killed under a wall that lives, by Sentinel 换主.

A master, two replicas, three Sentinels with the timings of `deploy/redis/sentinel.conf`, a worker,
a web server and a sender; measured is what a viewer sees: from the kill to the next frame.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final

import orjson

from dashboard.bench.bars import Bar
from dashboard.bench.live_line import HOST, Line, free_port
from dashboard.bus import Bus, BusDown, BusFull
from dashboard.city import load_profile
from dashboard.config import load_config
from dashboard.embedded import server_binary
from dashboard.processes import Child
from dashboard.redistopology import topology
from dashboard.sources.simulator import year_lines
from dashboard.stage import Stage

MASTER: Final = "cityops"
DOWN_AFTER_MS: Final = 5_000
FAILOVER_TIMEOUT_MS: Final = 30_000
"""As in `deploy/redis/sentinel.conf`."""
REPLICAS: Final = 2
SENTINELS: Final = 3
STEP_S: Final = 0.1
PER_STEP: Final = 5
PATIENCE_S: Final = 120.0
YEAR: Final = 2021


@dataclass(frozen=True)
class Failover:
    """Seconds after the kill: the wall says that Redis is away; frames come again."""

    told_s: float
    frame_s: float
    sent: int

    def bars(self) -> list[Bar]:
        return [Bar("frame_s", "主节点被杀到下一帧", self.frame_s, "<=", 15, "s")]

    def rows(self) -> list[tuple[str, str | float]]:
        return [
            ("墙上写明 Redis 不可用 / wall told，s", self.told_s),
            ("又有画面 / frames again，s", self.frame_s),
            ("其间送了事件 / events sent", self.sent),
        ]


@dataclass
class Seen:
    """What a viewer has seen."""

    frames: int = 0
    last_at: float = 0.0
    away_at: float = 0.0


def bench(city: str) -> Failover:
    """One fail-over."""
    with tempfile.TemporaryDirectory() as scratch, Stage() as stage:
        folder = Path(scratch)
        servers, ports = _servers(folder, stage)
        hosts = ",".join(f"{HOST}:{port}" for port in ports)
        overrides = {"city": city, "data_dir": folder, "port": free_port(), "web_workers": 1}
        settings = {"demo": True, "access": "open", "log_level": "warning"}
        config = load_config(env={}, overrides=overrides | settings)
        config = replace(config, redis_url=f"redis+sentinel://{hosts}/{MASTER}")
        profile = load_profile(config.profile_source)
        line = Line(config, profile, stage)
        url = config.require_redis()
        line.wait(lambda: _in_step(url, config.bus_name(profile.id)), "哨兵")
        line.cityops("work")
        line.serve()
        with _viewer(config.port) as seen, _sender(line) as sent:
            line.wait(lambda: seen.frames > 10, "画面")
            killed = time.monotonic()
            os.kill(servers[0].pid, signal.SIGKILL)
            end = killed + PATIENCE_S
            while not (seen.away_at and seen.last_at > seen.away_at):
                if time.monotonic() > end:
                    raise RuntimeError(f"{PATIENCE_S:.0f} 秒内没有新的画面")
                time.sleep(0.01)
            return Failover(seen.away_at - killed, seen.last_at - killed, sent[0])


def _servers(folder: Path, stage: Stage) -> tuple[list[Child], list[int]]:
    """The data servers, master first, and the ports of the Sentinels."""
    program, master = str(server_binary()), free_port()
    servers = []
    for n in range(1 + REPLICAS):
        home = folder / f"redis{n}"
        home.mkdir()
        words = ["--port", str(free_port() if n else master), "--bind", HOST, "--dir", str(home)]
        words += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        words += ["--maxmemory-policy", "noeviction"]
        words += ["--replicaof", HOST, str(master)] if n else []
        log = folder / "logs" / f"redis{n}.log"
        servers.append(stage.add(Child(f"redis{n}", [program, *words], log)))
    ports = [free_port() for _ in range(SENTINELS)]
    for n, port in enumerate(ports):
        home = folder / f"sentinel{n}"
        home.mkdir()
        conf = home / "sentinel.conf"
        conf.write_text(
            f"port {port}\nbind {HOST}\ndir {home}\n"
            f"sentinel monitor {MASTER} {HOST} {master} 2\n"
            f"sentinel down-after-milliseconds {MASTER} {DOWN_AFTER_MS}\n"
            f"sentinel failover-timeout {MASTER} {FAILOVER_TIMEOUT_MS}\n"
            f"sentinel parallel-syncs {MASTER} 1\n"
        )
        log = folder / "logs" / f"sentinel{n}.log"
        stage.add(Child(f"sentinel{n}", [program, str(conf), "--sentinel"], log))
    return servers, ports


def _in_step(url: str, city: str) -> bool:
    """Whether every Sentinel answers and the master has its replicas."""
    try:
        stands = topology(url, city, 1)
    except BusDown:
        return False
    ready = f"{REPLICAS} 个副本" in stands.text and f"共 {SENTINELS} 个哨兵" in stands.text
    return ready and not stands.trouble


@contextmanager
def _sender(line: Line) -> Iterator[list[int]]:
    """Some events all the time, sent again until they are taken; how many so far."""
    sent, end = [0], threading.Event()
    events = chain.from_iterable(year_lines(line.profile, YEAR))

    def run() -> None:
        bus = Bus(line.config.require_redis(), line.config.bus_name(line.profile.id))
        some: list[bytes] = []
        while not end.wait(STEP_S):
            some = some or [next(events) for _ in range(PER_STEP)]
            try:
                bus.send(some)
            except (BusDown, BusFull):
                continue
            sent[0] += len(some)
            some = []

    with _beside(run, end):
        yield sent


@contextmanager
def _viewer(port: int) -> Iterator[Seen]:
    """Watches `/live` as a wall does."""
    seen, end = Seen(), threading.Event()

    def run() -> None:
        while not end.is_set():
            try:
                with urllib.request.urlopen(f"http://{HOST}:{port}/live", timeout=6.0) as stream:
                    _follow(stream, seen, end)
            except OSError:
                end.wait(0.2)

    with _beside(run, end):
        yield seen


def _follow(stream: Iterable[bytes], seen: Seen, end: threading.Event) -> None:
    name = b""
    for text in stream:
        if end.is_set():
            return
        if text.startswith(b"event: "):
            name = text[7:].strip()
            if name in (b"key", b"delta"):
                seen.frames += 1
                seen.last_at = time.monotonic()
        elif name == b"beat" and text.startswith(b"data: ") and not seen.away_at:
            away = not orjson.loads(text[6:])["redis_ok"]
            seen.away_at = time.monotonic() if away else 0.0


@contextmanager
def _beside(run: Callable[[], None], end: threading.Event) -> Iterator[None]:
    """Runs in a thread until the `with` is left."""
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
