"""`cityops bench export`: a year's list of cases as csv and xlsx, beside two xlsx libraries."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

from dashboard.bench.year import fill, measured
from dashboard.city import Profile, load_profile
from dashboard.cityledger import open_ledger
from dashboard.config import Config, load_config
from dashboard.exports.columns import COLUMNS, SOURCES, reader
from dashboard.exports.localtime import LocalTime
from dashboard.exports.xlsxfile import XlsxFile
from dashboard.ledger.caselists import Choice, case_list
from dashboard.ledger.inspection import look
from dashboard.windows import year_window

SAMPLE = 20_000
Rows = list[list[Any]]


@dataclass(frozen=True)
class Result:
    """Seconds, peak memory and size of each file; rows a second of each way to write xlsx."""

    cases: int
    csv_s: float
    csv_rss_mb: float
    csv_mb: float
    xlsx_s: float
    xlsx_rss_mb: float
    xlsx_mb: float
    writers: dict[str, float]


def bench(
    city: str, year: int, file: Path | None, folder: Path | None, url: str | None = None
) -> Result:
    """Simulate and ingest the year unless the ledger is there already; then export it.

    The ledger is the one at `url`, else one in `folder`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        home = folder or Path(scratch)
        given = {"city": city, "data_dir": home / "data", "ledger_url": url}
        config = load_config(env={}, overrides=given)
        if not look(config.ledger_url).cases:
            fill(config, year, file, home)
        seconds, memory, size = {}, {}, {}
        for kind in ("csv", "xlsx"):
            out = home / f"cases.{kind}"
            start = time.perf_counter()
            _, memory[kind] = measured(
                "export", "cases", "--year", str(year), "--out", str(out), config=config
            )
            seconds[kind] = time.perf_counter() - start
            size[kind] = out.stat().st_size / 1e6
            out.unlink()
        rows, cases = _rows(config, year)
        return Result(
            cases,
            *(seconds["csv"], memory["csv"], size["csv"]),
            *(seconds["xlsx"], memory["xlsx"], size["xlsx"]),
            {name: _rate(write, rows, home) for name, write in WRITERS.items()},
        )


def _rows(config: Config, year: int) -> tuple[Rows, int]:
    """The first rows of the list as the writers get them, and how many the list has."""
    profile: Profile = load_profile(config.profile_source)
    window = year_window(profile, year, time.time_ns() // 1_000_000)
    choice = Choice(profile.day_start(window.first_day), window.as_of)
    ledger = open_ledger(config, profile, reading=True)
    read = reader(profile)
    with case_list(ledger, choice) as cases:
        chunks = itertools.chain.from_iterable(cases.chunks(SOURCES))
        rows = [read(record) for record in itertools.islice(chunks, SAMPLE)]
        found = len(cases)
    ledger.close()
    return rows, found


def _rate(write: Callable[[Iterable[list[Any]], Path], None], rows: Rows, home: Path) -> float:
    out = home / "sample.xlsx"
    start = time.perf_counter()
    write([list(row) for row in rows], out)
    rate = len(rows) / (time.perf_counter() - start)
    out.unlink()
    return rate


def _ours(rows: Iterable[list[Any]], out: Path) -> None:
    with open(out, "wb") as file:
        sheet = XlsxFile(file, COLUMNS, LocalTime("Asia/Shanghai"))
        sheet.write(rows)
        sheet.close()


def _xlsxwriter(rows: Iterable[list[Any]], out: Path) -> None:
    """Its fastest way: typed writes, constant memory."""
    clock = LocalTime("Asia/Shanghai")
    book = xlsxwriter.Workbook(str(out), {"constant_memory": True, "tmpdir": str(out.parent)})
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet()
    kinds = [column.kind for column in COLUMNS]
    for number, row in enumerate(rows):
        for at, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            if value is None:
                continue
            if kind == "time":
                sheet.write_number(number, at, clock.serial(value), date)
            elif kind == "number":
                sheet.write_number(number, at, value)
            else:
                sheet.write_string(number, at, value)
    book.close()


def _openpyxl(rows: Iterable[list[Any]], out: Path) -> None:
    """Its write-only mode; dates as numbers, without their format, to be kind."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(out)


WRITERS: dict[str, Callable[[Iterable[list[Any]], Path], None]] = {
    "cityops": _ours,
    "XlsxWriter constant_memory": _xlsxwriter,
    "openpyxl write_only": _openpyxl,
}
