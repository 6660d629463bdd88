"""`cityops bench load` 整套负载: screens, events and desk users at once on the shipped programs.

Valkey with its AOF, a SQLite ledger, `cityops work`, `cityops serve` with the shipped number of web
processes, sign-in required: screens come with their links' cookies, people with sessions. An
event's lag is from just before its XADD until a screen has read the first frame that counts it.
"""

from __future__ import annotations

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import numpy as np
import orjson

from dashboard.access.keys import Keys, make_keys
from dashboard.access.passwords import hashed
from dashboard.access.roles import Role
from dashboard.access.trail import Entry
from dashboard.access.walltoken import Screen, token_of
from dashboard.bench.bars import Bar
from dashboard.bench.desk_users import Report as DeskReport
from dashboard.bench.history import fill
from dashboard.bench.live_crowd import Loader
from dashboard.bench.live_happenings import Happenings
from dashboard.bench.live_line import HOST, Line, open_line
from dashboard.bench.live_meter import busy_s, cpu_s, percentile, rss_bytes
from dashboard.config import Config
from dashboard.ledger.accounts import Accounts
from dashboard.ledger.database import Database
from dashboard.ledger.devices import Device, Devices
from dashboard.processes import Child
from dashboard.settings import settings_of
from dashboard.stage import ChildFailed

COUNTED: Final = "year.cases.reported"
LINKS: Final = 100
"""Screens with a link of their own; the viewers share them evenly."""
PER_CASE: Final = 7
"""Events of a case: it is reported and takes six steps."""
SEND_S: Final = 0.1
LOOK_S: Final = 0.02
WINDOW_S: Final = 15.0
SETTLE_S: Final = 10.0
TAIL_S: Final = 3.0
LONGEST_MS: Final = 60_000
Counts = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Load:
    """What the whole did. Lag in ms over every event and screen; CPU in cores; memory in MB, at
    the end of every window of the run; `uncounted` events that no frame ever showed."""

    viewers: int
    desk_users: int
    seconds: float
    events: int
    per_s: float
    uncounted: int
    frames: int
    lag_p50_ms: float
    lag_p99_ms: float
    lag_max_ms: float
    lost: int
    gaps: int
    requests: int
    errors: int
    first_errors: tuple[str, ...]
    desk_p95_ms: float
    web_mb: list[float]
    work_mb: list[float]
    web_cpu: float
    work_cpu: float
    load_cpu: float
    other_cpu: float

    def bars(self, wanted_per_s: float) -> list[Bar]:
        """The bars of the issue."""
        return [
            Bar("per_s", "事件", self.per_s, ">=", 0.98 * wanted_per_s, "条/秒"),
            Bar("uncounted", "没有上墙的事件", self.uncounted, "<=", 0, "条"),
            Bar("lost", "断开的屏幕", self.lost, "<=", 0, "个"),
            Bar("gaps", "接不上的增量", self.gaps, "<=", 0, "个"),
            Bar("errors", "桌面请求出错", self.errors, "<=", 0, "个"),
            Bar("lag_p99_ms", "延迟 p99", self.lag_p99_ms, "<=", 1_000, "ms"),
            Bar("web_growth", "网页进程内存，末 ÷ 初", _growth(self.web_mb), "<=", 1.05, "倍"),
            Bar("work_growth", "工作进程内存，末 ÷ 初", _growth(self.work_mb), "<=", 1.05, "倍"),
        ]


def _growth(megabytes: list[float]) -> float:
    """By the medians of three minutes after the first, which is for warming up, and of the last
    three: what is worked out every five minutes takes memory for one of them and gives it back."""
    a_minute = round(60 / WINDOW_S)
    begun = megabytes[a_minute : 4 * a_minute] or megabytes
    return statistics.median(megabytes[-3 * a_minute :]) / statistics.median(begun)


