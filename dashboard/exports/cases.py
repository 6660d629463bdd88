"""The list of cases as a file 案卷清单导出: streamed, cancellable, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from dashboard.exports.columns import COLUMNS, SOURCES, City, reader
from dashboard.exports.csvfile import CsvFile
from dashboard.exports.localtime import LocalTime
from dashboard.exports.wholefile import FileRefused, whole_file
from dashboard.exports.xlsxfile import XlsxFile
from dashboard.ledger import Ledger
from dashboard.ledger.caselists import Choice, case_list

KINDS: Final = {".csv": CsvFile, ".xlsx": XlsxFile}


class ExportCancelled(Exception):
    """Whoever asked for the file does not want it any more; nothing is left of it."""


def export_cases(
    ledger: Ledger,
    city: City,
    choice: Choice,
    path: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Writes the chosen cases to `path` (.csv or .xlsx) and returns how many there are.

    `progress(done, total)` and `cancelled()` are called about every two thousand cases; when it
    says so, `ExportCancelled` is raised. Raises `FileRefused` for a name of another kind or a
    place that cannot be written, `LedgerAway` when the database goes.
    """
    make = KINDS.get(path.suffix.lower())
    if make is None:
        raise FileRefused(f"{path.name}：应为 .csv 或 .xlsx 文件")
    read = reader(city)
    with whole_file(path) as file, case_list(ledger, choice) as cases:
        out = make(file, COLUMNS, LocalTime(city.timezone))
        done, total = 0, len(cases)
        try:
            progress(0, total)
            for chunk in cases.chunks(SOURCES):
                if cancelled():
                    raise ExportCancelled(f"已取消：写到第 {done:,} 件，共 {total:,} 件")
                out.write([read(record) for record in chunk])
                done += len(chunk)
                progress(done, total)
            out.close()
        except BaseException:
            out.drop()
            raise
    return total
