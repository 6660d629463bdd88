"""Compares 对照: every tool on the same load, on this machine, one after the other.

`python drive.py FOLDER [--only ID,ID] [--seconds S] [--json FILE]`, with our package and its
development requirements installed. Environments of the tools are made under FOLDER and kept there.
Each server gets one core to itself (`taskset`); Chromium and the simulated viewers get the other.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from report import judged, table
from tools import HERE, TOOLS, Tool
from watching import RealPage, watch

from dashboard.bench.live_crowd import Loader
from dashboard.bench.live_line import free_port
from dashboard.bench.live_meter import cpu_s, percentile, rss_bytes

SERVER_CORE, LOAD_CORE = "0", "1"
READY_S = 90.0
IDLE_S = 3.0
P99_MS = 250.0
MISSED = 0.02
"""So many ticks may be missing: viewers and measurement do not start at the same instant."""
CLOSE = 0.35
"""Bytes per tick of a simulated viewer and of the real page may differ by so much."""


@dataclass
class Step:
    """Some viewers for a while: did each get every tick in time?"""

    viewers: int
    p50_ms: float
    p99_ms: float
    missed: float
    lost: int
    bytes_per_tick: float
    cpu_ms: float
    mb: float

    @property
    def good(self) -> bool:
        return self.p99_ms < P99_MS and self.missed <= MISSED and not self.lost


@dataclass
class Found:
    """One tool: its real page, and every step of viewers that was tried."""

    id: str
    title: str
    version: str
    page: RealPage
    steps: list[Step]

    @property
    def best(self) -> Step | None:
        return max((one for one in self.steps if one.good), key=lambda s: s.viewers, default=None)

    @property
    def faithful(self) -> bool:
        """Whether the simulated viewers get what the real page gets."""
        simulated = self.steps[0].bytes_per_tick
        return abs(simulated - self.page.bytes_per_tick) <= CLOSE * self.page.bytes_per_tick


def prepare(folder: Path, tool: Tool) -> Path:
    """The tool's environment; made once. Gives its programs' folder."""
    home = folder / tool.id
    if not (home / "made").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        pip = [home / "bin" / "pip", "install", "-q", "-r", tool.requirements]
        subprocess.run(pip, check=True)
        (home / "made").touch()
    if tool.id == "perspective" and not (folder / "npm" / "node_modules").exists():
        (folder / "npm").mkdir(exist_ok=True)
        (folder / "npm" / "package.json").write_text((HERE / "package.json").read_text())
        npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(npm, cwd=folder / "npm", check=True)
    return home / "bin"


@contextmanager
def serving(folder: Path, tool: Tool) -> Iterator[tuple[int, int]]:
    """The tool's server on a core of its own: (port, pid)."""
    port = free_port()
    words = tool.command.format(
        bin=folder / tool.id / "bin",
        python=sys.executable,
        here=HERE,
        port=port,
        node=folder / "npm" / "node_modules",
    )
    with (folder / f"{tool.id}.log").open("ab") as log:
        server = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *shlex.split(words)],
            env={**os.environ, **tool.env},
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _until_ready(tool, server, port)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _until_ready(tool: Tool, server: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{tool.ready}", timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{tool.title} did not start; see {tool.id}.log")


def climb(folder: Path, tool: Tool, spec: dict[str, Any], seconds: float) -> list[Step]:
    """More and more viewers, a fresh server for each step, until one is not good."""
    steps: list[Step] = []
    for count in tool.ladder:
        with serving(folder, tool) as (port, pid):
            warm(port, tool)
            size = rss_bytes(pid)
            if tool.kind in ("stream", "poll"):
                step = _socketed(tool, port, pid, count, seconds, size)
            else:
                step = _replayed(folder, {**spec, "port": port}, pid, count, seconds, size)
        steps.append(step)
        print(f"  {step.viewers} viewers: p99 {step.p99_ms:.0f} ms, missed {step.missed:.1%}, "
              f"{step.cpu_ms:.3f} ms of CPU each", file=sys.stderr)  # fmt: skip
        if not step.good:
            break
    return steps


def warm(port: int, tool: Tool) -> None:
    """One page before memory is counted: what is made once is not a viewer's."""
    urllib.request.urlopen(f"http://127.0.0.1:{port}{tool.page}", timeout=30).close()
    time.sleep(IDLE_S)


