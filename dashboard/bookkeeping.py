"""Keeping the yearly books 记册: saving cells, moving the workflow, proving what was locked.

Everything goes through here — staff page, command line — so that one set of rules holds. The
ledger keeps the chain of revisions; what a form says is computed from it, except once it is locked:
then the locked result stands and what the measures say now is drift.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from dashboard.evaluation.book import (
    Book,
    Payload,
    Revision,
    broken,
    edit,
    opened,
    read_revision,
    step,
    stored,
)
from dashboard.evaluation.drift import Drift, drift
from dashboard.evaluation.result import Result, decode, encode
from dashboard.evaluation.values import Values
from dashboard.evaluation.workflow import ActionId, Person, Refused, check_action, check_edit
from dashboard.ledger import Ledger
from dashboard.ledger import books as shelf

TRIES: Final = 5
"""How often a save is tried again when somebody else appended first."""
Evaluate = Callable[[str, int, Values], Result]
"""(form, year, typed values) → the form as the measures stand now."""
Check = Callable[[str, Values], None]
"""Whether typed values fit a form; raises a ValueError that names the place."""
Trail = Callable[[str, str, str, str], None]
"""审计: (account, act, subject, detail)."""


@dataclass(frozen=True)
class Standing:
    """A book with what it says: the evaluated form and, once locked, its drift."""

    book: Book
    result: Result
    drift: list[Drift]


Locked = Callable[[str, int, str], None]
"""Told after a book was locked: (form, year, account)."""


def no_copy(form: str, year: int, who: str) -> None:
    """Makes no copy of a locked book."""


def no_trail(who: str, act: str, subject: str, detail: str) -> None:
    """Leaves no trace; for whoever only reads."""


class Bookkeeper:
    """The books of one city."""

    def __init__(
        self,
        ledger: Ledger,
        city: str,
        evaluate: Evaluate,
        check: Check,
        now: Callable[[], int],
        trail: Trail = no_trail,
        locked: Locked = no_copy,
    ) -> None:
        self._locked = locked
        self._ledger, self._city = ledger, city
        self._evaluate, self._check = evaluate, check
        self._now, self._trail = now, trail

    def book(self, form: str, year: int) -> Book:
        """The book as it stands."""
        return opened(form, self._city, year, self.history(form, year))

    def standing(self, form: str, year: int) -> Standing:
        """The book, its evaluated form, and the drift of a locked one."""
        book = self.book(form, year)
        now = self._evaluate(form, year, book.values())
        if book.locked is None:
            return Standing(book, now, [])
        locked = decode(bytes(book.locked))
        return Standing(book, locked, drift(locked, now))

    def save(
        self,
        form: str,
        year: int,
        cells: Mapping[str, Payload],
        seen: Mapping[str, int],
        who: Person,
        reason: str = "",
    ) -> Book:
        """Writes cells together or not at all. Raises `Refused`, `book.Conflict`, `BadCell`, or
        what the form's own check raises."""
        for _ in range(TRIES):
            book = self.book(form, year)
            check_edit(cells, book.state, who, book.submitter)
            revision = edit(
                book, cells, seen, by=who.user, name=who.name, at=self._now(), reason=reason
            )
            if revision is None:
                return book
            after = step(book, revision)
            self._check(form, after.values())
            try:
                shelf.append(self._ledger, form, year, revision.number, stored(revision))
            except shelf.Overtaken:
                continue
            self._trail(who.user, "book.edit", book.id, "、".join(revision.cells))
            return after
        raise shelf.Overtaken(f"{form} {year}：同时写入的人太多，请再试")

    def act(self, form: str, year: int, id: ActionId, who: Person, reason: str = "") -> Book:
        """Moves the workflow. Submitting with items still missing needs a reason. Raises
        `Refused`."""
        for _ in range(TRIES):
            book = self.book(form, year)
            check_action(id, book.state, who, book.submitter, reason)
            result = msgspec.Raw(b"null")
            if id in ("submit", "lock"):
                found = self._evaluate(form, year, book.values())
                if id == "submit":
                    _complete(found, reason)
                result = msgspec.Raw(encode(found))
            revision = Revision(
                number=book.number + 1,
                at=self._now(),
                by=who.user,
                name=who.name,
                act=id,
                reason=reason,
                result=result,
                before=book.head,
            )
            try:
                shelf.append(self._ledger, form, year, revision.number, stored(revision))
            except shelf.Overtaken:
                continue
            self._trail(who.user, f"book.{id}", book.id, reason)
            if id == "lock":
                self._locked(form, year, who.user)
            return step(book, revision)
        raise shelf.Overtaken(f"{form} {year}：同时写入的人太多，请再试")

    def at(self, form: str, year: int, number: int) -> Book:
        """The book as it stood after a revision."""
        return opened(form, self._city, year, self.history(form, year)[:number])

    def history(self, form: str, year: int) -> list[Revision]:
        """Its revisions, oldest first."""
        return [read_revision(body) for body in shelf.bodies(self._ledger, form, year)]

    def verify(self) -> dict[str, list[str]]:
        """Every book → what is wrong with its chain of hashes; empty lists where it is whole."""
        out: dict[str, list[str]] = {}
        for form, year, _ in shelf.books(self._ledger):
            try:
                wrong = broken(form, self._city, year, self.history(form, year))
            except msgspec.MsgspecError as error:
                wrong = [f"有修订读不出（{error}）"]
            out[f"{self._city}/{form}/{year}"] = wrong
        return out


def _complete(result: Result, reason: str) -> None:
    waiting = [item.name for item in result.items if item.pending]
    if waiting and not reason.strip():
        named = "、".join(waiting[:5]) + (" 等" if len(waiting) > 5 else "")
        raise Refused(f"还有 {len(waiting)} 项没有得分（{named}）：补齐，或写明理由再提交")
