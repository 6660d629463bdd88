"""The ledger in a backup: one Parquet file a table, and the digest of its figures on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from dashboard.backup.container import Backup, BackupError, Packing
from dashboard.ledger import Ledger
from dashboard.ledger.digest import COUNTED, Fingerprint
from dashboard.ledger.dump import Rows, arrow_schema, dump, snapshot, tables

FOLDER: Final = "ledger/"
GROUP: Final = 50_000


def pack_tables(
    pack: Packing, ledger: Ledger, progress: Callable[[int], None]
) -> tuple[str, dict[str, str]]:
    """Writes every table out of one snapshot; the digest of the figures in it, and what `meta`
    says (city, rules …)."""
    made = Fingerprint()
    meta: dict[str, str] = {}
    connection = snapshot(ledger.engine)
    try:
        for table in tables():
            name, count = f"{FOLDER}{table.name}.parquet", 0
            schema = arrow_schema(table)
            counted = table in COUNTED
            with pack.part(name) as part, _writer(part, schema) as writer:
                for rows in dump(connection, table):
                    for row in rows if counted else ():
                        made.row(table.name, row)
                    if table.name == "meta":
                        meta |= {key: value for key, value in rows}
                    writer.write_batch(_batch(rows, schema), row_group_size=GROUP)
                    count += len(rows)
                    progress(len(rows))
            pack.count(name, count)
    finally:
        connection.close()
    return str(made), meta


def _writer(part: Any, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(pa.PythonFile(part, "w"), schema, compression="zstd")


def _batch(rows: Rows, schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [
        pa.array(list(values), kind.type) for values, kind in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def table_names(backup: Backup) -> list[str]:
    """The tables in a backup, in the order they were written."""
    return [
        name.removeprefix(FOLDER).removesuffix(".parquet")
        for name in backup.manifest.parts
        if name.startswith(FOLDER)
    ]


def read_table(backup: Backup, table: str) -> Iterable[tuple[list[str], Rows]]:
    """The rows of a table in chunks, each with the names of the columns."""
    with backup.open(f"{FOLDER}{table}.parquet") as source:
        try:
            file = pq.ParquetFile(pa.PythonFile(source, "r"))
            for batch in file.iter_batches(GROUP):
                columns = [column.to_pylist() for column in batch.columns]
                yield list(batch.schema.names), list(zip(*columns, strict=True))
        except pa.ArrowException as error:
            raise BackupError(f"{backup.path}：{table} 读不出（{error}）") from error


def figures(backup: Backup) -> str:
    """The digest of the figures in a backup, computed anew from its rows."""
    made = Fingerprint()
    for table in COUNTED:
        for _, rows in read_table(backup, table.name):
            for row in rows:
                made.row(table.name, row)
    return str(made)


def contents(backup: Backup) -> dict[str, Callable[[], Iterator[tuple[list[str], Rows]]]]:
    """Table → its chunks, for `ledger.dump.restore`."""
    return {
        name: lambda name=name: iter(read_table(backup, name))  # type: ignore[misc]
        for name in table_names(backup)
    }
