"""This process among all 进程身份: who holds a lease, and whether it certainly is no more."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def incarnation() -> str:
    """Host, process id, and what tells it from a later process of that id; "" parts where the
    system does not say."""
    return " ".join([f"{socket.gethostname()}:{os.getpid()}", _start(os.getpid()), _where()])


def gone(holder: str) -> bool:
    """Whether the process is known to have ended. False as well when it lives where we cannot see:
    on another machine, or in another container."""
    name, _, rest = holder.partition(" ")
    start, _, where = rest.partition(" ")
    pid = name.rpartition(":")[2]
    if not where or where != _where() or not pid.isdecimal():
        return False
    return _start(int(pid)) != start


def _where() -> str:
    """This boot of this machine, and the namespace in which process ids count."""
    try:
        return f"{_BOOT.read_text().strip()} {os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return ""


def _start(pid: int) -> str:
    """When the process began, in ticks since boot; "" if it is no more, or only uncollected."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in b"ZX" else fields[19].decode()
