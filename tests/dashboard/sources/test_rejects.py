"""The file of rejects: bytes that came stay, what an encoding lacks is escaped, old ones go."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.sources.rejects import RejectsFile
from dashboard.sources.tables import Record


def test_undecodable_bytes_come_back_as_they_came(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    with RejectsFile(file, ["a"], "utf-8") as rejects:
        rejects.add(Record(2, 2, ["x\udcb0y"]), "坏字节")
    assert file.read_bytes() == "\ufeff_row,_line,_reason,a\r\n2,2,坏字节,x".encode() + b"\xb0y\r\n"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("gb18030", "2,3,没有 €,值\r\n"), ("latin-1", "2,3,\\u6ca1\\u6709 \\u20ac,\\u503c\r\n"),
     ("utf-16", "2,3,没有 €,值\r\n")],
)  # fmt: skip
def test_the_reason_is_written_in_the_encoding_of_the_source(
    tmp_path: Path, encoding: str, expected: str
) -> None:
    file = tmp_path / "r.csv"
    with RejectsFile(file, ["a"], encoding) as rejects:
        rejects.add(Record(2, 3, ["值"]), "没有 €")
    assert file.read_bytes().decode(encoding).endswith(expected)


def test_nothing_rejected_removes_what_an_earlier_run_left(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text("old")
    with RejectsFile(file, ["a"]):
        pass
    assert not file.exists()


def test_a_failed_run_removes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text("old")
    with pytest.raises(RuntimeError), RejectsFile(file, ["a"]):
        raise RuntimeError
    assert file.read_text() == "old"


def test_appending_goes_on_under_one_heading(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    for number in (1, 2):
        with RejectsFile(file, ["a"], append=True) as rejects:
            rejects.add(Record(number, number, [None]), "空")
    with RejectsFile(file, ["a"], append=True):
        pass
    assert file.read_text("utf-8-sig").splitlines() == [
        "_row,_line,_reason,a",
        "1,1,空,",
        "2,2,空,",
    ]
