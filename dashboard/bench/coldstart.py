"""`cityops bench coldstart` 冷启动: from nothing running to figures on the wall, a year stored."""

from __future__ import annotations

import shutil
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashboard.bench import year
from dashboard.bench.bars import Bar
from dashboard.bench.live_line import HOST, Line, answers, open_line
from dashboard.bench.live_meter import cpu_s
from dashboard.cityledger import open_ledger
from dashboard.ledger.inspection import look
from dashboard.ledger.reading import size

ROUNDS: Final = 3


@dataclass(frozen=True)
class ColdStart:
    """Seconds of each round until `/healthz` was good, and until `/live` brought a frame."""

    cases: int
    healthy_s: list[float]
    frame_s: list[float]
    worker_cpu_s: list[float]
    """What the worker had used of a core by then: what a machine with nothing else to do needs."""

    @property
    def worst_s(self) -> float:
        return max(self.healthy_s + self.frame_s)

    def bars(self) -> list[Bar]:
        return [Bar("ready_s", "冷启动到墙上有数，最慢一次", self.worst_s, "<=", 10, "s")]

    def rows(self) -> list[tuple[str, str | float]]:
        rows: list[tuple[str, str | float]] = [("案卷 / cases", self.cases)]
        rounds = zip(self.healthy_s, self.frame_s, self.worker_cpu_s, strict=True)
        for n, found in enumerate(rounds, 1):
            text = "，".join(f"{one:.2f}" for one in found)
            rows.append((f"第 {n} 次：/healthz 就绪，/live 首帧，工作进程 CPU，s", text))
        return rows


def bench(city: str, of_year: int, file: Path | None, folder: Path | None) -> ColdStart:
    """Worker and web server are started at once, several times, on a ledger of a year in `folder`;
    one that is not there yet is filled first."""
    with tempfile.TemporaryDirectory() as scratch:
        home = (folder or Path(scratch)).absolute()
        healthy, frame, used, cases = [], [], [], 0
        for n in range(ROUNDS):
            shutil.rmtree(home / "data" / "valkey", ignore_errors=True)  # with the last frame
            with open_line(city, home / "data") as line:
                if n == 0 and not look(line.config.ledger_url).cases:
                    year.fill(line.config, of_year, file, home)
                cases = _cases(line)
                begin = time.perf_counter()
                worker = line.cityops("work")
                line.cityops("serve")
                port = line.config.port
                line.wait(lambda p=port: answers(p), "serve")  # type: ignore[misc]
                healthy.append(time.perf_counter() - begin)
                first_frame(port)
                frame.append(time.perf_counter() - begin)
                used.append(cpu_s(worker.pid))
        return ColdStart(cases, healthy, frame, used)


def _cases(line: Line) -> int:
    ledger = open_ledger(line.config, line.profile, reading=True)
    try:
        return size(ledger).cases
    finally:
        ledger.close()


def first_frame(port: int) -> None:
    """Reads `/live` until a whole frame has come."""
    with urllib.request.urlopen(f"http://{HOST}:{port}/live", timeout=60.0) as stream:
        for text in stream:
            if text.startswith(b"event: key"):
                return
    raise RuntimeError("/live ended without a frame")
