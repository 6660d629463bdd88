"""A list as csv: UTF-8 with BOM, so that Excel opens the Chinese, and CRLF."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO

from dashboard.exports.cells import csv_text
from dashboard.exports.columns import Column
from dashboard.exports.localtime import LocalTime


class CsvFile:
    """Writes the headings at once, then whatever rows come."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column], clock: LocalTime) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
        self._out = csv.writer(self._text)
        self._out.writerow([csv_text(column.heading) for column in columns])
        shown: dict[str, Callable[[Any], Any]] = {"time": clock.text, "text": csv_text}
        self._shown = [
            (index, shown[column.kind])
            for index, column in enumerate(columns)
            if column.kind in shown
        ]
        self._labels = [i for i, column in enumerate(columns) if column.kind == "label"]
        self._known: dict[str, str] = {}

    def write(self, rows: Iterable[list[Any]]) -> None:
        """Rows of values in the order of the columns; they are changed in place."""
        known = self._known
        for row in rows:
            for index, show in self._shown:
                if (value := row[index]) is not None:
                    row[index] = show(value)
            for index in self._labels:
                if (value := row[index]) is not None:
                    if value not in known:
                        known[value] = csv_text(value)
                    row[index] = known[value]
            self._out.writerow(row)

    def flush(self) -> None:
        """What was written so far is in the file."""
        self._text.flush()

    def close(self) -> None:
        """Everything is in the file; it stays open."""
        self._text.flush()
        self._text.detach()

    def drop(self) -> None:
        """The file is given up: lets go of it, whatever state it is in."""
        with contextlib.suppress(OSError, ValueError):
            self._text.close()
