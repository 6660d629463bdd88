"""Child processes 子进程 that never outlive the program that started them, and folder locks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from dashboard import tether

LOG_KEPT_BYTES = 8 << 20


class FolderBusy(RuntimeError):
    """A folder 目录 is still used by another, living program."""


class FolderLock:
    """The right to use a folder; children that are handed `fd` keep it until the last has ended.

    After a `kill -9` of the owner the lock stays until its children are gone, so that a restart
    never meets them: `patience_s` is for them. A living owner is not waited for.
    """

    def __init__(self, folder: Path, name: str, *, patience_s: float = 0.0) -> None:
        """Takes the lock `folder/name`; raises `FolderBusy` if it is not free in time."""
        folder.mkdir(parents=True, exist_ok=True)
        self.fd = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        end = time.monotonic() + patience_s
        while not self._take():
            owner = _living(os.pread(self.fd, 20, 0))
            if owner or time.monotonic() >= end:
                os.close(self.fd)
                who = f"进程 {owner} " if owner else "另一个程序"
                raise FolderBusy(f"{folder} 正被{who}使用（锁 {name}）")
            time.sleep(0.05)
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, str(os.getpid()).encode(), 0)

    def _take(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Gives up this process's share of the lock."""
        os.close(self.fd)


def _living(written: bytes) -> int | None:
    """The process id written in a lock, if that process lives; one only uncollected does not."""
    if not written.isdigit():
        return None
    try:
        os.kill(int(written), 0)
        state = Path(f"/proc/{int(written)}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except FileNotFoundError:  # no /proc here
        return int(written)
    except OSError:
        return None
    return None if state in b"ZX" else int(written)


class Child:
    """One child process with its log file; it gets SIGTERM when this process dies, even by -9.

    It runs in a session of its own: Ctrl-C in the terminal reaches only the parent, which then
    stops its children in order. Start children from the main thread: the kernel's promise is
    bound to the thread that starts them.
    """

    def __init__(
        self,
        name: str,
        program: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        hold: Sequence[int] = (),
        cwd: Path | None = None,
    ) -> None:
        """Starts `program`; `hold` are file descriptors (locks) it keeps open."""
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_KEPT_BYTES:
            log.replace(log.with_name(log.name + ".1"))
        tied = [sys.executable, "-IS", tether.__file__, str(os.getpid()), *program]
        with log.open("ab") as output:
            self._log_start = output.tell()
            self._process = subprocess.Popen(
                tied,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                pass_fds=tuple(hold),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def stop(self, patience_s: float = 5.0) -> None:
        """Asks it to end (SIGTERM), then ends whatever is left of its group."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def tail(self, lines: int = 20) -> str:
        """The last lines this run wrote to the log."""
        with self.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - 200 * lines))
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-lines:])
