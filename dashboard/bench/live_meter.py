"""What a server costs 开销: CPU seconds and memory of a process and its children, from /proc."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> list[int]:
    """The process and all its living descendants."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        stat = _stat(int(folder.name))
        if stat:
            children.setdefault(int(stat[1]), []).append(int(folder.name))
    found, queue = [], [pid]
    while queue:
        one = queue.pop()
        found.append(one)
        queue += children.get(one, [])
    return found


def cpu_s(pid: int) -> float:
    """CPU seconds, user and system, the family has used so far (resolution 10 ms)."""
    stats = [_stat(one) for one in family(pid)]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats if stat) / TICKS_PER_S


def busy_s() -> float:
    """CPU seconds all cores have worked since the machine started."""
    user, nice, system, _idle, _waiting, *interrupts = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]
    )
    return (user + nice + system + sum(interrupts)) / TICKS_PER_S


def rss_bytes(pid: int) -> int:
    """Resident memory of the family; pages shared by two of them count twice."""
    return sum(_resident(one) for one in family(pid))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0–1) of the values do not exceed; NaN of nothing."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third (state) on; empty if the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0
