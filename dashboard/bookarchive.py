"""The signed copies of locked books 册档: written when a book is locked, believed without a ledger.

The signing key follows from the key of the installation: whoever can read `secrets.key` can sign,
whoever has the public key (`cityops book key`) can check.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

from dashboard.access.keys import Keys
from dashboard.evaluation.book import Book, Revision, opened, read_revision, stored
from dashboard.evaluation.loading import form_files
from dashboard.evaluation.signedcopy import (
    CopyError,
    SignedCopy,
    public_key,
    read_copy,
    signed_copy,
)
from dashboard.ledger import Ledger, LedgerError
from dashboard.ledger import books as shelf

log = logging.getLogger(__name__)

LABEL: Final = "book.sign"
NAMED: Final = "{city}-{form}-{year}-{number:04d}.book.json"


class BookArchive:
    """The folder of signed copies of one city; `keys` is asked when something is to be signed and
    raises `KeyFileError`."""

    def __init__(
        self,
        folder: Path,
        city: str,
        forms_dir: Path | None,
        keys: Callable[[], Keys],
        now: Callable[[], int],
    ) -> None:
        self._folder, self._city, self._forms_dir = folder, city, forms_dir
        self._keys, self._now = keys, now

    @property
    def key(self) -> str:
        """The public key of this installation."""
        return public_key(self._keys().derive(LABEL))

    def path(self, book: Book) -> Path:
        """Where the copy of a book is, or would be."""
        return self._folder / NAMED.format(
            city=book.city, form=book.form, year=book.year, number=book.number
        )

    def write(self, ledger: Ledger, form: str, year: int) -> Path:
        """Writes the copy of a locked book; one that is there already stays. Raises `CopyError`,
        `KeyFileError`, `LedgerError`, `OSError`."""
        revisions = _chain(ledger, form, year)
        if not revisions:
            raise CopyError(f"没有 {form} {year} 这一册")
        book = opened(form, self._city, year, revisions)
        place = self.path(book)
        if not place.exists():
            seed, text = self._keys().derive(LABEL), self._form(form)
            body = signed_copy(book, revisions, text, seed, self._now(), version("cityops-wall"))
            _write_once(place, body)
        return place

    def _form(self, form: str) -> str:
        file = form_files(self._forms_dir).get(form)
        if file is None:
            raise CopyError(f"没有表 {form}：它的文件不在了")
        return file.read_text("utf-8")


def _chain(ledger: Ledger, form: str, year: int) -> list[Revision]:
    return [read_revision(body) for body in shelf.bodies(ledger, form, year)]


def _write_once(place: Path, body: bytes) -> None:
    """Whole or not at all, on the disk when it returns, never over another."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):  # another process wrote the same book meanwhile
            os.link(part, place)
        handle = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    finally:
        part.unlink(missing_ok=True)


def read_file(file: Path, trusted: str) -> SignedCopy:
    """A copy that is as it was signed, by the owner of the public key `trusted`. Raises `CopyError`
    that names everything that differs."""
    try:
        copy = read_copy(file.read_bytes())
    except OSError as error:
        raise CopyError(f"{file} 读不了：{error}") from error
    except CopyError as error:
        raise CopyError(f"{file}：{error}") from error
    wrong = list(copy.wrong)
    if copy.key != trusted:
        wrong.append(f"签名的钥匙是 {copy.key}，应为 {trusted}：不是本系统签的，或主密钥换过")
    if wrong:
        raise CopyError(f"{file} 不可信：" + "；".join(wrong))
    return copy


def put_back(ledger: Ledger, copy: SignedCopy) -> int:
    """Appends to the ledger what it lacks of a copy's chain; how many revisions. Raises `CopyError`
    where the ledger has others: nothing is ever overwritten."""
    told = copy.statement
    have = shelf.bodies(ledger, told.form, told.year)
    want = [stored(one) for one in copy.revisions]
    for number, (there, here) in enumerate(zip(have, want, strict=False), 1):
        if there != here:
            raise CopyError(f"台账里第 {number} 次修订与副本不同：没有恢复，什么也没改")
    if len(have) > len(want):
        raise CopyError(f"台账里已有 {len(have)} 次修订，副本只有 {len(want)} 次：不必恢复")
    for number in range(len(have) + 1, len(want) + 1):
        shelf.append(ledger, told.form, told.year, number, want[number - 1])
    return len(want) - len(have)


def archiving(
    archive: BookArchive, ledger: Ledger, trail: Callable[[str, str, str, str], None]
) -> Callable[[str, int, str], None]:
    """What to do when somebody has locked a book: a copy that cannot be written is told in the log
    and the audit log, and the book is locked all the same."""

    def locked(form: str, year: int, who: str) -> None:
        try:
            place = archive.write(ledger, form, year)
        except (ValueError, RuntimeError, OSError, LedgerError) as error:
            log.error("%s %s 的签名副本没有写成: %s", form, year, error)
            trail(who, "book.copy.failed", f"{form}/{year}", str(error)[:200])
            return
        trail(who, "book.copy", f"{form}/{year}", place.name)

    return locked