def _replayed(
    folder: Path, spec: dict[str, Any], pid: int, count: int, seconds: float, size: int
) -> Step:
    file = folder / "spec.json"
    file.write_text(json.dumps(spec), "utf-8")
    python = folder / "load" / "bin" / "python"
    words = ["taskset", "-c", LOAD_CORE, python, HERE / "replay.py", file, str(count), str(seconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as load:
        assert load.stdout is not None
        if load.stdout.readline() != "ready\n":
            raise RuntimeError("the simulated viewers ended")
        used, began = cpu_s(pid), time.monotonic()
        time.sleep(seconds)
        used, took = cpu_s(pid) - used, time.monotonic() - began
        grown = rss_bytes(pid) - size
        told = json.loads(load.stdout.readline())
    return Step(
        viewers=count,
        p50_ms=told["p50_ms"] or float("inf"),
        p99_ms=told["p99_ms"] or float("inf"),
        missed=max(0.0, 1 - told["ticks"] / told["expected"]),
        lost=told["lost"],
        bytes_per_tick=told["bytes_per_tick"],
        cpu_ms=1000 * used / (count * took),
        mb=grown / count / 1e6,
    )


def _socketed(tool: Tool, port: int, pid: int, count: int, seconds: float, size: int) -> Step:
    """Viewers of `cityops bench live`, whose frames carry the instant as their number."""
    clock = time.time_ns() - time.monotonic_ns()
    kind = "screens" if tool.kind == "stream" else "pollers"
    with Loader(kind, port, count) as loader:
        end = time.monotonic() + READY_S
        while not loader.ready():
            if time.monotonic() > end:
                raise RuntimeError("not every viewer got a tick")
            time.sleep(0.05)
        time.sleep(IDLE_S)
        loader.start()
        used, began = cpu_s(pid), time.monotonic()
        time.sleep(seconds)
        used, took = cpu_s(pid) - used, time.monotonic() - began
        grown = rss_bytes(pid) - size
        told = loader.stop()
    delays = [
        (at + clock) / 1e6 - int(stamp) for stamp, times in told["arrivals"].items() for at in times
    ]
    ticks = round(took) if tool.kind == "stream" else took
    late = told["late"] / (count * took)
    return Step(
        viewers=count,
        p50_ms=percentile(delays, 0.50),
        p99_ms=percentile(delays, 0.99),
        missed=max(late, 1 - len(delays) / (count * ticks), 0.0),
        lost=told["lost"] + told["gaps"],
        bytes_per_tick=told["received"] / max(1, len(delays)),
        cpu_ms=1000 * used / (count * took),
        mb=grown / count / 1e6,
    )


def version_of(folder: Path, tool: Tool) -> str:
    """The release, as its requirements pin it."""
    name = "perspective-python" if tool.id == "perspective" else tool.id
    if not tool.requirements.exists():
        return ""
    lines = tool.requirements.read_text().lower().splitlines()
    return next(one.partition("==")[2] for one in lines if one.startswith(f"{name}=="))


def main() -> int:
    """Measures, tells, judges."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--only", default="")
    asked.add_argument("--seconds", type=float, default=15.0)
    asked.add_argument("--json", type=Path)
    asked.add_argument("--ladder", default="", help="other numbers of viewers, for a quick look")
    words = asked.parse_args()
    folder = words.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [one for one in TOOLS if not words.only or one.id in words.only.split(",")]
    prepare(folder, Tool("load", "", "", "", "", ()))
    found = []
    for tool in chosen:
        print(f"{tool.title}……", file=sys.stderr)
        if tool.requirements.exists():
            prepare(folder, tool)
        with serving(folder, tool) as (port, pid):
            page, spec = watch(tool, port, pid, words.seconds)
        if words.ladder:
            tool = Tool(**{**asdict(tool), "ladder": tuple(map(int, words.ladder.split(",")))})
        steps = climb(folder, tool, spec, words.seconds)
        found.append(Found(tool.id, tool.title, version_of(folder, tool), page, steps))
    print(f"load {os.getloadavg()[0]:.1f}\n\n{table(found)}")
    bars = judged(found)
    print("\n".join(line for _, line in bars))
    if words.json:
        words.json.write_text(json.dumps([asdict(one) for one in found], indent=1), "utf-8")
    return 0 if all(ok for ok, _ in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
