"""The comparison with other tools: scripts compile, versions are pinned, verdicts are fair."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PEERS = Path(__file__).parents[1] / "bench" / "peers"


def room(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A script of the comparison as a module."""
    monkeypatch.syspath_prepend(str(PEERS))
    spec = importlib.util.spec_from_file_location(name, PEERS / f"{name}.py")
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, found)
    spec.loader.exec_module(found)
    return found


def test_every_script_compiles() -> None:
    scripts = sorted(PEERS.glob("*.py"))
    assert len(scripts) >= 12
    for script in scripts:
        compile(script.read_text("utf-8"), script.name, "exec")


def test_every_version_is_pinned_and_no_line_names_an_index() -> None:
    files = sorted(PEERS.glob("requirements-*.txt"))
    for file in files:
        for line in filter(None, file.read_text().splitlines()):
            assert "==" in line and "://" not in line and " @ " not in line, f"{file.name}: {line}"
    versions = json.loads((PEERS / "package.json").read_text())["dependencies"].values()
    assert set(versions) == {"4.3.0"}
    assert "perspective-python==4.3.0" in (PEERS / "requirements-perspective.txt").read_text()


def test_every_tool_has_its_page_and_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    tools = room("tools", monkeypatch).TOOLS
    ids = [one.id for one in tools]
    assert ids == ["streamlit", "panel", "bokeh", "nicegui", "dash", "perspective", "ours"]
    for one in tools:
        assert (PEERS / f"{one.id}_page.py").exists() and f"{one.id}_page" in one.command
        assert one.requirements.exists() or one.id == "ours"
        assert list(one.ladder) == sorted(set(one.ladder))


def test_the_load_is_the_same_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    workload = room("workload", monkeypatch)
    tick = workload.now()
    assert len(tick.numbers) == len(workload.NAMES) == 40 and len(tick.charts) == 4
    assert {len(points) for points in tick.charts} == {120}
    assert tick.numbers[0] // 1000 == tick.second
    for chart in range(4):
        points = [workload.point(chart, second) for second in range(1_795_650_000, 1_795_650_120)]
        assert all(one != next_ for one, next_ in pairwise(points))


@dataclass
class Made:
    """A tool as measured, made up."""

    id: str
    viewers: int = 100
    faithful: bool = True
    more: dict[str, float] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.id

    version = "1.0"

    @property
    def best(self) -> Any:
        return type("Step", (), {"viewers": self.viewers, "cpu_ms": 1.0, "mb": 1.0})()

    @property
    def steps(self) -> list[Any]:
        return [type("Step", (), {"bytes_per_tick": 900.0})()]

    @property
    def page(self) -> Any:
        told = {"cold_mb": 1.0, "bytes_per_tick": 1_000.0, "main_ms": 10.0}
        told |= {"event_p50_ms": 5.0, "event_p95_ms": 10.0, **self.more}
        return type("Page", (), told)()


def missed(report: ModuleType, *found: Made) -> list[str]:
    return [text for ok, text in report.judged(list(found)) if not ok]


def test_ours_must_hold_fifteen_times_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    report = room("report", monkeypatch)
    assert missed(report, Made("bokeh", 100), Made("ours", 1_500)) == []
    (text,) = missed(report, Made("bokeh", 101), Made("panel", 3), Made("ours", 1_500))
    assert "14.9 x" in text


def test_ours_must_be_first_or_second_in_every_column(monkeypatch: pytest.MonkeyPatch) -> None:
    report = room("report", monkeypatch)
    heavy = Made("ours", 9_000, more={"cold_mb": 2.0})
    assert missed(report, Made("bokeh"), heavy) == []
    (text,) = missed(report, Made("bokeh"), Made("panel"), heavy)
    assert text.startswith("✕ cold_mb: 3. of 3")


def test_unfaithful_viewers_are_a_miss_and_the_table_says_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = room("report", monkeypatch)
    (text,) = missed(report, Made("bokeh", faithful=False), Made("ours", 9_000))
    assert "real page" in text
    lines = report.table([Made("bokeh"), Made("ours", 9_000)]).splitlines()
    assert len(lines) == 4 and all(line.count("|") == 10 for line in lines)
    assert "0.90" in lines[2] and "9,000" in lines[3]
