"""`cityops bench burst | coldstart` at the smallest size; fail-over has the shipped timings."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dashboard.bench import failover
from tests.dashboard.bench.test_bench import bars, cityops
from tests.town import life

SENTINEL = Path(__file__).parents[3] / "deploy" / "redis" / "sentinel.conf"


def test_a_small_burst_is_counted_to_the_last_event(tmp_path: Path) -> None:
    words = ("--city", "meixian", "--events", "400", "--seconds", "0.5")
    found = json.loads(cityops("bench", "burst", *words, "--json", cwd=tmp_path))
    assert found["events"] == 400 >= found["unique"] == found["counted"] > 300
    assert found["differences"] == 0 and found["seconds"] >= 0.5 and found["recovered_s"] > 0
    assert bars(found) == {"lost", "recovered_s"}


def test_cold_starts_are_timed_to_the_first_frame(tmp_path: Path) -> None:
    file = tmp_path / "year.jsonl"
    file.write_bytes(b"\n".join(one.body for one in life("A1", district="411303")))
    words = ("--year", "2026", "--file", str(file), "--folder", str(tmp_path / "kept"))
    found = json.loads(cityops("bench", "coldstart", *words, "--json", cwd=tmp_path))
    assert found["cases"] == 1 and len(found["frame_s"]) == len(found["healthy_s"]) == 3
    assert all(
        0 < healthy <= frame
        for healthy, frame in zip(found["healthy_s"], found["frame_s"], strict=True)
    )
    assert bars(found) == {"ready_s"}


def test_the_fail_over_is_timed_with_the_shipped_settings() -> None:
    told = dict(re.findall(r"^sentinel ([a-z-]+) cityops (\d+)$", SENTINEL.read_text(), re.M))
    assert told["down-after-milliseconds"] == str(failover.DOWN_AFTER_MS)
    assert told["failover-timeout"] == str(failover.FAILOVER_TIMEOUT_MS)
