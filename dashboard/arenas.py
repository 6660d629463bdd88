"""What glibc keeps of memory that was freed 内存归还: threads share it, and it is given back.

A web process answers from a pool of threads for months, a worker takes a small batch and then a
large one. By itself glibc gives every thread memory of its own and seldom returns any, so a process
grows by the leftovers of the most it ever had to do.
Elsewhere than on glibc nothing is done.
"""

from __future__ import annotations

import ctypes
import platform
import threading
import time
from typing import Final

M_ARENA_MAX: Final = -8  # malloc.h
ARENAS: Final = 2
EVERY_S: Final = 60.0

_GLIBC: Final = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


def share() -> None:
    """Few arenas for all threads of this process."""
    if _GLIBC is not None:
        _GLIBC.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Free pages go back to the system; takes some milliseconds, without Python's lock."""
    if _GLIBC is not None:
        _GLIBC.malloc_trim(0)


def keep_small() -> None:
    """Both, for as long as the process lives: call it before it has threads."""
    share()
    threading.Thread(target=_every_minute, name="give-back", daemon=True).start()


def _every_minute() -> None:
    while True:
        time.sleep(EVERY_S)
        give_back()
