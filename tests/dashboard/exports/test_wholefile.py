"""A file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.exports.wholefile import FileRefused, whole_file


def test_the_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "案卷.csv"
    with whole_file(path) as file:
        file.write(b"half")
        assert not path.exists()
        file.write(b" and whole")
    assert path.read_bytes() == b"half and whole"
    assert [one.name for one in tmp_path.iterdir()] == ["案卷.csv"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_what_was_there_before(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "案卷.csv"
    path.write_bytes(b"yesterday")
    with pytest.raises(error), whole_file(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"yesterday"
    assert [one.name for one in tmp_path.iterdir()] == ["案卷.csv"]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    refused = pytest.raises(FileRefused, match=r"a\.csv：写不下去（No space left")
    with refused, whole_file(tmp_path / "a.csv"), open("/dev/full", "wb", 0) as full:
        full.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_writer_left_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    (tmp_path / "a.csv.part").write_bytes(b"a long rest of somebody who was killed")
    with whole_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with whole_file(path) as file:
        file.write(b"first")
        with pytest.raises(FileRefused, match="另一个程序正在写"), whole_file(path):
            pass
        file.write(b" still")
    assert path.read_bytes() == b"first still"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "a.csv"
    with pytest.raises(FileRefused, match=r"nowhere/a\.csv：不能写"), whole_file(path):
        pass
