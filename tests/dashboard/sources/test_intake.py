"""Taking a table in: every row accounted for, twice changes nothing, order does not matter."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.events import CaseEvent
from dashboard.fold import Rules
from dashboard.ledger import Ledger
from dashboard.ledger.digest import digest
from dashboard.ledger.reading import records
from dashboard.sources.intake import OTHERS, Refusal, Summary, take_in
from dashboard.sources.mapping import FileFormat, read_mapping
from dashboard.sources.rejects import RejectsFile
from dashboard.sources.rows import RowReader
from dashboard.sources.tables import Record, TableError, open_table
from tests.dashboard.sources.willow import COLUMNS, MAPPING, NOW, row, rows
from tests.town import RULES


@contextmanager
def ledger_in(folder: Path, rules: Rules = RULES) -> Iterator[Ledger]:
    with closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}", rules, "willow")) as ledger:
        yield ledger


def fed(ledger: Ledger, table: Sequence[Sequence[Any]], folder: Path, batch: int = 7) -> Summary:
    """The summary of folding rows of 柳林 into a ledger."""

    def target(events: list[CaseEvent], refusals: list[Refusal], last: Record) -> int:
        return ledger.apply(events).unchanged

    summary = Summary()
    records = [Record(n, n, cells) for n, cells in enumerate(table, 2)]
    reader = RowReader(read_mapping(MAPPING), COLUMNS)
    with RejectsFile(folder / "rejected.csv", COLUMNS) as rejects:
        take_in(records, reader, target, rejects, lambda: NOW, summary, batch=batch)
    return summary


def test_a_table_taken_in_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    with ledger_in(tmp_path) as ledger:
        first = fed(ledger, rows(20), tmp_path)
        before = digest(ledger)
        second = fed(ledger, rows(20), tmp_path)
        assert digest(ledger) == before
    assert (first.read, first.accepted, first.unchanged) == (20, 20, 0)
    assert (second.read, second.accepted, second.unchanged) == (20, 0, 20)


def test_a_newer_row_replaces_an_older_one_whichever_comes_first(tmp_path: Path) -> None:
    older, newer = row(), row(结案时间="2026-01-05 12:00:00", 来源="网站")
    found = []
    for name, order in {"a": [older, newer], "b": [newer, older]}.items():
        (tmp_path / name).mkdir()
        with ledger_in(tmp_path / name) as ledger:
            fed(ledger, order, tmp_path)
            found.append([(case, values) for case, values in records(ledger)])
    assert found[0] == found[1]
    assert "web" in found[0][0][1]


CHANNEL = st.sampled_from(["热线", "网站", "飞鸽", ""])
MOMENT = st.sampled_from(["2026-01-05 10:00:00", "2026-01-06 11:30:00", "", "明天"])
ROWS = st.lists(
    st.builds(
        lambda number, channel, closed, rework: row(
            案卷号=number, 来源=channel, 结案时间=closed, 返工=rework
        ),
        st.sampled_from(["L001", "L002", "L003", "", "L" * 65]),
        CHANNEL,
        MOMENT,
        st.sampled_from(["0", "2", "-1", "x", ""]),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(ROWS, st.integers(0, 99), st.integers(1, 9))
def test_any_table_is_accounted_for_and_its_order_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[Any]], seed: int, batch: int
) -> None:
    folders = [tmp_path_factory.mktemp("intake") for _ in "ab"]
    shuffled = random.Random(seed).sample(table, len(table))
    digests = []
    for folder, order in zip(folders, (table, shuffled), strict=True):
        with ledger_in(folder) as ledger:
            first = fed(ledger, order, folder, batch)
            digests.append(digest(ledger))
            again = fed(ledger, order, folder)
            assert digest(ledger) == digests[-1]
        assert first.read == len(table) == first.accepted + first.unchanged + first.rejected
        assert (again.accepted, again.rejected) == (0, first.rejected)
        assert sum(first.reasons.values()) == first.rejected
        assert told(folder) == rejected_rows(order)
    assert digests[0] == digests[1]


def told(folder: Path) -> list[int]:
    """The row numbers in the file of rejects."""
    file = folder / "rejected.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as text:
        return [int(line["_row"]) for line in csv.DictReader(text)]


def rejected_rows(table: list[list[Any]]) -> list[int]:
    """The rows of ours that no event can be made of, by the eye."""
    bad = []
    for number, cells in enumerate(table, 2):
        values = dict(zip(COLUMNS, cells, strict=True))
        if (
            values["案卷号"] in ("", "L" * 65)
            or values["来源"] == "飞鸽"
            or values["结案时间"] == "明天"
            or values["返工"] in ("-1", "x")
        ):
            bad.append(number)
    return bad


def test_a_break_in_the_table_keeps_what_came_before(tmp_path: Path) -> None:
    taken: list[str] = []

    def broken() -> Iterator[Record]:
        for number, cells in enumerate(rows(10), 2):
            yield Record(number, number, cells)
        raise TableError("文件不完整")

    def target(events: list[CaseEvent], refusals: list[Refusal], last: Record) -> int:
        taken.extend(event.case for event in events)
        return 0

    summary = Summary()
    reader = RowReader(read_mapping(MAPPING), COLUMNS)
    with RejectsFile(tmp_path / "r.csv", COLUMNS) as rejects, pytest.raises(TableError):
        take_in(broken(), reader, target, rejects, lambda: NOW, summary, batch=4)
    assert len(taken) == summary.accepted == 10


def test_refusals_are_known_again_by_their_content(tmp_path: Path) -> None:
    seen: list[Refusal] = []

    def target(events: list[CaseEvent], refusals: list[Refusal], last: Record) -> int:
        seen.extend(refusals)
        return 0

    reader = RowReader(read_mapping(MAPPING), COLUMNS)
    bad = row(来源="飞鸽")
    with RejectsFile(tmp_path / "r.csv", COLUMNS) as rejects:
        take_in(
            [Record(2, 2, bad), Record(9, 9, bad)], reader, target, rejects, lambda: NOW, Summary()
        )
    assert seen[0].position == seen[1].position
    assert seen[0].reason == "第 2 行：来源 = '飞鸽'：不在对照表 values 中"


def test_reasons_without_end_are_counted_together() -> None:
    summary = Summary()
    for number in range(1500):
        summary.refuse(f"原因 {number}")
    assert summary.rejected == 1500
    assert summary.reasons[OTHERS] == 500


def test_the_file_of_rejects_can_be_mended_and_imported_again(tmp_path: Path) -> None:
    form = FileFormat(encoding="gbk", delimiter=";")
    file = tmp_path / "cases.csv"
    table = [list(COLUMNS), row(), row(案卷号="L002", 来源="飞鸽", 说明='灯不亮;"急"\n再报')]
    with file.open("w", encoding="gbk", newline="") as text:
        csv.writer(text, delimiter=";").writerows(table)
    rejected = tmp_path / "cases.csv.rejected.csv"
    taken = imported(file, form, rejected)
    assert taken == ["L001"]
    mended = rejected.read_text("gbk").replace(";飞鸽;", ";热线;")
    rejected.write_text(mended, "gbk", newline="")
    assert imported(rejected, form, tmp_path / "again.csv") == ["L002"]
    assert not (tmp_path / "again.csv").exists()


def imported(file: Path, form: FileFormat, rejected: Path) -> list[str]:
    taken: list[str] = []

    def target(events: list[CaseEvent], refusals: list[Refusal], last: Record) -> int:
        taken.extend(event.case for event in events)
        return 0

    mapping = read_mapping({**MAPPING, "file": {"encoding": form.encoding, "delimiter": ";"}})
    with (
        open_table(file, form) as opened,
        RejectsFile(rejected, opened.columns, form.encoding, form.delimiter) as rejects,
    ):
        reader = RowReader(mapping, opened.columns)
        take_in(opened, reader, target, rejects, lambda: NOW, Summary())
    return taken
