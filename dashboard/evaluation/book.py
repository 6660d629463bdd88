"""The book of a form and year 台账册: typed values as a chain of revisions, nothing ever erased.

A revision says who changed which cells to what, when and why, or who moved the workflow; each
carries the hash of the one before, so that a change behind the program's back shows. A cell is
`values.<indicator>`, `overrides.<indicator>`, `levels.<level>`, `total`, `money.<row>.<column>`,
`figures.<figure>`, `facts.<fact>`, `statements`, `finished` or `unfinished`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import msgspec

from dashboard.evaluation.strictyaml import FIT, unfit
from dashboard.evaluation.values import Values
from dashboard.evaluation.workflow import ACTIONS, ActionId, BookState

WHOLE: Final = ("total", "statements", "finished", "unfinished")
"""Cells that are one value; the others are entries of a table."""
KEYED: Final = ("values", "overrides", "levels", "figures", "facts")
Payload = Any
"""What a cell holds, as plain JSON; None clears it."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a book: an edit of cells, or a move of the workflow (then `result` may hold the
    evaluated form that was submitted or locked)."""

    number: int
    at: int
    by: str
    name: str
    act: Literal["edit", "submit", "return", "review", "lock", "reopen"]
    cells: dict[str, Payload] = {}
    reason: str = ""
    result: msgspec.Raw = msgspec.Raw(b"null")
    before: str = ""
    """Hash of the revision before it, empty for the first."""

    def digest(self, book: str) -> str:
        """SHA-256 over everything it says, and over the book it belongs to."""
        return hashlib.sha256(book.encode() + b"\n" + stored(self)).hexdigest()


class BadCell(ValueError):
    """A cell there is not, or a payload it cannot hold."""


@dataclass(frozen=True)
class Stamp:
    """Who last wrote a cell: revision number, account, name, epoch ms."""

    number: int
    by: str
    name: str
    at: int


class Conflict(ValueError):
    """Somebody else wrote the same cells since they were seen; nothing was saved.

    `theirs`: cell → (payload now, who wrote it); the page shows both and asks.
    """

    def __init__(self, theirs: Mapping[str, tuple[Payload, Stamp]]) -> None:
        self.theirs = dict(theirs)
        who = "；".join(f"{cell} 已由 {stamp.name} 修改" for cell, (_, stamp) in theirs.items())
        super().__init__(f"{who}：未保存，请对照后再存")


@dataclass(frozen=True)
class Book:
    """A book as it stands after its revisions."""

    form: str
    city: str
    year: int
    state: BookState = "draft"
    number: int = 0
    """Of the newest revision; 0: nobody has opened the book."""
    head: str = ""
    """Hash of the newest revision."""
    submitter: str = ""
    cells: Mapping[str, Payload] = field(default_factory=dict)
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    locked: msgspec.Raw | None = None
    """The evaluated form as it was locked; None unless the book is locked."""

    @property
    def id(self) -> str:
        """Its name: city/form/year."""
        return f"{self.city}/{self.form}/{self.year}"

    def values(self) -> Values:
        """The typed values; raises `BadCell`."""
        return as_values(self.form, self.year, self.cells)


def as_values(form: str, year: int, cells: Mapping[str, Payload]) -> Values:
    """The values that some cells make; raises `BadCell` naming what was found and expected."""
    raw: dict[str, Any] = {"form": form, "year": year}
    for cell, payload in cells.items():
        _place(raw, cell, payload)
    try:
        values = msgspec.convert(raw, Values, strict=False)
    except msgspec.ValidationError as error:
        cell = next((one for one in cells if len(cells) > 1 and _bad(form, year, cells, one)), "")
        raise BadCell(f"{cell or next(iter(cells), '')}：填报值不合要求（{error}）") from error
    for path, number in unfit(values):
        raise BadCell(f"{path} = {number}：应为 {FIT}")
    return values


def _bad(form: str, year: int, cells: Mapping[str, Payload], cell: str) -> bool:
    """Whether this cell alone is refused."""
    try:
        as_values(form, year, {cell: cells[cell]})
    except BadCell:
        return True
    return False


def _place(raw: dict[str, Any], cell: str, payload: Payload) -> None:
    table, _, key = cell.partition(".")
    if table in WHOLE and not key:
        raw[table] = payload
    elif table in KEYED and key:
        raw.setdefault(table, {})[key] = payload
    elif table == "money" and key.count(".") == 1:
        row, _, column = key.partition(".")
        raw.setdefault("money", {}).setdefault(row, {})[column] = payload
    else:
        raise BadCell(f"{cell!r}：没有这样的格")


def cells_of(values: Values) -> dict[str, Payload]:
    """The cells that typed values fill, e.g. of an imported manual.yaml."""
    raw = msgspec.json.decode(msgspec.json.encode(values))
    out: dict[str, Payload] = {}
    for table in KEYED:
        for key, payload in raw.get(table, {}).items():
            out[f"{table}.{key}"] = _without_blanks(payload)
    for row, columns in raw.get("money", {}).items():
        for column, number in columns.items():
            out[f"money.{row}.{column}"] = number
    for table in WHOLE:
        if raw.get(table):
            out[table] = _without_blanks(raw[table])
    return out


def _without_blanks(payload: Payload) -> Payload:
    if not isinstance(payload, dict):
        return payload
    return {k: v for k, v in payload.items() if v not in (None, "", False, [], ())}


def step(book: Book, revision: Revision) -> Book:
    """The book after one more revision."""
    moved = replace(book, number=revision.number, head=revision.digest(book.id))
    if revision.act == "edit":
        cells, stamps = dict(book.cells), dict(book.stamps)
        stamp = Stamp(revision.number, revision.by, revision.name, revision.at)
        for cell, payload in revision.cells.items():
            stamps[cell] = stamp
            if payload is None:
                cells.pop(cell, None)
            else:
                cells[cell] = payload
        return replace(moved, cells=cells, stamps=stamps)
    act: ActionId = revision.act
    after = ACTIONS[act].after
    submitter = revision.by if act == "submit" else book.submitter
    locked = revision.result if act == "lock" else None
    return replace(moved, state=after, submitter=submitter, locked=locked)


_revision = msgspec.json.Decoder(Revision)


def read_revision(body: bytes) -> Revision:
    """A revision as it was stored."""
    return _revision.decode(body)


def stored(revision: Revision) -> bytes:
    """A revision as it is stored: what its hash is over."""
    return msgspec.json.encode(revision, order="sorted")


def opened(form: str, city: str, year: int, revisions: Iterable[Revision]) -> Book:
    """The book that a chain of revisions makes."""
    book = Book(form, city, year)
    for revision in revisions:
        book = step(book, revision)
    return book


def edit(
    book: Book,
    cells: Mapping[str, Payload],
    seen: Mapping[str, int],
    *,
    by: str,
    name: str,
    at: int,
    reason: str = "",
) -> Revision | None:
    """The revision that writes `cells`; None where nothing would change.

    `seen`: cell → number of the revision the editor saw it at (absent: never written). Raises
    `Conflict` where somebody wrote one since to something else, `BadCell` for a bad payload.
    """
    changed = {cell: payload for cell, payload in cells.items() if book.cells.get(cell) != payload}
    theirs = {
        cell: (book.cells.get(cell), book.stamps[cell])
        for cell in changed
        if cell in book.stamps and book.stamps[cell].number > seen.get(cell, 0)
    }
    if theirs:
        raise Conflict(theirs)
    if not changed:
        return None
    revision = Revision(
        number=book.number + 1,
        at=at,
        by=by,
        name=name,
        act="edit",
        cells=changed,
        reason=reason,
        before=book.head,
    )
    step(book, revision).values()
    return revision


def broken(form: str, city: str, year: int, revisions: Sequence[Revision]) -> list[str]:
    """What is wrong with a chain: a number missing, a hash that does not fit. Empty: whole."""
    book = Book(form, city, year)
    out: list[str] = []
    for expected, revision in enumerate(revisions, 1):
        if revision.number != expected:
            out.append(f"第 {expected} 次修订缺失（找到第 {revision.number} 次）")
            return out
        if revision.before != book.head:
            out.append(f"第 {expected} 次修订之前的内容被改动过（链上的哈希不符）")
            return out
        book = step(book, revision)
    return out


@dataclass(frozen=True)
class CellChange:
    """One cell that differs between two revisions."""

    cell: str
    before: Payload
    after: Payload


def difference(before: Mapping[str, Payload], after: Mapping[str, Payload]) -> list[CellChange]:
    """The cells that differ, in their order."""
    return [
        CellChange(cell, before.get(cell), after.get(cell))
        for cell in sorted(before.keys() | after.keys())
        if before.get(cell) != after.get(cell)
    ]
