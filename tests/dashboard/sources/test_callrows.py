"""A call log becomes calls: the example's counts, rows that are refused, mappings that are wrong.

The sample is always read; all 25,100 calls too where the data folder is at hand
(CITYOPS_SHARED_DATA, or shared/data beside the checkout).
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.sources.callrows import load_call_mapping
from dashboard.sources.cells import RowError
from dashboard.sources.sections import MappingError

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "calls"
SHARED = Path(os.environ.get("CITYOPS_SHARED_DATA") or ROOT.parent / "shared" / "data")
WHOLE = SHARED / "calls-2023.csv.gz"
FILES = [
    (EXAMPLE / "sample.csv.gz", 1_004, 990),
    *([(WHOLE, 25_100, 24_731)] if WHOLE.is_file() else []),
]
NOON = 1_698_811_200_000  # 2023-11-01 12:00 in Shanghai


def run(folder: Path, *arguments: str) -> dict[str, Any]:
    profile = ["--profile", str(EXAMPLE / "profile.toml"), "--data-dir", str(folder)]
    own = CliRunner(env={"CITYOPS_SHARED_DATA": None})  # is ours, no setting of the program
    result = own.invoke(main, [*arguments, *profile, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(("file", "offered", "answered"), FILES, ids=lambda one: str(one)[-20:])
def test_the_example_counts_what_the_log_says(
    tmp_path: Path, file: Path, offered: int, answered: int
) -> None:
    mapping, rejects = str(EXAMPLE / "mapping.toml"), str(tmp_path / "rejects.csv")
    arguments = ("import", "calls", str(file), "--mapping", mapping, "--rejected", rejects)
    first, again = run(tmp_path, *arguments), run(tmp_path, *arguments)
    assert (first["read"], first["accepted"], first["rejected"]) == (offered, offered, 0)
    assert (again["accepted"], again["unchanged"]) == (0, offered)
    days = ("--from", "2023-11-01", "--to", "2023-11-14")
    found = run(tmp_path, "measures", *days)["measures"]
    assert (found["calls.offered"]["num"], found["calls.answered"]["num"]) == (offered, answered)
    assert found["calls.connect_rate"]["value"] == answered / offered
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    waits = [
        seconds(r["Time Answered"]) - seconds(r["Call Time"]) for r in rows if r["Time Answered"]
    ]
    assert found["calls.answered_in_15s"]["num"] == sum(wait <= 15 for wait in waits)
    assert found["calls.asa_s"]["value"] == pytest.approx(sum(waits) / len(waits))
    assert run(tmp_path, "reconcile", *days)["differences"] == []


def seconds(clock: str) -> int:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def mapping(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mapping.toml"
    file.write_text(text, "utf-8")
    return file


HEAD = 'source = "pbx"\n[time]\nformat = "%Y-%m-%d %H:%M:%S"\n'


def event(path: Path, columns: list[str], row: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(load_call_mapping(path).reader(columns, None).event(row))
    return found


def test_a_row_is_one_event_with_durations_codes_and_outcome(tmp_path: Path) -> None:
    file = mapping(
        tmp_path,
        HEAD + '[call]\nid = "号"\n[steps]\noffered = "呼入"\n[fields]\nwait_s = "等待"\n'
        'talk_s = "通话"\nagent = "工号"\n[fields.outcome]\ncolumn = "结果"\n'
        '[fields.outcome.values]\n"接通" = "answered"\n"放弃" = "abandoned"\n'
        '[constants]\nline = "12319"\n',
    )
    columns = ["号", "呼入", "等待", "通话", "工号", "结果", "主叫"]
    found = event(file, columns, ["7", "2023-11-01 12:00:00", "4.5", "60", "A1", "接通", "138"])
    assert found["set"] == {
        "offered_at": NOON, "wait_s": 4.5, "talk_s": 60, "agent": "A1", "outcome": "answered",
        "line": "12319",
    }  # fmt: skip
    assert (found["type"], found["call"], found["at"], found["rev"]) == ("call", "7", NOON, NOON)
    for row, said in (
        (["7", "2023-11-01 12:00", "", "", "", "", ""], "呼入"),
        (["7", "2023-11-01 12:00:00", "x", "", "", "", ""], "等待"),
        (["7", "2023-11-01 12:00:00", "", "", "", "飞了", ""], "结果"),
        (["", "2023-11-01 12:00:00", "", "", "", "", ""], "号"),
        (["7", "", "", "", "", "接通", ""], "时间"),
    ):
        with pytest.raises(RowError, match=said):
            event(file, columns, row)


def test_a_clock_time_before_the_call_is_after_midnight(tmp_path: Path) -> None:
    text = (
        '[call]\nid = "号"\nearlier = "next_day"\n[steps]\noffered = ["日", "呼入"]\n'
        'answered = ["日", "应答"]\n'
    )
    columns, row = ["号", "日", "呼入", "应答"], ["7", "2023-11-01", "23:59:50", "00:00:05"]
    found = event(mapping(tmp_path, HEAD + text), columns, row)["set"]
    assert found["answered_at"] - found["offered_at"] == 15_000
    same = event(mapping(tmp_path, HEAD + text.replace("next_day", "same_day")), columns, row)
    assert same["set"]["answered_at"] < same["set"]["offered_at"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[call]\nid = "号"\n', "没有任何时间列"),
        ('[steps]\noffered = "呼入"\n', r"缺少 \[call\]"),
        ('[call]\nid = "号"\n[steps]\nofferd = "呼入"\n', "是否 offered"),
        ('[call]\nid = "号"\n[steps]\noffered = "呼入"\n[fields]\noffered_at = "另"\n', "其一"),
        ('[call]\nid = "号"\n[steps]\noffered = "呼入"\n[fields]\ncaller = "主叫"\n', "caller"),
        ('[call]\nid = "号"\n[steps]\noffered = "呼入"\n[archive]\nx = "主叫"\n', "archive"),
        (
            '[call]\nid = "号"\n[steps]\noffered = "呼入"\n[fields.outcome]\ncolumn = "结果"\n'
            '[fields.outcome.values]\n"接通" = "ok"\n',
            "应为 answered、abandoned、overflow 之一",
        ),
    ],
)  # fmt: skip
def test_mistakes_of_a_mapping_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        load_call_mapping(mapping(tmp_path, HEAD + text))
