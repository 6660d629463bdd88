"""Parquet as a table: batches of rows of the columns asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from dashboard.sources.tables import Record, TableError

_BATCH: Final = 4096  # rows in memory as Python values at a time


@contextmanager
def open_parquet(path: Path, used: Collection[str] | None) -> Iterator[ParquetTable]:
    """Opens a parquet file. Raises `TableError`."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path}：不是可读的 parquet 文件（{error}）") from error
    with file:
        yield ParquetTable(path, file, used)


class ParquetTable:
    """An open parquet file; `row` counts with a heading as 1, as it would in a sheet."""

    unit = "行"

    def __init__(self, path: Path, file: pq.ParquetFile, used: Collection[str] | None) -> None:
        self._path, self._file = path, file
        names = tuple(file.schema_arrow.names)
        complete = used is not None and set(used) <= set(names)
        wanted = used if used is not None and complete else names
        self.columns = tuple(name for name in names if name in wanted)
        for name in self.columns if complete else ():
            if pa.types.is_nested(kind := file.schema_arrow.field(name).type):
                raise TableError(f"{path}：列 {name} 的类型是 {kind}，应为文字、数或时间")
        self.total = file.metadata.num_rows
        self._read = 0

    def position(self) -> int:
        return self._read

    def __iter__(self) -> Iterator[Record]:
        columns = list(self.columns)
        try:
            for batch in self._file.iter_batches(_BATCH, columns=columns, use_threads=False):
                for cells in zip(*(_values(column) for column in batch.columns), strict=True):
                    self._read += 1
                    yield Record(self._read + 1, self._read + 1, cells)
        except (pa.ArrowException, OSError) as error:
            raise TableError(
                f"{self._path}：第 {self._read + 2} 行起读不下去，文件损坏（{error}）"
            ) from error


def _values(column: pa.Array) -> list[Any]:
    """Python values; nanoseconds become microseconds, which `datetime` can hold."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    values: list[Any] = column.to_pylist()
    return values
