"""What a process costs, by /proc."""

from __future__ import annotations

import math
import os
import subprocess
import sys

from dashboard.bench.bars import Bar, as_json
from dashboard.bench.live_meter import busy_s, cpu_s, family, percentile, rss_bytes

BUSY = (
    "import subprocess, sys, time\n"
    "while time.process_time() < 0.3: pass\n"
    "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
    "print('ready', flush=True)\n"
    "input()\n"
)


def test_a_family_is_counted_together() -> None:
    command = [sys.executable, "-c", BUSY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = family(process.pid)
        assert process.pid in found and len(found) == 2 and os.getpid() not in found
        assert 0.2 < cpu_s(process.pid) < 5
        assert rss_bytes(process.pid) > 2 * 2**20
        process.communicate(b"\n")
    assert cpu_s(process.pid) == 0
    assert busy_s() > 0


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.99) == 7
    assert math.isnan(percentile([], 0.5))


def test_a_bar_says_whether_it_is_reached() -> None:
    assert Bar("p99", "送达", 249.9, "<", 250, "ms").ok
    missed = Bar("ratio", "倍数", 49.0, ">=", 50, "倍")
    assert not missed.ok and missed.line == "✕ 倍数：49 倍（≥ 50 倍）"
    absent = Bar("p99", "送达", math.nan, "<", 250, "ms")
    assert not absent.ok and "—" in absent.line
    assert as_json([absent])[0]["measured"] is None
