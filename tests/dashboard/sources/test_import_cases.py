"""`cityops import cases`: files of every kind, a case database, and what it says about them."""

from __future__ import annotations

import csv
import gzip
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from dashboard.bus import events_key
from dashboard.city import load_profile
from dashboard.cli import main
from dashboard.ledger import Ledger
from dashboard.ledger.reading import record, records
from tests.dashboard.sources.willow import (
    COLUMNS,
    MORNING,
    mapping_in,
    profile_in,
    row,
    rows,
)
from tests.servers import RedisServer, wait_until

HOUR = 3_600_000


def arguments(folder: Path, *more: object, **sections: Any) -> list[str]:
    mapping, profile = mapping_in(folder, **sections), profile_in(folder)
    fixed = ["--mapping", mapping, "--profile", profile, "--data-dir", folder / "data"]
    return [str(a) for a in ("import", "cases", *more, *fixed)]


def run(folder: Path, *more: object, **sections: Any) -> Result:
    return CliRunner().invoke(main, arguments(folder, *more, **sections))


def result(folder: Path, *more: object, **sections: Any) -> dict[str, Any]:
    done = run(folder, *more, "--json", **sections)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def ledger_of(folder: Path) -> Ledger:
    url = f"sqlite:///{folder / 'data' / 'willow.db'}"
    return Ledger.open(url, load_profile(profile_in(folder)).rules, "willow")


def states(folder: Path) -> dict[str, Any]:
    if not (folder / "data" / "willow.db").exists():
        return {}
    with closing(ledger_of(folder)) as ledger:
        return dict(records(ledger))


def csv_in(folder: Path, table: list[list[Any]], name: str = "cases.csv") -> Path:
    file = folder / name
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([COLUMNS, *table])
    return file


def gz_in(folder: Path, table: list[list[Any]]) -> Path:
    file = csv_in(folder, table)
    packed = file.with_name("cases.csv.gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    return packed


def xlsx_in(folder: Path, table: list[list[Any]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for cells in [list(COLUMNS), *table]:
        sheet.append(cells)
    book.save(folder / "cases.xlsx")
    return folder / "cases.xlsx"


def xlsx_with_dates_in(folder: Path, table: list[list[Any]]) -> Path:
    return xlsx_in(folder, [[real(cell) for cell in cells] for cells in table])


def parquet_in(folder: Path, table: list[list[Any]]) -> Path:
    file = folder / "cases.parquet"
    pd.DataFrame(table, columns=list(COLUMNS)).to_parquet(file)
    return file


def real(cell: Any) -> Any:
    """A text that looks like a time as the time it is."""
    try:
        return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return cell


@pytest.mark.parametrize("write", [csv_in, gz_in, xlsx_in, xlsx_with_dates_in, parquet_in])
def test_every_kind_of_file_gives_the_same_records_and_nothing_new_the_second_time(
    tmp_path: Path, write: Callable[[Path, list[list[Any]]], Path]
) -> None:
    file = write(tmp_path, rows(30))
    first = result(tmp_path, file)
    assert (first["read"], first["accepted"], first["rejected"]) == (30, 30, 0)
    second = result(tmp_path, file)
    assert (second["read"], second["accepted"], second["unchanged"]) == (30, 0, 30)
    found = states(tmp_path)
    reference = tmp_path / "reference"
    reference.mkdir()
    result(reference, csv_in(reference, rows(30)))
    assert found == states(reference)


def test_rejected_rows_are_in_a_file_with_number_and_reason_and_the_rest_is_in(
    tmp_path: Path,
) -> None:
    table = [row(), row(案卷号="L002", 说明="两\n行", 来源="飞鸽"), row(案卷号="L003", 返工="x"),
             row(案卷号="L004", 上报时间="2099-01-01 00:00:00"), row(案卷号="L005")]  # fmt: skip
    found = result(tmp_path, csv_in(tmp_path, table))
    assert (found["read"], found["accepted"], found["rejected"]) == (5, 2, 3)
    assert found["reasons"]["来源 = '飞鸽'：不在对照表 values 中"] == 1
    assert sum(found["reasons"].values()) == 3
    with open(found["rejected_file"], encoding="utf-8-sig", newline="") as text:
        told = list(csv.DictReader(text))
    assert [(t["_row"], t["_line"], t["案卷号"]) for t in told] == [
        ("3", "3", "L002"), ("4", "5", "L003"), ("5", "6", "L004"),
    ]  # fmt: skip
    assert "飞鸽" in told[0]["_reason"] and told[0]["说明"] == "两\n行"
    assert "返工 = 'x'：应为整数" in told[1]["_reason"]
    assert set(states(tmp_path)) == {"L001", "L005"}


def test_the_summary_in_words(tmp_path: Path) -> None:
    done = run(tmp_path, csv_in(tmp_path, [row(), row(案卷号="L002", 来源="飞鸽")]))
    assert done.exit_code == 0
    assert "读 2 行，更新 1，未变 0，拒收 1" in done.stdout
    assert "拒收 1 行：来源 = '飞鸽'" in done.stderr
    assert "cases.csv.rejected.csv" in done.stderr


def test_codes_the_profile_does_not_know_are_told_not_refused(tmp_path: Path) -> None:
    found = result(
        tmp_path, csv_in(tmp_path, rows(3)), constants={"district": "990199"},
    )  # fmt: skip
    assert found["unknown_codes"] == {"district": {"990199": 3}}


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"steps": {"report": "上报"}}, "缺少列 上报；表中有 18 列：案卷号、上报时间"),
        ({"fields": {"chanel": "来源"}}, "[fields] 未知的键 chanel；是否 channel？"),
        ({"file": {"encoding": "gbk"}}, 'encoding = "utf-8"'),
    ],
)
def test_a_mapping_that_does_not_fit_stops_before_anything_is_taken(
    tmp_path: Path, sections: dict[str, Any], told: str
) -> None:
    done = run(tmp_path, csv_in(tmp_path, rows(30)), **sections)
    assert done.exit_code == 1
    assert told in done.output
    assert states(tmp_path) == {}


