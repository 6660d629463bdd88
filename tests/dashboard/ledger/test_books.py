"""Books in the ledger: one revision after the other, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.evaluation.book import Book, Revision, broken, edit, opened, read_revision, stored
from dashboard.ledger import Ledger, books
from tests.town import RULES

FORM, CITY = "self-evaluation", "qingshi"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
    opened = Ledger.open(url, RULES, CITY)
    yield opened
    opened.close()


def chain(ledger: Ledger) -> list[Revision]:
    return [read_revision(body) for body in books.bodies(ledger, FORM, 2026)]


def book_of(ledger: Ledger) -> Book:
    return opened(FORM, CITY, 2026, chain(ledger))


def append(ledger: Ledger, fact: str, value: str) -> Revision:
    book = book_of(ledger)
    revision = edit(
        book, {f"facts.{fact}": value}, {f"facts.{fact}": 99}, by="wang", name="王敏", at=1
    )
    assert revision is not None
    books.append(ledger, FORM, 2026, revision.number, stored(revision))
    return revision


def test_revisions_follow_each_other(ledger: Ledger) -> None:
    assert book_of(ledger).number == 0
    append(ledger, "project", "数字城管")
    append(ledger, "project", "智慧城管")
    book = book_of(ledger)
    assert (book.number, book.cells) == (2, {"facts.project": "智慧城管"})
    assert books.books(ledger) == [(FORM, 2026, 2)]


def test_only_one_of_two_writers_appends(ledger: Ledger) -> None:
    first = append(ledger, "project", "数字城管")
    with pytest.raises(books.Overtaken, match="第 1 次"):
        books.append(ledger, FORM, 2026, first.number, stored(first))
    assert book_of(ledger).number == 1


def test_a_row_changed_behind_our_back_shows(ledger: Ledger) -> None:
    append(ledger, "project", "数字城管")
    append(ledger, "unit", "监督中心")
    with ledger.engine.begin() as connection:
        body = connection.execute(text("select body from book_revisions where number = 1")).scalar()
        changed = bytes(body).replace("数字".encode(), "智慧".encode())
        assert changed != bytes(body)
        connection.execute(
            text("update book_revisions set body = :body where number = 1"), {"body": changed}
        )
    found = broken(FORM, CITY, 2026, chain(ledger))
    assert found == ["第 2 次修订之前的内容被改动过（链上的哈希不符）"]
