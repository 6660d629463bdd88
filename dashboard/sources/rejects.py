"""The file of rejected rows 拒收文件: row, line, reason and the row itself, ready to be mended.

It has the columns of the source (in its encoding and with its delimiter, for a text table), so the
mended file can be imported by the same mapping.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from dashboard.sources.tables import Record

LEADING: Final = ("_row", "_line", "_reason")


class RejectsFile:
    """Written when the first row is rejected; left-overs of an earlier run are removed at the end
    when nothing was. `append` keeps what is there."""

    def __init__(
        self,
        path: Path,
        columns: Sequence[str],
        encoding: str = "utf-8",
        delimiter: str = ",",
        append: bool = False,
    ) -> None:
        self.path = path
        self._columns, self._delimiter, self._append = columns, delimiter, append
        self._encoding = codecs.lookup(encoding).name
        self._wide = codecs.getincrementalencoder(encoding)("backslashreplace")
        self._file: IO[bytes] | None = None
        self.written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
        elif kind is None and not self._append:
            self.path.unlink(missing_ok=True)

    def add(self, record: Record, reason: str) -> None:
        """Writes one row with its reason."""
        file = self._file or self._open()
        self._line(file, [record.row, record.line, reason, *record.cells])
        self.written += 1

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def _open(self) -> IO[bytes]:
        fresh = not (self._append and self.path.exists() and self.path.stat().st_size)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab" if self._append else "wb")
        if fresh:
            if self._encoding == "utf-8":
                self._file.write(codecs.BOM_UTF8)  # spreadsheets need it to show Chinese
            self._line(self._file, [*LEADING, *self._columns])
        return self._file

    def _line(self, file: IO[bytes], cells: Sequence[Any]) -> None:
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter).writerow(
            ["" if cell is None else cell for cell in cells]
        )
        file.write(self._encoded(text.getvalue()))

    def _encoded(self, text: str) -> bytes:
        """The bytes that came stay the bytes that came; what the encoding lacks is escaped."""
        if self._encoding.startswith(("utf-16", "utf-32")):
            return self._wide.encode(text)
        try:
            return text.encode(self._encoding, "surrogateescape")
        except UnicodeEncodeError:
            return text.encode(self._encoding, "backslashreplace")
