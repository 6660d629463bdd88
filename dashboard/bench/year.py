"""`cityops bench year`: a whole year from a file to exact measures, then a worker's restart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dashboard.bus import Bus
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.config import Config, load_config
from dashboard.embedded import EmbeddedValkey
from dashboard.processes import Child
from dashboard.reckoning import reckon
from dashboard.windows import year_window

QUERIES = 5
FIRST_FRAME_S = 60.0


@dataclass(frozen=True)
class Result:
    """Seconds and peak memory of each leg; `figures` are the measures that came out."""

    events: int
    megabytes: float
    ingest_s: float
    ingest_rss_mb: float
    query_s: float
    first_frame_s: float
    figures: dict[str, float | None]


def bench(city: str, year: int, file: Path | None, folder: Path | None) -> Result:
    """Simulate the year unless `file` is given, ingest it, ask for it, restart a worker on it."""
    with tempfile.TemporaryDirectory() as scratch:
        home = folder or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        source = file or home / f"{city}-{year}.jsonl.gz"
        if not source.is_file():
            run("simulate", "year", "--city", city, "--year", str(year), "--out", str(source))
        config = load_config(env={}, overrides={"city": city, "data_dir": home / "data"})
        start = time.perf_counter()
        report, rss = measured("ingest", str(source), "--json", config=config)
        ingest_s = time.perf_counter() - start
        query_s, figures = _query(config, year)
        return Result(
            events=json.loads(report)[str(source)]["read"],
            megabytes=Path(config.ledger_url.removeprefix("sqlite:///")).stat().st_size / 1e6,
            ingest_s=ingest_s,
            ingest_rss_mb=rss,
            query_s=query_s,
            first_frame_s=_first_frame(config, home),
            figures=figures,
        )


def fill(
    config: Config, year: int, file: Path | None, home: Path, what: tuple[str, ...] = ()
) -> None:
    """Ingest the year into the configuration's ledger, from `file` or simulated into `home`.

    `what`: the parts simulated (cases, calls, platform); all the profile has figures of if unset.
    """
    home.mkdir(parents=True, exist_ok=True)
    source = file or home / f"{config.city}-{year}.jsonl.gz"
    if not source.is_file():
        only = ["--what", ",".join(what)] if what else []
        where = ["--city", config.city, "--year", str(year), "--out", str(source)]
        run("simulate", "year", *where, *only)
    measured("ingest", str(source), "--json", config=config)


def run(*arguments: str) -> None:
    """A cityops command in a process of its own; fails with its output."""
    subprocess.run([sys.executable, "-m", "dashboard.cli", *arguments], check=True)


def measured(*arguments: str, config: Config) -> tuple[str, float]:
    """A command's output and its peak memory in MB, from the kernel's account of that child."""
    environment = {**os.environ, **config.environment()}
    command = [sys.executable, "-m", "dashboard.cli", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        output = child.stdout.read().decode()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"cityops {' '.join(arguments)} ended with {child.returncode}")
    return output, usage.ru_maxrss / 1024


def _query(config: Config, year: int) -> tuple[float, dict[str, float | None]]:
    """The median of some `measures --year` queries in seconds, and the figures."""
    profile = load_profile(config.profile_source)
    ledger = open_ledger(config, profile)
    window = year_window(profile, year, time.time_ns() // 1_000_000)
    seconds = []
    for _ in range(QUERIES):
        start = time.perf_counter()
        report = reckon(ledger, profile, window)
        seconds.append(time.perf_counter() - start)
    ledger.close()
    return sorted(seconds)[QUERIES // 2], {id: v.value for id, v in report.measures.items()}


@contextmanager
def _valkey(home: Path) -> Iterator[str]:
    server = EmbeddedValkey(home / "valkey", home / "valkey.log")
    try:
        yield server.url
    finally:
        server.stop()


def _first_frame(config: Config, home: Path) -> float:
    """Seconds from starting `cityops work` to its first frame in Redis."""
    with _valkey(home) as url:
        bus = Bus(url, config.city)
        environment = {**os.environ, **replace(config, redis_url=url).environment()}
        program = [sys.executable, "-m", "dashboard.cli", "work"]
        start = time.perf_counter()
        worker = Child("work", program, home / "work.log", env=environment)
        try:
            while bus.last_frame() is None:
                if worker.ended() is not None or time.perf_counter() - start > FIRST_FRAME_S:
                    raise RuntimeError(f"no first frame: {worker.tail()}")
                time.sleep(0.01)
            return time.perf_counter() - start
        finally:
            worker.stop()