class Lags:
    """How long events took: which event is the n-th, when it was sent, which frame had n."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        """Monotonic ns, of the n-th reported case."""
        self._frames: list[tuple[int, int]] = []
        self._arrivals: dict[int, list[int]] = {}

    def shown(self, seq: int, count: int) -> None:
        """Frame `seq` counts so many."""
        if not self._frames or seq > self._frames[-1][0]:
            self._frames.append((seq, count))

    @property
    def counted(self) -> int:
        """What the newest frame counts."""
        return self._frames[-1][1] if self._frames else 0

    @property
    def frames(self) -> int:
        return len(self._frames)

    def arrived(self, arrivals: dict[str, list[int]]) -> None:
        """What the screens read in one window."""
        for seq, times in arrivals.items():
            self._arrivals.setdefault(int(seq), []).extend(times)

    def spread(self, first: int) -> Counts:
        """ms → how many pairs of an event (from the `first` on) and a screen took so long."""
        counts = np.zeros(LONGEST_MS + 1, dtype=np.int64)
        number = first
        for seq, total in self._frames:
            until = min(total, len(self.sent))
            here = np.array(self._arrivals.get(seq, ()), dtype=np.int64)
            if until <= number or not len(here):  # a frame nobody read: the next one counts them
                continue
            sent = np.array(self.sent[number:until], dtype=np.int64)
            waited = (here[:, None] - sent[None, :]) // 1_000_000
            counts += np.bincount(np.clip(waited, 0, LONGEST_MS).ravel(), minlength=len(counts))
            number = until
        return counts


def quantile(counts: Counts, share: float) -> float:
    """The ms that `share` of all pairs do not exceed; NaN of none."""
    total = int(np.sum(counts))
    if not total:
        return float("nan")
    return float(np.searchsorted(np.cumsum(counts), share * total))


def bench(
    city: str, viewers: int, per_s: float, desk_users: int, seconds: float, days: int
) -> Load:
    """Measures all at once for `seconds`, in a city that has been running for `days` days."""
    with (
        tempfile.TemporaryDirectory(prefix="cityops-bench-") as folder,
        open_line(city, Path(folder), **_shipped()) as line,
    ):
        keys = make_keys(line.config.key_file)
        fill(line, days)
        links = _links(viewers)
        people = _people(line, desk_users, links)
        work, web = line.cityops("work"), line.serve()
        line.wait(lambda: line.bus.last_frame() is not None, "work")
        with (
            Loader("screens", line.config.port, viewers, _cookies(line, keys, links)) as loader,
            Desk(line.config.port, people) as desk,
        ):
            return _Run(line, work, web, loader, desk, per_s).measure(viewers, seconds)


def _shipped() -> dict[str, object]:
    """What the installed programs run with, instead of a bench's own."""
    known = settings_of(Config)
    return {name: known[name].default for name in ("web_workers", "access", "log_level", "demo")}


class _City(threading.Thread):
    """Sends what happens and looks at every frame, whatever else is going on."""

    def __init__(self, line: Line, per_s: float, lags: Lags) -> None:
        super().__init__(name="city", daemon=True)
        self._line, self._lags = line, lags
        self.per_s, self.sent = per_s, 0
        self._happenings = Happenings(line.profile, line.bus)
        self._over = threading.Event()
        self._body: bytes | None = None
        self._before: int | None = None
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._look()  # what the city counts before anything is sent
            began = time.monotonic()
            while not self._over.wait(LOOK_S):
                self._send(time.monotonic() - began)
                self._look()
        except Exception as error:  # told by whoever waits for this thread
            self.error = error

    def end(self) -> None:
        """Stops it."""
        self._over.set()
        self.join()

    def _send(self, passed_s: float) -> None:
        """What is due by now, in one or two round trips."""
        due = passed_s * self.per_s - self.sent
        if not self.per_s or due < self.per_s * SEND_S:
            return
        count = int(due)
        reports = max(1, round(count / PER_CASE))
        self._lags.sent += [time.monotonic_ns()] * reports
        self._happenings.report(reports)
        self.sent += reports + self._happenings.advance(count - reports)

    def _look(self) -> None:
        """Notes which frame counts how many."""
        body = self._line.bus.last_frame()
        if body is not None and body != self._body:
            self._body = body
            frame = orjson.loads(body)
            count = frame["m"][COUNTED]["n"] or 0
            if self._before is None:
                self._before = count
            self._lags.shown(frame["seq"], count - self._before)


