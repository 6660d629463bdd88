"""梅县 as processes of their own: `cityops …` programs that a test may kill at any moment."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dashboard.bus import START, events_key, frame_key, order, rejected_key
from dashboard.city import Profile, load_profile
from dashboard.ingest import ingest
from dashboard.ledger import Ledger, LedgerAway
from dashboard.ledger.callreading import all_calls
from dashboard.ledger.digest import digest
from dashboard.ledger.reading import size
from dashboard.reconcile import reconcile
from dashboard.streams import stream_name
from tests.servers import RedisServer, wait_until

CITY = "meixian"
EVENTS, REJECTED, FRAME = events_key(CITY), rejected_key(CITY), frame_key(CITY)
TETHER = Path(__file__).parents[2] / "dashboard" / "tether.py"
PATIENCE_S = 90.0
"""The deadline of every condition: long for a busy machine, never reached otherwise."""


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Feed:
    """Events as a file, and the digest that folding them in peace gives."""

    lines: list[bytes]
    file: Path
    digest: str
    unique: int
    """Different events among the lines."""

    def part(self, name: str, first: int, end: int) -> Path:
        """Some of the lines as a file beside the whole."""
        file = self.file.with_name(f"{self.file.stem}-{name}.jsonl")
        file.write_bytes(b"".join(line + b"\n" for line in self.lines[first:end]))
        return file


class AnyRedis(Protocol):
    """One server, Sentinels or a Cluster."""

    url: str

    def client(self) -> Any: ...


def make_feed(folder: Path, name: str, lines: list[bytes], city: str = CITY) -> Feed:
    """Folds `lines` undisturbed, in this process, for the digest to compare with."""
    file = folder / f"{name}.jsonl"
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    profile = load_profile(city)
    ledger = Ledger.open(f"sqlite:///{folder / name}.db", profile.rules, profile.id)
    done = ingest(ledger, lambda: lines, now)
    assert done.rejected == 0
    try:
        return Feed(lines, file, digest(ledger), size(ledger).events)
    finally:
        ledger.close()


class Program:
    """One `cityops` process; what it says goes to a file."""

    def __init__(self, words: Sequence[str], env: dict[str, str], log: Path, *, piped: bool):
        self.log = log
        self._error = log.with_suffix(".err")
        tethered = [sys.executable, str(TETHER), str(os.getpid()), sys.executable]
        with log.open("wb") as out, self._error.open("wb") as err:
            self._process = subprocess.Popen(
                [*tethered, "-P", "-m", "dashboard.cli", *words],
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=env,
                cwd=log.parent,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.poll()

    @property
    def running(self) -> bool:
        return self.status is None

    def said(self) -> str:
        """What it wrote to standard error so far."""
        return self._error.read_text("utf-8", "replace")

    def output(self) -> Any:
        """Its standard output as JSON."""
        return json.loads(self.log.read_text("utf-8"))

    def reads(self, file: Path) -> bool:
        """Whether it has opened the file and not ended."""
        opened = Path(f"/proc/{self.pid}/fd")
        try:
            return any(os.readlink(one) == str(file) for one in opened.iterdir())
        except OSError:  # closed a moment ago, or ended
            return False

    def feed(self, lines: Sequence[bytes]) -> None:
        """Writes lines to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"".join(line + b"\n" for line in lines))
        self._process.stdin.flush()

    def end_of_feed(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def kill(self) -> bool:
        """SIGKILL; False if it had ended before."""
        self._process.send_signal(signal.SIGKILL)
        return self._process.wait(PATIENCE_S) == -signal.SIGKILL

    def pause(self) -> None:
        """SIGSTOP: it is there and does nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """SIGTERM, as an operator ends it."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_S)

    def wait(self) -> int:
        """Waits until it ends by itself."""
        return self._process.wait(PATIENCE_S)


@dataclass
class Site:
    """One installation: its folder, ledger and Redis, and every program started in it."""

    folder: Path
    ledger_url: str
    redis: AnyRedis | None = None
    settings: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    """More of the programs' environment, e.g. another clock."""
    _programs: list[Program] = field(default_factory=list)

    @property
    def profile(self) -> Profile:
        return load_profile(self.city)

    @property
    def city(self) -> str:
        return self.settings.get("city", CITY)

    @property
    def shards(self) -> int:
        return int(self.settings.get("stream_shards", "1"))

    def start(self, *words: object, piped: bool = False) -> Program:
        """Starts `cityops WORDS…`."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("CITYOPS_")}
        env |= {"CITYOPS_CITY": CITY, "CITYOPS_DATA_DIR": str(self.folder)}
        env |= {"CITYOPS_LEDGER_URL": self.ledger_url, "CITYOPS_ACCESS": "open"}
        if self.redis is not None:
            env["CITYOPS_REDIS_URL"] = self.redis.url
        env |= {f"CITYOPS_{name.upper()}": value for name, value in self.settings.items()}
        env |= self.env
        log = self.folder / f"{len(self._programs)}-{words[0]}.log"
        program = Program([str(word) for word in words], env, log, piped=piped)
        self._programs.append(program)
        return program

    def run(self, *words: object) -> Program:
        """Starts `cityops WORDS…` and waits for its success."""
        program = self.start(*words)
        assert program.wait() == 0, program.said()
        return program

    def end(self) -> None:
        """Leaves no process behind."""
        for program in self._programs:
            program.kill()

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, looked at from outside while the programs work."""
        profile = self.profile
        ledger = Ledger.open(self.ledger_url, profile.rules, profile.id)
        try:
            yield ledger
        finally:
            ledger.close()

    def last_id(self, shard: int = 0) -> str:
        """The newest entry of the stream."""
        assert self.redis is not None
        newest = self.redis.client().xrevrange(events_key(self.city, shard), count=1)
        return str(newest[0][0].decode()) if newest else ""

    def frame(self) -> dict[str, Any] | None:
        """What the wall shows."""
        assert self.redis is not None
        body = self.redis.client().get(frame_key(self.city))
        return None if body is None else json.loads(body)

    def wait_until_committed(self, worker: Program, ledger: Ledger) -> None:
        """Until the worker has committed all that is in the stream now."""
        goals = {stream_name(shard): self.last_id(shard) for shard in range(self.shards)}

        def done() -> bool:
            assert worker.running, worker.said()
            return all(
                order(cursor(ledger, stream) or START) >= order(goal or START)
                for stream, goal in goals.items()
            )

        wait_until(done, PATIENCE_S, f"the cursors at {goals}")


def cursor(ledger: Ledger, stream: str) -> str:
    """How far a stream is folded, "" if never or while the database is away."""
    try:
        return ledger.cursor(stream) or ""
    except LedgerAway:
        return ""


def seq(ledger: Ledger) -> int:
    """How many batches are committed, -1 while the database is away."""
    try:
        return ledger.seq()
    except LedgerAway:
        return -1


def assert_exact(ledger: Ledger, feed: Feed, rejected: int = 0) -> None:
    """The ledger is what an undisturbed run would have made of the feed, to the last figure."""
    found = size(ledger)
    assert (found.events, found.rejected) == (feed.unique, rejected)
    assert digest(ledger) == feed.digest
    recounted = reconcile(ledger, 0, 1 << 20)
    calls = sum(1 for _ in all_calls(ledger))
    assert recounted.records == found.cases + calls and recounted.differences == []


def pause_up_to(
    chance: random.Random, longest_s: float, enough: Callable[[], bool] = lambda: False
) -> None:
    """A random moment later, at the latest when there is `enough`."""
    end = time.monotonic() + chance.uniform(0, longest_s)
    while time.monotonic() < end and not enough():
        time.sleep(0.005)


def forget_tail(server: RedisServer, share: float) -> None:
    """Cuts the end off the append-only file of a stopped Redis: the accepted writes of the last
    moments that a power cut, or a crash while the disk was busy, takes along under everysec."""
    files = [*server.folder.glob("appendonlydir/*.incr.aof"), *server.folder.glob("*.aof")]
    file = max(files, key=lambda found: found.stat().st_mtime_ns)
    with file.open("rb+") as data:
        data.truncate(round(file.stat().st_size * (1 - share)))
