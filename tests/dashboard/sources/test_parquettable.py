"""Parquet as a table: types, projection, damage."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.sources.mapping import FileFormat
from dashboard.sources.tables import TableError, open_table


def saved(folder: Path, columns: dict[str, object]) -> Path:
    file = folder / "cases.parquet"
    pq.write_table(pa.table(columns), file)
    return file


def test_values_keep_their_types_and_rows_their_numbers(tmp_path: Path) -> None:
    noon = datetime(2026, 1, 5, 12)
    file = saved(
        tmp_path,
        {
            "案卷号": [410102202601050001, 2],
            "上报": pa.array([noon, None], pa.timestamp("ns")),
            "更新": pa.array([noon, noon], pa.timestamp("us", "UTC")),
            "来源": pa.array(["热线", "网站"]).dictionary_encode(),
            "面积": pa.array([Decimal("1.50"), None]),
        },
    )
    with open_table(file, FileFormat()) as table:
        assert table.total == 2
        first, second = list(table)
    utc = noon.replace(tzinfo=UTC)
    assert first.cells == (410102202601050001, noon, utc, "热线", Decimal("1.50"))
    assert second.cells[1] is None and second.cells[4] is None
    assert (first.row, second.row) == (2, 3)


def test_only_the_columns_asked_for_are_read_but_all_are_named_when_one_is_missing(
    tmp_path: Path,
) -> None:
    file = saved(tmp_path, {"a": [1], "b": [2], "c": [[1, 2]]})
    with open_table(file, FileFormat(), ("b", "a")) as table:
        assert table.columns == ("a", "b")
        assert [r.cells for r in table] == [(1, 2)]
    with open_table(file, FileFormat(), ("a", "x")) as table:
        assert table.columns == ("a", "b", "c")


def test_a_column_of_lists_is_refused_when_asked_for(tmp_path: Path) -> None:
    file = saved(tmp_path, {"a": [1], "c": [[1, 2]]})
    with (
        pytest.raises(TableError, match="列 c 的类型是 list"),
        open_table(file, FileFormat(), ("c",)),
    ):
        pass


def test_what_pandas_writes(tmp_path: Path) -> None:
    file = tmp_path / "cases.parquet"
    pd.DataFrame({"n": ["1", None], "t": pd.to_datetime(["2026-01-05 09:00:00", None])}).to_parquet(
        file
    )
    with open_table(file, FileFormat()) as table:
        assert [r.cells for r in table] == [("1", datetime(2026, 1, 5, 9)), (None, None)]


def test_damage_is_told(tmp_path: Path) -> None:
    file = saved(tmp_path, {"a": list(range(1000))})
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    with pytest.raises(TableError, match="不是可读的 parquet"), open_table(file, FileFormat()):
        pass
    file.write_bytes(whole[:4] + b"\xff" * 300 + whole[304:])
    with open_table(file, FileFormat()) as table, pytest.raises(TableError, match="文件损坏"):
        list(table)
