"""A program that ends with its parent 随父进程退出: `python tether.py PARENT_PID PROGRAM ARG…`.

Linux sends SIGTERM to this process the moment its parent is gone, however the parent died, and
`exec` keeps that promise. Run as a file, before anything heavy is imported; elsewhere than on
Linux the program is simply started.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, program: list[str]) -> None:
    """Ties this process to `parent` (its process id) and becomes `program`."""
    tie(parent)
    os.execvp(program[0], program)


def tie(parent: int) -> None:
    """From now on this process gets SIGTERM when `parent` is gone; at once if it already is."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        if os.getppid() != parent:  # it died before the promise was made
            raise SystemExit(f"parent {parent} is gone")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
