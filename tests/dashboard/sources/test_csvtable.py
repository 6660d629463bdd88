"""csv as a table: encodings, quoted newlines, and damage that stays where it is."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.sources.mapping import FileFormat
from dashboard.sources.tables import Record, TableError, open_table

CHINESE = "案卷号,街道\n1,林山寨\n2,建设路\n"


def read(path: Path, form: FileFormat | None = None) -> tuple[tuple[str, ...], list[Record]]:
    with open_table(path, form or FileFormat()) as table:
        return table.columns, list(table)


def saved(folder: Path, content: str | bytes, name: str = "cases.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_rows_are_numbered_as_a_sheet_shows_them(tmp_path: Path) -> None:
    columns, records = read(saved(tmp_path, CHINESE))
    assert columns == ("案卷号", "街道")
    assert [(r.row, r.line, list(r.cells)) for r in records] == [
        (2, 2, ["1", "林山寨"]),
        (3, 3, ["2", "建设路"]),
    ]


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("gbk", b""), ("gb18030", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16", b"")],
)
def test_encodings(tmp_path: Path, encoding: str, bom: bytes) -> None:
    file = saved(tmp_path, bom + CHINESE.encode(encoding))
    columns, records = read(file, FileFormat(encoding=encoding))
    assert columns == ("案卷号", "街道")
    assert records[1].cells == ["2", "建设路"]


def test_a_gzip_file_is_read_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    packed = gzip.compress(CHINESE.encode())
    for name in ("cases.csv.gz", "cases.csv"):
        assert len(read(saved(tmp_path, packed, name))[1]) == 2


@pytest.mark.parametrize(
    ("content", "encoding", "told"),
    [
        (
            (CHINESE * 4).encode("gbk"),
            "utf-8",
            "第 1 行字节 0xB0 不是 utf-8 编码；看起来是 gb18030",
        ),
        (CHINESE.encode(), "gbk", '不是 gbk 编码；看起来是 utf-8，请写 encoding = "utf-8"'),
        ("案卷,街道,社区名称\n".encode(), "gbk", '内容是 utf-8，不是 gbk；请写 encoding = "utf-8"'),
        (CHINESE.encode("utf-16"), "utf-8", "是 UTF-16 编码，不是 utf-8"),
        (CHINESE.encode(), "utf-16", "不是 utf-16 编码；看起来是 utf-8"),
    ],
    ids=["gbk", "utf-8", "utf-8 that decodes", "utf-16", "no utf-16"],
)
def test_a_wrong_encoding_is_told_with_the_likely_one(
    tmp_path: Path, content: bytes, encoding: str, told: str
) -> None:
    with pytest.raises(TableError) as caught:
        read(saved(tmp_path, content), FileFormat(encoding=encoding))
    assert told in str(caught.value)


def test_one_damaged_line_spoils_only_itself(tmp_path: Path) -> None:
    lines = CHINESE.encode().splitlines(keepends=True) + ["3,桐柏路\n".encode()] * 5
    lines[1] = b"1,\xb0\xc5\n"
    records = read(saved(tmp_path, b"".join(lines)))[1]
    assert [r.problem is None for r in records] == [False] + [True] * 6
    assert records[0].problem == "有不是 utf-8 编码的字节"


def test_quoted_newlines_count_as_one_row_and_several_lines(tmp_path: Path) -> None:
    records = read(saved(tmp_path, 'a,b\n1,"两\n行"\n\n2,"三\r\n\n行"\n3,x\n'))[1]
    assert [(r.row, r.line, r.cells[0]) for r in records] == [(2, 2, "1"), (4, 5, "2"), (5, 8, "3")]
    assert records[1].cells[1] == "三\r\n\n行"


@pytest.mark.parametrize(
    "broken",
    ['2,"没有收尾', '2,"多"余"', '2,"没有收尾,x', "2", "2,b,c", '"2,b'],
    ids=["open", "stray", "open and short", "short", "long", "open first"],
)
def test_a_broken_row_takes_no_neighbour_with_it(tmp_path: Path, broken: str) -> None:
    text = f'a,b\n1,"好"\n{broken}\n3,"好\n的"\n4,"好"\n'
    records = read(saved(tmp_path, text))[1]
    good = {r.cells[0]: r for r in records if r.problem is None}
    assert set(good) == {"1", "3", "4"}
    assert [r.row for r in records] == [2, 3, 4, 5]
    assert [r.line for r in records] == [2, 3, 4, 6]
    assert good["3"].cells[1] == "好\n的"
    assert records[1].problem


def test_an_open_quote_far_from_the_end_spoils_only_its_row(tmp_path: Path) -> None:
    lines = [f"{n},x{n}\n" for n in range(20_000)]
    lines[7] = '7,"x7\n'
    records = read(saved(tmp_path, "a,b\n" + "".join(lines)))[1]
    assert len(records) == 20_000
    assert [r.row for r in records if r.problem] == [9]


def test_a_monstrous_line_is_refused_and_not_kept(tmp_path: Path) -> None:
    file = saved(tmp_path, "a,b\n1,x\n2," + "y" * 40_000_000 + "\n3,z\n")
    tracemalloc.start()
    records = read(file)[1]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [r.problem is None for r in records] == [True, False, True]
    assert [r.row for r in records] == [2, 3, 4]
    assert peak < 20_000_000


def test_empty_fields_beyond_the_heading_are_no_fields(tmp_path: Path) -> None:
    columns, records = read(saved(tmp_path, "a,b,,\n1,x,,\n2,y,,,\n"))
    assert columns == ("a", "b")
    assert [r.problem for r in records] == [None, None]


def test_a_heading_below_a_title(tmp_path: Path) -> None:
    file = saved(tmp_path, "柳林案卷导出\n\n 案卷号 ,上报\u3000时间\n1,x\n")
    columns, records = read(file, FileFormat(header_row=3))
    assert columns == ("案卷号", "上报 时间")
    assert records[0].row == 4


@pytest.mark.parametrize("content", ["", "\n\n", ",,\n1,2,3\n"])
def test_no_heading(tmp_path: Path, content: str) -> None:
    with pytest.raises(TableError, match="第 1 行应是表头"):
        read(saved(tmp_path, content))


def test_a_truncated_gzip_gives_its_rows_and_then_complains(tmp_path: Path) -> None:
    rows = "".join(f"{n},{hash(n) % 10**9}\n" for n in range(300_000))
    whole = gzip.compress(("a,b\n" + rows).encode())
    file = saved(tmp_path, whole[: len(whole) // 2], "cases.csv.gz")
    seen = 0
    with open_table(file, FileFormat()) as table, pytest.raises(TableError, match="行起读不下去"):
        for _ in table:
            seen += 1
    assert seen > 100_000


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "旧版 .xls 或加密"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1", "旧版 .xls 或加密"),
        ("a.csv", b"PK\x03\x04....", "内容却是 xlsx"),
        ("a.xlsx", b"a,b\n1,2\n", "名字是 xlsx，内容却不是"),
        ("a.parquet", b"a,b\n1,2\n", "名字是 parquet，内容却不是"),
        ("a.json", b"{}", "应为 csv、csv.gz、xlsx 或 parquet"),
        ("a.csv.gz", b"\x1f\x8bnot gzip at all", "压缩文件损坏"),
    ],
)
def test_a_file_that_is_something_else(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(TableError, match=told):
        read(saved(tmp_path, content, name))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="读不到文件"):
        read(tmp_path / "none.csv")


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=20), st.sampled_from(",;\t|"))
def test_whatever_is_written_is_read_with_its_row_number(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], delimiter: str
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
        [["a", "b", "c"], *table]
    )
    file = saved(tmp_path_factory.mktemp("csv"), text.getvalue())
    records = read(file, FileFormat(delimiter=delimiter))[1]
    assert [(r.row, list(r.cells), r.problem) for r in records] == [
        (number, cells, None) for number, cells in enumerate(table, 2)
    ]
    starts = [1]
    for cells in [["a", "b", "c"], *table]:
        starts.append(starts[-1] + _line_ends(cells))
    assert [r.line for r in records] == starts[1:-1]


def _line_ends(cells: list[str]) -> int:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)
    return len(list(io.TextIOWrapper(io.BytesIO(text.getvalue().encode()), "utf-8", newline="")))
