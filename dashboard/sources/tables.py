"""Tables of a case system as files — csv, csv.gz, xlsx, parquet — opened by content, read by row.

Every reader streams: memory does not grow with the file (an xlsx keeps its shared strings). A row
that cannot be read carries its `problem` instead of stopping the file; what makes the whole file
unreadable is a `TableError` that names found and expected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from dashboard.sources.mapping import FileFormat

TEXT_NAMES: Final = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz")
EXPECTED: Final = "csv、csv.gz、xlsx 或 parquet"


class TableError(ValueError):
    """A file that cannot be read as a table; the text names file, found and expected."""


class Record(NamedTuple):
    """One row 行 as read: `row` counts rows with the heading as 1 (in xlsx the sheet's own row
    number), `line` is the physical line it begins on; `problem` says why it cannot be used."""

    row: int
    line: int
    cells: Sequence[Any]
    problem: str | None = None


class Table(Protocol):
    """An open table: its column names, its records once, and how far the reading is."""

    columns: tuple[str, ...]
    total: int
    """Size in `unit`s, for a progress bar; 0 = unknown."""
    unit: str

    def __iter__(self) -> Iterator[Record]: ...

    def position(self) -> int: ...


def open_table(
    path: Path, form: FileFormat, used: Collection[str] | None = None
) -> AbstractContextManager[Table]:
    """Opens a file; `used` are the columns that will be asked for (None = all).

    Raises `TableError`, also while rows are being read.
    """
    kind = _kind(path)
    if kind == "xlsx":
        from dashboard.sources.xlsxtable import open_xlsx

        return open_xlsx(path, form, used)
    if kind == "parquet":
        from dashboard.sources.parquettable import open_parquet

        return open_parquet(path, used)
    from dashboard.sources.csvtable import open_csv

    return open_csv(path, form, compressed=kind == "gzip")


def _kind(path: Path) -> str:
    """`csv`, `gzip`, `xlsx` or `parquet`; the content must be what the name says."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise TableError(f"{path}：读不到文件（{error.strerror}）") from error
    name = path.name.lower()
    found = _by_content(head)
    if found == "ole":
        raise TableError(f"{path}：旧版 .xls 或加密的工作簿；请另存为不加密码的 .xlsx")
    if name.endswith(TEXT_NAMES):
        if found in ("xlsx", "parquet"):
            raise TableError(f"{path}：名字是文本表，内容却是 {found}；请改正扩展名")
        return "gzip" if found == "gzip" else "csv"
    for kind, endings in {"xlsx": (".xlsx", ".xlsm"), "parquet": (".parquet", ".pq")}.items():
        if name.endswith(endings):
            if found != kind:
                raise TableError(f"{path}：名字是 {kind}，内容却不是；文件可能不完整或扩展名有误")
            return kind
    raise TableError(f"{path}：不认识的文件类型 {path.suffix or '（无扩展名）'}，应为 {EXPECTED}")


def _by_content(head: bytes) -> str:
    signatures = {
        b"\x1f\x8b": "gzip",
        b"PK\x03\x04": "xlsx",
        b"PAR1": "parquet",
        b"\xd0\xcf\x11\xe0": "ole",
    }
    return next((kind for mark, kind in signatures.items() if head.startswith(mark)), "")


def heading(cells: Sequence[Any]) -> tuple[str, ...]:
    """Column names from a heading row 表头: inner white space single, empty ones at the end off."""
    texts = ["" if cell is None else str(cell) for cell in cells]
    names = [" ".join(t.encode("utf-8", "backslashreplace").decode().split()) for t in texts]
    while names and not names[-1]:
        names.pop()
    return tuple(names)