def test_a_file_cut_short_keeps_what_was_whole_and_fails(tmp_path: Path) -> None:
    table = [row(案卷号=f"L{n:05}", 说明=str(n * n)) for n in range(30_000)]
    packed = gz_in(tmp_path, table)
    packed.write_bytes(packed.read_bytes()[:-2000])
    done = run(tmp_path, packed, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["read"] == told["accepted"] == len(states(tmp_path)) > 20_000
    assert "行起读不下去" in told["error"]


def test_an_export_time_makes_a_corrected_export_win(tmp_path: Path) -> None:
    result(tmp_path, csv_in(tmp_path, [row(来源="网站")]), "--as-of", "2026-01-06T08:00:00+08:00")
    result(tmp_path, csv_in(tmp_path, [row(来源="热线")]), "--as-of", "2026-01-07T08:00:00+08:00")
    assert "hotline_12319" in states(tmp_path)["L001"]
    result(tmp_path, csv_in(tmp_path, [row(来源="网站")]), "--as-of", "2026-01-06T08:00:00+08:00")
    assert "hotline_12319" in states(tmp_path)["L001"]


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["--sql", "sqlite://"],
        ["--sql", "sqlite://", "--query", "SELECT 1", "--every", "30"],
        ["--sql", "sqlite://", "--query", "SELECT 1", "--every", "0s"],
        ["--sql", "sqlite://", "--query", "SELECT 1", "--every", "30s", "--once"],
        ["FILE", "--every", "30s"],
        ["FILE", "--sql", "sqlite://", "--query", "SELECT 1"],
        ["FILE", "--as-of", "yesterday"],
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, wrong: list[str]) -> None:
    file = str(csv_in(tmp_path, rows(1)))
    done = run(tmp_path, *[file if word == "FILE" else word for word in wrong])
    assert done.exit_code == 2, done.output


def test_to_the_stream(tmp_path: Path, redis_server: RedisServer) -> None:
    file = csv_in(tmp_path, [*rows(25), row(案卷号="")])
    found = result(tmp_path, file, "--to", "stream", "--redis-url", redis_server.url)
    assert (found["accepted"], found["rejected"]) == (25, 1)
    entries = redis_server.client().xrange(events_key("willow"))
    assert len(entries) == 25
    assert json.loads(entries[0][1][b"e"])["case"] == "L001"