class _Run:
    """One measurement under way: waits, takes in what the screens read, samples memory."""

    def __init__(
        self, line: Line, work: Child, web: Child, loader: Loader, desk: Desk, per_s: float
    ) -> None:
        self._line, self._work, self._web = line, work, web
        self._loader, self._desk = loader, desk
        self._lags = Lags()
        self._city = _City(line, per_s, self._lags)
        self._lost = self._gaps = 0
        self._loader_s = 0.0
        self._memory: list[tuple[float, float]] = []

    def measure(self, viewers: int, seconds: float) -> Load:
        self._city.start()
        self._until(self._loader.ready)
        self._until(self._desk.ready)
        self._during(min(SETTLE_S, seconds))
        self._loader.start()
        first, events, began = len(self._lags.sent), self._city.sent, time.monotonic()
        used = cpu_s(self._web.pid), cpu_s(self._work.pid), busy_s()
        end = began + seconds
        while (left := end - time.monotonic()) > 0:
            self._during(min(WINDOW_S, left))
            self._window()
        took_s, events = time.monotonic() - began, self._city.sent - events
        spent = cpu_s(self._web.pid), cpu_s(self._work.pid), busy_s()
        web_s, work_s, all_s = (now - was for now, was in zip(spent, used, strict=True))
        asked = self._desk.stop()
        self._city.per_s = 0
        self._during(TAIL_S)
        self._window()
        self._city.end()
        spread = self._lags.spread(first)
        windows = self._memory[:-1]
        return Load(
            viewers=viewers,
            desk_users=self._desk.users,
            seconds=took_s,
            events=events,
            per_s=events / took_s,
            uncounted=len(self._lags.sent) - self._lags.counted,
            frames=self._lags.frames,
            lag_p50_ms=quantile(spread, 0.50),
            lag_p99_ms=quantile(spread, 0.99),
            lag_max_ms=quantile(spread, 1.0),
            lost=self._lost,
            gaps=self._gaps,
            requests=asked["requests"],
            errors=asked["errors"],
            first_errors=tuple(asked["first"]),
            desk_p95_ms=1000 * percentile(asked["seconds"], 0.95),
            web_mb=[web for web, _ in windows],
            work_mb=[work for _, work in windows],
            web_cpu=web_s / took_s,
            work_cpu=work_s / took_s,
            load_cpu=self._loader_s / took_s,
            other_cpu=max(0.0, (all_s - web_s - work_s - self._loader_s) / took_s),
        )

    def _window(self) -> None:
        """Takes in what the screens read, and how much memory there is."""
        report = self._loader.stop()
        self._loader.start()
        self._lags.arrived(report["arrivals"])
        self._lost += report["lost"]
        self._gaps += report["gaps"]
        self._loader_s += report["cpu_s"]
        megabytes = rss_bytes(self._web.pid) / 1e6, rss_bytes(self._work.pid) / 1e6
        self._memory.append(megabytes)

    def _during(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._until(lambda: time.monotonic() >= end)

    def _until(self, done: Callable[[], bool]) -> None:
        while not done():
            for child in (self._web, self._work):
                if child.ended() is not None:
                    raise ChildFailed(child)
            if self._city.error is not None:
                raise self._city.error
            time.sleep(LOOK_S)


class Desk:
    """The load process of the desk users."""

    def __init__(self, port: int, people: dict[str, str]) -> None:
        program = [sys.executable, "-P", "-m", "dashboard.bench.desk_users", str(port)]
        self.users = len(people)
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(people) + b"\n")
        self._process.stdin.flush()
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)

    def ready(self) -> bool:
        """Whether everybody has signed in; raises RuntimeError if the process is gone."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line and self._process.poll() is not None:
            raise RuntimeError("the desk users' process ended")
        return line == b"ready\n"

    def stop(self) -> DeskReport:
        """Everybody leaves; what it was like."""
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), True)
        body, _ = self._process.communicate(b"stop\n")
        report: DeskReport = orjson.loads(body)
        return report

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *error: object) -> None:
        """Ends the process, whatever it is at."""
        self._process.kill()
        self._process.wait()


def _people(line: Line, count: int, links: Sequence[Screen]) -> dict[str, str]:
    """New accounts that may read the desk, user → password; and the screens."""
    database = Database(line.config.ledger_url)
    accounts, password = Accounts(database), f"Aa1-{secrets.token_hex(8)}"
    digest = hashed(password)
    people = {f"desk{n:02d}": password for n in range(count)}
    now = time.time_ns() // 1_000_000
    for user in people:
        told = Entry(now, "bench", "account.add", user)
        accounts.add(told, user, {Role.VIEWER}, password=digest, must_change=False)
    devices = Devices(database)
    for screen in links:
        told = Entry(now, "bench", "screen.add", screen.name)
        devices.add(Device(screen.id, "wall", screen.name, (), "", "", "", now, "bench"), told)
    database.close()
    return people


def _links(viewers: int) -> list[Screen]:
    return [Screen(f"bench{n:03d}", f"屏 {n}") for n in range(min(LINKS, viewers))]


def _cookies(line: Line, keys: Keys, links: Sequence[Screen]) -> str:
    """A file of what a browser keeps after it opened a screen's link, one for each link."""
    out = []
    with httpx.Client(base_url=f"http://{HOST}:{line.config.port}", timeout=30) as client:
        for screen in links:
            client.cookies.clear()
            answer = client.get("/wall", params={"token": token_of(keys, screen)})
            if answer.status_code != 303:
                raise RuntimeError(f"{screen.name}: {answer.status_code}")
            out.append("; ".join(f"{k}={v}" for k, v in client.cookies.items()))
    kept = line.config.data_dir / "cookies.json"
    kept.write_bytes(orjson.dumps(out))
    return str(kept)
