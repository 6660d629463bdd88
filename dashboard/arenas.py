"""What glibc keeps of memory that was freed 内存归还: threads share it, and it is given back.

A web process answers from a pool of threads for months. By itself glibc gives every thread memory
of its own and seldom returns any, so the process grows by the leftovers of its largest answers.
Elsewhere than on glibc nothing is done.
"""

from __future__ import annotations

import asyncio
import ctypes
import platform
from typing import Final

M_ARENA_MAX: Final = -8  # malloc.h
ARENAS: Final = 2
EVERY_S: Final = 60.0

_GLIBC: Final = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


def share() -> None:
    """Few arenas for all threads of this process; call it before there are any."""
    if _GLIBC is not None:
        _GLIBC.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Free pages go back to the system; takes some milliseconds, without Python's lock."""
    if _GLIBC is not None:
        _GLIBC.malloc_trim(0)


async def given_back() -> None:
    """Once a minute, for ever."""
    while True:
        await asyncio.sleep(EVERY_S)
        await asyncio.to_thread(give_back)
