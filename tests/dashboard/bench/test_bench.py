"""`cityops bench` as a user types it, at the smallest size; figures are printed, never judged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dashboard.bench import browser
from dashboard.bench.browser import BrowserMissing
from tests.town import life

SMALL = ("--viewers", "4", "--seconds", "1", "--interval-viewers", "2", "--samples", "1")
CROWD = {"viewers", "p50_ms", "p95_ms", "p99_ms", "missed", "gaps", "bytes_per_tick", "cpu_us"}
CROWD |= {"rss_kb", "idle_cpu_ms", "server_cpu", "load_cpu", "other_cpu"}


def cityops(*words: str, cwd: Path) -> str:
    """In a process of its own: a bench ties itself to one core."""
    command = [sys.executable, "-P", "-m", "dashboard.cli", *words]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout


def bars(found: dict[str, Any]) -> set[str]:
    return {bar["id"] for bar in found["bars"]}


def test_ingest_prints_the_floor_and_the_ledger(tmp_path: Path) -> None:
    found = json.loads(cityops("bench", "ingest", "--cases", "50", "--json", cwd=tmp_path))
    assert found["events"] > 200 and found["floor"] > 0
    assert found["ratios"].keys() == found["ledgers"].keys() == {"sqlite"}
    assert bars(found) == {"sqlite_ratio"}
    assert "地板程序" in cityops("bench", "ingest", "--cases", "50", cwd=tmp_path)


def test_year_prints_every_leg(tmp_path: Path) -> None:
    file = tmp_path / "year.jsonl"
    file.write_bytes(b"\n".join(one.body for one in life("A1", district="411303")))
    found = json.loads(
        cityops("bench", "year", "--year", "2026", "--file", str(file), "--json", cwd=tmp_path)
    )
    assert found["events"] == len(file.read_bytes().splitlines())
    assert found["figures"]["cases.reported"] == 1
    assert bars(found) == {"ingest_s", "ingest_rss_mb", "query_s", "first_frame_s"}


def test_platform_folds_its_probes_and_checks_what_is_stored(tmp_path: Path) -> None:
    words = ("bench", "platform", "--components", "3", "--days", "2", "--json")
    found = json.loads(cityops(*words, cwd=tmp_path))
    assert 8_500 < found["probes"] < 8_640 and found["stored_days"] == 9
    assert found["bytes_per_probe"] < 4 and found["availability"] > 0.9
    assert bars(found) == {"fold_s", "rss_mb", "query_s"}


def test_hotline_agrees_with_a_plain_loop(tmp_path: Path) -> None:
    found = json.loads(cityops("bench", "hotline", "--calls", "40000", "--json", cwd=tmp_path))
    assert found["calls"] == 40_000 and found["wrong"] == []
    num, den = map(int, found["minimum"].split("/"))
    assert 0 < num < den and den >= 100
    assert bars(found) == {"fold_s", "query_s", "page_s", "load_s", "paint_ms", "wrong"}


def test_export_prints_both_files_and_every_way_to_write_xlsx(tmp_path: Path) -> None:
    file = tmp_path / "year.jsonl"
    file.write_bytes(b"\n".join(one.body for one in life("A1", district="411303")))
    found = json.loads(
        cityops("bench", "export", "--year", "2026", "--file", str(file), "--json", cwd=tmp_path)
    )
    assert found["cases"] == 1 and found["csv_mb"] > 0 and found["xlsx_mb"] > 0
    assert len(found["writers"]) == 3 and min(found["writers"].values()) > 0
    assert bars(found) == {"csv_s", "csv_rss_mb", "xlsx_s", "xlsx_rss_mb"}


def test_export_measures_a_postgresql_ledger_too(tmp_path: Path, postgres_url: str) -> None:
    file = tmp_path / "year.jsonl"
    file.write_bytes(b"\n".join(one.body for one in life("A1", district="411303")))
    words = ("bench", "export", "--year", "2026", "--file", str(file), "--json")
    found = json.loads(cityops(*words, "--postgresql", postgres_url, cwd=tmp_path))
    assert found["cases"] == 1 and not list(tmp_path.rglob("*.db"))


def test_live_measures_the_stream_the_baseline_and_the_browser(tmp_path: Path) -> None:
    found = json.loads(cityops("bench", "live", *SMALL, "--json", cwd=tmp_path))
    for part in ("stream", "store", "page"):
        assert found[part].keys() >= CROWD
        assert found[part]["delivered"] > 0 and found[part]["lost"] == 0
    assert found["stream"]["same_frame"] is True and found["stream"]["gaps"] == 0
    assert found["reaction"]["samples"] == 1 and found["reaction"]["unseen"] == 0
    assert found["cold"]["pages"] == 1 and found["cold"]["foreign"] == []
    assert found["missing"] == "" and "ratio" in found
    assert bars(found) == {"viewers", "p99_ms", "missed", "ratio"} | {
        "samples",
        "event_p95_ms",
        "unseen",
        "cold_s",
        "cold_mb",
        "foreign",
    }


def test_one_part_is_shown_as_a_table(tmp_path: Path) -> None:
    shown = cityops("bench", "live", *SMALL, "--part", "viewers", cwd=tmp_path)
    assert "每观众·帧 CPU" in shown and "送达 p99" in shown
    assert "dcc.Interval" not in shown


def test_without_a_browser_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BrowserMissing, match="apt install chromium"), browser.chromium():
        pass


def test_an_unknown_city_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "dashboard.cli", "bench", "live", "--city", "atlantis"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "atlantis" in done.stderr


def test_evaluate_prints_every_leg(tmp_path: Path) -> None:
    file = tmp_path / "year.jsonl"
    file.write_bytes(b"\n".join(one.body for one in life("A1", district="411303")))
    words = ["--form", "standard-self-evaluation", "--year", "2026", "--file", str(file), "--json"]
    found = json.loads(cityops("bench", "evaluate", *words, cwd=tmp_path))
    assert (found["items"], found["sources"]) == (16, 10) and found["measure_s"] > 0
    assert bars(found) == {"whole_s", "score_s"}
