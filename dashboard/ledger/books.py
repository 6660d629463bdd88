"""The yearly books in the ledger 年度台账册: chains of revisions, appended one at a time.

What a revision says is for `evaluation.book`; here it is bytes under a number.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dashboard.ledger import schema
from dashboard.ledger.store import Ledger


class Overtaken(ValueError):
    """Somebody else appended first; read the book again."""


def bodies(ledger: Ledger, form: str, year: int) -> list[bytes]:
    """The revisions of a book, oldest first."""
    table = schema.book_revisions
    query = (
        select(table.c.body)
        .where(table.c.form == form, table.c.year == year)
        .order_by(table.c.number)
    )
    with ledger.reached(), ledger.engine.connect() as connection:
        return [bytes(body) for body in connection.execute(query).scalars()]


def append(ledger: Ledger, form: str, year: int, number: int, body: bytes) -> None:
    """Adds revision `number`; raises `Overtaken` where the number is taken."""
    values = {"form": form, "year": year, "number": number, "body": body}
    try:
        with ledger.writing() as connection:
            connection.execute(schema.book_revisions.insert().values(values))
    except IntegrityError as error:
        raise Overtaken(f"第 {number} 次修订已由别人写入") from error


def books(ledger: Ledger) -> list[tuple[str, int, int]]:
    """(form, year, number of revisions) of every book somebody has opened."""
    table = schema.book_revisions.c
    query = (
        select(table.form, table.year, func.max(table.number))
        .group_by(table.form, table.year)
        .order_by(table.year, table.form)
    )
    with ledger.reached(), ledger.engine.connect() as connection:
        return [(form, year, number) for form, year, number in connection.execute(query)]
