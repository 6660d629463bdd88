"""Memory that was freed goes back to the system, also from below what is still in use."""

from __future__ import annotations

import platform
import subprocess
import sys

PEAK = """
from pathlib import Path
from dashboard import arenas

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

arenas.share()
pages = [bytes(4096) for _ in range(50_000)]
kept = pages[::500]
del pages
before = resident()
arenas.give_back()
print(before - resident())
"""


def test_a_peak_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True)
    least = 100_000_000 if platform.libc_ver()[0] == "glibc" else 0
    assert int(done.stdout) >= least
