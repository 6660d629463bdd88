"""The audit log: chained, only added to, kept 180 days, and whoever touches it is found out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from dashboard.access.trail import GENESIS, Entry
from dashboard.ledger.audit import DAY_MS, AuditLog, append
from dashboard.ledger.database import Database
from dashboard.ledger.errors import LedgerAway

NOW = 1_795_600_000_000  # 2026-11-25


class Book:
    """An audit log and a hand that goes past the program."""

    def __init__(self, url: str) -> None:
        self.log, self.url = AuditLog(Database(url)), url

    def tell(self, count: int, at: int = NOW) -> None:
        for n in range(count):
            self.log.add(Entry(at + n, "wang", "correction", f"案卷-{n}", {"旧": n, "新": "值"}))

    def hand(self, *statements: str) -> None:
        """SQL by somebody with the database's own rights."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def unguard(self) -> None:
        names = ("audit_kept", "audit_young")
        if self.url.startswith("sqlite"):
            self.hand(*(f"drop trigger {name}" for name in names))
        else:
            self.hand("alter table audit disable trigger user")


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    if request.param == "sqlite":
        yield Book(f"sqlite:///{tmp_path}/audit.db")
    else:
        yield Book(request.getfixturevalue("postgres_server").create_database())


def test_an_untouched_log_is_whole(book: Book) -> None:
    assert book.log.verify().head == GENESIS
    book.tell(3)
    verdict = book.log.verify()
    assert (verdict.entries, verdict.first, verdict.wrong) == (3, 1, "")
    assert [link.entry.subject for link in book.log.newest(2)] == ["案卷-2", "案卷-1"]


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("update audit set who = 'chen' where seq = 3", "第 3 条的内容被改过"),
        ("update audit set detail = '{}' where seq = 3", "第 3 条的内容被改过"),
        ("update audit set at = at + 1 where seq = 5", "第 5 条的内容被改过"),
        ("delete from audit where seq = 3", "第 4 条与上一条接不上"),
        ("delete from audit where seq <= 2", "从第 3 条开始"),
        ("update audit set seq = 9 where seq = 5", "第 9 条与上一条接不上"),
    ],
)
def test_the_database_refuses_and_the_chain_tells(book: Book, statement: str, wrong: str) -> None:
    book.tell(5, time.time_ns() // 1_000_000)
    with pytest.raises(Exception, match=r"append-only|180 days"):
        book.hand(statement)
    assert book.log.verify().wrong == ""
    book.unguard()
    book.hand(statement)
    assert wrong in book.log.verify().wrong


def test_entries_written_at_the_same_time_make_one_chain(book: Book) -> None:
    threads = [threading.Thread(target=book.tell, args=(5, NOW + 100 * n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert book.log.verify() == book.log.verify()
    assert (book.log.verify().entries, book.log.verify().wrong) == (20, "")


def test_pruning_keeps_180_days_whatever_is_asked_and_tells_of_itself(book: Book) -> None:
    book.tell(4, NOW - 300 * DAY_MS)
    book.tell(3, NOW - 170 * DAY_MS)
    assert book.log.prune(NOW, 400) == 0
    assert book.log.prune(NOW, 1) == 4
    verdict = book.log.verify()
    assert (verdict.entries, verdict.first, verdict.wrong) == (4, 5, "")
    assert book.log.newest(1)[0].entry.action == "audit.pruned"
    with pytest.raises(Exception, match="180 days"):  # a clock that jumped ahead removes nothing
        book.log.prune(NOW + 200 * DAY_MS, 180)
    book.tell(1)
    assert (book.log.verify().entries, book.log.verify().wrong) == (5, "")


def test_a_transaction_that_fails_leaves_no_entry(book: Book) -> None:
    with pytest.raises(ZeroDivisionError), Database(book.url).write() as connection:
        append(connection, Entry(NOW, "wang", "correction"))
        1 / 0  # noqa: B018
    assert book.log.verify().entries == 0


def test_a_database_that_is_away_is_said_in_one_line() -> None:
    with pytest.raises(LedgerAway, match="账号库不可用"):
        AuditLog(Database("postgresql+psycopg://nobody@127.0.0.1:1/none")).verify()
