"""Many simulated viewers on one server process: delivery, bytes, CPU and memory of each."""

from __future__ import annotations

import select
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

import orjson

from dashboard.bench.live_line import HOST, Line, Publisher, answers, free_port
from dashboard.bench.live_meter import busy_s, cpu_s, percentile, rss_bytes
from dashboard.bench.viewers import Report
from dashboard.processes import Child

IDLE_S: Final = 5
SETTLE_S: Final = 3
TAIL_S: Final = 2
"""For the last polls to come round."""
THREADS: Final = 8
NS_PER_MS: Final = 1_000_000


@dataclass(frozen=True)
class Crowd:
    """What `viewers` viewers got and cost in `seconds` seconds at one frame a second.

    Delivery in ms from publishing to the viewer's socket. `cpu_us`: CPU of the server per viewer
    and tick, the idle server's (`idle_cpu_ms` per tick: reading and comparing frames for nobody)
    subtracted. `missed` frames a viewer never saw, `gaps` deltas that did not fit, `lost`
    connections, `late` polls that found the last one unanswered. In cores: `load_cpu` of the load
    process, well below 1 or it is what was measured; `other_cpu` of whatever else ran meanwhile,
    which delays deliveries but does not enter `cpu_us`.
    """

    viewers: int
    seconds: float
    delivered: int
    missed: int
    gaps: int
    lost: int
    late: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    frame_bytes: int
    bytes_per_tick: float
    cpu_us: float
    idle_cpu_ms: float
    server_cpu: float
    load_cpu: float
    other_cpu: float
    rss_kb: float
    same_frame: bool | None


def screens(line: Line, count: int, seconds: int) -> Crowd:
    """Viewers of `/live` on the shipped server with one worker process."""
    return _measure(line, line.serve(), "screens", line.config.port, count, seconds)


def pollers(line: Line, page: str, count: int, seconds: int) -> Crowd:
    """Viewers of a `dcc.Interval` page (`store` or `page`) under gunicorn with threads."""
    Publisher(line)
    port = free_port()
    server = line.python(
        f"interval-{page}",
        *("-m", "gunicorn", "--worker-class", "gthread", "--workers", "1"),
        *("--threads", str(THREADS), "--bind", f"{HOST}:{port}", "--log-level", "warning"),
        *("--keep-alive", "75", f"dashboard.bench.interval:{page}()"),
    )
    line.wait(lambda: answers(port), page)
    crowd = _measure(line, server, "pollers", port, count, seconds)
    line.end(server)
    return crowd


def _measure(line: Line, server: Child, kind: str, port: int, count: int, seconds: int) -> Crowd:
    publisher, settle_s, still_s = Publisher(line), min(SETTLE_S, seconds), min(IDLE_S, seconds)
    publisher.during(settle_s)
    used, size = cpu_s(server.pid), rss_bytes(server.pid)
    publisher.during(still_s)
    idle_s = (cpu_s(server.pid) - used) / still_s
    with Loader(kind, port, count) as loader:
        publisher.until(loader.ready)
        publisher.during(settle_s)
        size = rss_bytes(server.pid) - size
        loader.start()
        known, busy = set(publisher.published), busy_s()
        began, used = time.monotonic(), cpu_s(server.pid)
        publisher.during(seconds)
        used, took_s = cpu_s(server.pid) - used, time.monotonic() - began
        busy = busy_s() - busy
        measured = publisher.published.keys() - known
        publisher.during(TAIL_S)
        report = loader.stop()
        all_s = time.monotonic() - began
    delivery = [
        (arrived - publisher.published[seq]) / NS_PER_MS
        for seq in measured
        for arrived in report["arrivals"].get(str(seq), [])
    ]
    return Crowd(
        viewers=count,
        seconds=took_s,
        delivered=len(delivery),
        missed=count * len(measured) - len(delivery),
        gaps=report["gaps"],
        lost=report["lost"],
        late=report["late"],
        p50_ms=percentile(delivery, 0.50),
        p95_ms=percentile(delivery, 0.95),
        p99_ms=percentile(delivery, 0.99),
        max_ms=max(delivery, default=float("nan")),
        frame_bytes=len(publisher.body),
        bytes_per_tick=report["received"] / count / all_s,
        cpu_us=(used - idle_s * took_s) / (count * took_s) * 1e6,
        idle_cpu_ms=idle_s * 1000,
        server_cpu=used / took_s,
        load_cpu=report["cpu_s"] / all_s,
        other_cpu=max(0.0, (busy - used) / took_s - report["cpu_s"] / all_s),
        rss_kb=size / count / 1024,
        same_frame=orjson.loads(publisher.body) == report["frame"] if report["frame"] else None,
    )


class Loader:
    """The load process: `dashboard.bench.viewers`."""

    def __init__(self, kind: str, port: int, count: int, *more: str) -> None:
        program = [sys.executable, "-P", "-m", "dashboard.bench.viewers"]
        self._process = subprocess.Popen(
            [*program, kind, str(port), str(count), *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def ready(self) -> bool:
        """Whether every viewer has seen a frame; raises RuntimeError if the process is gone."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], 0)[0]:
            return False
        if self._process.stdout.readline() != b"ready\n":
            raise RuntimeError("the load process ended")
        return True

    def start(self) -> None:
        """What came before does not count."""
        self._tell(b"start\n")

    def stop(self) -> Report:
        """What came since `start`."""
        self._tell(b"stop\n")
        assert self._process.stdout is not None
        report: Report = orjson.loads(self._process.stdout.readline())
        return report

    def _tell(self, word: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(word)
        self._process.stdin.flush()
