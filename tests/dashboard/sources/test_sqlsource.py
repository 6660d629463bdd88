"""A case database: read-only, from the watermark on, on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dashboard.sources.sqlprobe import sql_check
from dashboard.sources.sqlsource import (
    Query,
    SourceDown,
    SqlSource,
    Watermark,
    dump_watermark,
    load_watermark,
)
from dashboard.sources.tables import TableError
from tests.servers import PostgresServer

ALL = "SELECT id, updated, note FROM cases"


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    """Five cases, updated an hour apart; the last without a time."""
    file = tmp_path / "cases.sqlite"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE cases (id TEXT, updated TEXT, note TEXT)")
        db.executemany(
            "INSERT INTO cases VALUES (?, ?, ?)",
            [(f"L{n}", f"2026-01-05 {9 + n:02}:00:00", "12:30 的 100%") for n in (3, 1, 0, 2)],
        )
        db.execute("INSERT INTO cases VALUES ('L9', NULL, '')")
    return file


def source(file: Path, **changes: Any) -> SqlSource:
    query = {"sql": ALL, "watermark": "updated", "overlap": timedelta(0), **changes}
    return SqlSource(f"sqlite:///{file}", Query(**query))


def ids(source: SqlSource, since: Watermark | None = None) -> list[str]:
    with source.open(since) as table:
        return [record.cells[0] for record in table]


def test_the_first_answer_has_everything_in_order_of_the_watermark(case_file: Path) -> None:
    assert ids(source(case_file)) == ["L9", "L0", "L1", "L2", "L3"]


def test_later_answers_begin_at_the_watermark_and_bring_what_has_none(case_file: Path) -> None:
    assert ids(source(case_file), "2026-01-05 11:00:00") == ["L9", "L2", "L3"]


def test_the_overlap_looks_back_for_what_was_committed_late(case_file: Path) -> None:
    found = ids(source(case_file, overlap=timedelta(hours=1)), "2026-01-05 11:00:00")
    assert found == ["L9", "L1", "L2", "L3"]


@pytest.mark.parametrize("since", ["2026-01-05", "20260105090000", 7, 7.5, "A17"])
def test_a_watermark_that_is_no_time_has_no_overlap(case_file: Path, since: Watermark) -> None:
    ids(source(case_file, overlap=timedelta(days=1)), since)


def test_the_watermark_grows_and_never_falls(case_file: Path) -> None:
    with source(case_file).open(None) as table:
        marks = [table.mark(record) for record in table]
    assert marks == [None, *(f"2026-01-05 {hour:02}:00:00" for hour in (9, 10, 11, 12))]


def test_without_a_watermark_everything_is_read_each_time(case_file: Path) -> None:
    whole = source(case_file, watermark=None)
    assert sorted(ids(whole)) == ["L0", "L1", "L2", "L3", "L9"]
    with whole.open(None) as table:
        assert table.mark(next(iter(table))) is None


@pytest.mark.parametrize(
    "sql",
    [
        f"{ALL} WHERE note LIKE '%100\\%' ESCAPE '\\' ; ",
        "WITH recent AS (SELECT * FROM cases) SELECT id, updated FROM recent",
        f"  {ALL} WHERE note <> ':since'",
    ],
)
def test_colons_percents_and_with_pass_unharmed(case_file: Path, sql: str) -> None:
    assert len(ids(source(case_file, sql=sql))) >= 4


@pytest.mark.parametrize(
    "sql", ["DELETE FROM cases", "", "SELECT * FROM cases; DROP TABLE cases", "PRAGMA user_version"]
)
def test_nothing_but_a_query_is_run(case_file: Path, sql: str) -> None:
    with pytest.raises(TableError):
        ids(source(case_file, sql=sql))
    assert len(ids(source(case_file))) == 5


def test_the_watermark_column_must_be_in_the_answer(case_file: Path) -> None:
    with pytest.raises(TableError, match="查询结果没有水位列 changed；有：id、updated、note"):
        ids(source(case_file, watermark="changed"))


def test_a_watermark_that_changes_its_type_is_told(case_file: Path) -> None:
    with source(case_file).open(None) as table:
        table.newest = 5
        with pytest.raises(TableError, match="水位列的类型变了"):
            [table.mark(record) for record in table]


@pytest.mark.parametrize("url", ["cases.db", "", "postgresql//x"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(TableError, match="SQLAlchemy 地址"):
        SqlSource(url, Query(ALL, None))


def test_a_driver_that_is_not_installed_is_named_without_the_password() -> None:
    with pytest.raises(TableError, match="没有这种数据库的驱动") as caught:
        SqlSource("oracle+cx_oracle://wall:geheim@db/cases", Query(ALL, None))
    assert "geheim" not in str(caught.value)


def test_a_database_that_is_away_is_worth_another_try() -> None:
    away = SqlSource("postgresql+psycopg://wall:geheim@127.0.0.1:9/cases", Query(ALL, None))
    with pytest.raises(SourceDown) as caught:
        ids(away)
    assert "geheim" not in str(caught.value) and "127.0.0.1:9" in str(caught.value)


def test_the_identity_of_a_question_keeps_no_secret_and_forgets_white_space(
    case_file: Path,
) -> None:
    first = SqlSource("postgresql+psycopg://a:geheim@db/cases", Query(ALL, "updated"))
    same = SqlSource("postgresql+psycopg://b:other@db/cases", Query(f" {ALL}\n", "updated"))
    other = SqlSource("postgresql+psycopg://a:geheim@db/cases", Query(ALL, "id"))
    assert first.identity == same.identity != other.identity


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 1, 5, 9, 0, 0, 123456),
        datetime(2026, 1, 5, 9, tzinfo=UTC),
        date(2026, 1, 5),
        410102202601050001,
        2.5,
        Decimal("12.30"),
        "2026-01-05 09:00:00",
    ],
)
def test_a_watermark_is_kept_with_its_type(value: Watermark) -> None:
    again = load_watermark(dump_watermark(value))
    assert again == value and type(again) is type(value)


@pytest.fixture
def case_database(postgres_url: str) -> Iterator[tuple[str, psycopg.Connection]]:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("CREATE TABLE cases (id text, updated timestamptz, note text)")
        db.execute(
            "INSERT INTO cases SELECT 'L' || n, timestamptz '2026-01-05 09:00+08' + n * interval"
            " '1 minute', '' FROM generate_series(0, 9) n"
        )
        yield postgres_url, db


def test_postgresql_with_real_times(case_database: tuple[str, psycopg.Connection]) -> None:
    url, db = case_database
    source = SqlSource(url, Query(f"{ALL} WHERE id::text <> ''", "updated", timedelta(minutes=2)))
    with source.open(None) as table:
        newest = [table.mark(record) for record in table][-1]
    assert newest is not None
    db.execute("INSERT INTO cases VALUES ('late', '2026-01-05 09:08:30+08'), ('new', '2026-01-06')")
    again = ids(source, load_watermark(dump_watermark(newest)))
    assert again == ["L7", "L8", "late", "L9", "new"]
    source.close()


def test_postgresql_refuses_to_write_for_us(case_database: tuple[str, psycopg.Connection]) -> None:
    url, db = case_database
    db.execute(
        "CREATE FUNCTION spoil() RETURNS text LANGUAGE sql AS $$ DELETE FROM cases; SELECT 'x' $$"
    )
    source = SqlSource(url, Query("SELECT spoil() AS id", None))
    with pytest.raises(TableError, match="read-only transaction"):
        ids(source)
    source.close()
    row = db.execute("SELECT count(*) FROM cases").fetchone()
    assert row == (10,)


def test_a_database_of_no_encoding_is_read_as_its_address_says(
    postgres_server: PostgresServer,
) -> None:
    url = postgres_server.create_database("SQL_ASCII")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("CREATE TABLE utf AS SELECT E'\\xe6\\xa1\\x88' AS id")  # 案
        db.execute("CREATE TABLE gbk AS SELECT E'\\xb0\\xb8' AS id")
    assert ids(SqlSource(url, Query("SELECT id FROM utf", None))) == ["案"]
    assert ids(SqlSource(f"{url}?client_encoding=gbk", Query("SELECT id FROM gbk", None))) == ["案"]
    with pytest.raises(TableError, match=r"不是 UTF-8.*\?client_encoding=gbk"):
        ids(SqlSource(url, Query("SELECT id FROM gbk", None)))
    sql_check(url.replace("+psycopg", ""), 5)()