# A case database ---------------------------------------------------------------------------------


@pytest.fixture
def case_database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(tmp_path / "cases.sqlite", isolation_level=None)
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    db.execute(f"CREATE TABLE cases ({columns})")
    insert(db, [row()])
    yield db
    db.close()


def insert(db: sqlite3.Connection, table: list[list[Any]]) -> None:
    db.executemany(f"INSERT INTO cases VALUES ({', '.join('?' * len(COLUMNS))})", table)


def asking(folder: Path) -> list[str]:
    url = folder / "url"
    url.write_text(f"sqlite:///{folder / 'cases.sqlite'}?timeout=0.2\n")
    query = folder / "query.sql"
    query.write_text("SELECT * FROM cases\n")
    return ["--sql", f"@{url}", "--query", f"@{query}", "--watermark", "更新"]


def test_a_database_is_read_on_from_its_watermark(
    tmp_path: Path, case_database: sqlite3.Connection
) -> None:
    updated = {"case": {"id": "案卷号", "updated": "更新"}}
    first = result(tmp_path, *asking(tmp_path), **updated)
    assert (first["read"], first["accepted"]) == (1, 1)
    case_database.execute("UPDATE cases SET 来源 = '网站', 更新 = '2026-01-06 09:00:00'")
    insert(case_database, [row(案卷号="L002", 更新="2026-01-06 09:30:00")])
    insert(case_database, [row(案卷号="L003", 来源="飞鸽", 更新="2026-01-06 10:00:00")])
    second = result(tmp_path, *asking(tmp_path), **updated)
    assert (second["read"], second["accepted"], second["rejected"]) == (3, 2, 1)
    third = result(tmp_path, *asking(tmp_path), **updated)
    assert (third["read"], third["accepted"], third["rejected"]) == (1, 0, 1)
    anew = result(tmp_path, *asking(tmp_path), "--anew", **updated)
    assert (anew["read"], anew["accepted"], anew["unchanged"]) == (3, 0, 2)
    with closing(ledger_of(tmp_path)) as ledger:
        assert "web" in (record(ledger, "L001") or [])


def test_the_watermark_of_the_stream_is_kept_in_the_outbox(
    tmp_path: Path, case_database: sqlite3.Connection, redis_server: RedisServer
) -> None:
    to_stream = ["--to", "stream", "--redis-url", redis_server.url]
    insert(case_database, [row(案卷号="L002", 更新="2026-01-06 09:30:00")])
    reads = [result(tmp_path, *asking(tmp_path), *to_stream)["read"] for _ in range(2)]
    assert reads == [2, 1]


def test_polling_sees_new_rows_waits_for_an_absent_database_and_ends_on_sigterm(
    tmp_path: Path, case_database: sqlite3.Connection
) -> None:
    words = arguments(tmp_path, *asking(tmp_path), "--every", "1s", "--overlap", "0s", "--json")
    complaints = tmp_path / "stderr"
    with complaints.open("w") as stderr:
        child = subprocess.Popen(
            [sys.executable, "-m", "dashboard.cli", *words],
            stdout=subprocess.PIPE, stderr=stderr, text=True,
        )  # fmt: skip
    try:
        wait_until(lambda: "L001" in states(tmp_path), what="first poll")
        case_database.execute("BEGIN EXCLUSIVE")  # nobody else gets in
        insert(case_database, [row(案卷号="L002", 更新="2026-01-07 09:30:00")])
        wait_until(lambda: "后再试" in complaints.read_text(), what="complaint")
        case_database.execute("COMMIT")
        wait_until(lambda: "L002" in states(tmp_path), what="later poll")
    finally:
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate(timeout=20)
    assert child.returncode == 0
    assert sum(json.loads(told)["accepted"] for told in output.splitlines()) == 2


def test_times_of_the_first_case(tmp_path: Path) -> None:
    result(tmp_path, csv_in(tmp_path, [row()]))
    with closing(ledger_of(tmp_path)) as ledger:
        found = record(ledger, "L001")
    assert found is not None and {MORNING, MORNING + 8 * HOUR} <= set(found)
